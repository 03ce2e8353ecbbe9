"""A real mail server between a practice and us: in, out, and back."""

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.messaging.adapters.letters import Letters
from shared.mail.mailer import Letter, NotNow, Refused
from shared.mail.smtp import Server, SmtpMailer
from tests.messaging import postfix
from tests.messaging.mails import written
from tests.messaging.postfix import Postfix
from tests.messaging.serving import APP, certificates, serving
from tests.messaging.world import DOCTOR_MAIL, MAILBOX, World
from tests.support.deadline import eventually

MISSING = postfix.why_not()
needs_postfix = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def practice(world: World) -> Iterator[Postfix]:
    with serving(world) as server, postfix.running(server.port) as running:
        yield running


@pytest.fixture
def mailer(practice: Postfix) -> Iterator[SmtpMailer]:
    made = SmtpMailer(Server.parse(f"127.0.0.1:{practice.port}", tls=False))
    yield made
    made.close()


def hand_in(practice: Postfix, content: bytes, to: str = MAILBOX) -> None:
    """As the practice's mail client does."""
    with smtplib.SMTP("127.0.0.1", practice.port) as client:
        client.sendmail(DOCTOR_MAIL, to, content)


@needs_postfix
def test_postfix_relays_in_out_and_back(
    world: World, practice: Postfix, mailer: SmtpMailer
) -> None:
    """In: the mail is stored. Out: the answer reaches the practice's mailbox, in its thread. To a
    mailbox that is gone: refused for good, and the person sees it. To a patient who is not
    there: the practice's own server tells the doctor, with our code."""
    hand_in(practice, written("Vos résultats sont bons."))
    eventually(lambda: world.listed().total == 1, within=30)
    (conversation,) = world.listed().items

    def send_due() -> None:
        world.app.send_due(Letters(world.app, APP), mailer)

    world.reply(conversation.conversation_id)
    send_due()
    eventually(lambda: len(practice.received("jean.dupont")) == 1, within=30)
    assert b"In-Reply-To: <1@hopital.mssante.fr>" in practice.received("jean.dupont")[0]

    gone = written(From="parti@hopital.mssante.fr", Message_ID="<2@hopital.mssante.fr>")
    kept = world.mail(gone)
    world.reply(world.conversation_of(kept))
    send_due()
    lines = world.lines(world.conversation_of(kept))
    assert lines.items[-1].deliveries == {"parti@hopital.mssante.fr": "failed"}

    hand_in(practice, written(), to="100000000000000@patient.mssante.fr")
    eventually(lambda: len(practice.received("jean.dupont")) == 2, within=30)
    bounce = practice.received("jean.dupont")[1]
    assert b"Status: 5.1.1" in bounce
    assert b"[902]" in bounce


@needs_postfix
def test_a_connection_that_the_relay_has_given_up_costs_no_minute(world: World) -> None:
    """Postfix lets a client go that says nothing for some minutes, with a 421 that is read as the
    answer to the next mail: that is about the connection, and another one is there."""
    letter = Letter(sender=MAILBOX, recipient=DOCTOR_MAIL, content=written())
    with (
        serving(world) as server,
        postfix.running(server.port, smtpd_timeout="1s") as practice,
    ):
        mailer = SmtpMailer(Server.parse(f"127.0.0.1:{practice.port}", tls=False))
        mailer.deliver(letter)
        eventually(lambda: "timeout after" in practice.log(), within=30)

        mailer.deliver(letter)

        eventually(lambda: len(practice.received("jean.dupont")) == 2, within=30)
        mailer.close()


def test_mail_goes_out_over_tls_and_nowhere_without(world: World, tmp_path: Path) -> None:
    """Our own edge as the next server: its certificate is checked, and ours is asked for."""
    own, stranger = certificates(tmp_path), certificates(tmp_path, "stranger")
    answer = written(Subject="Re: Vos résultats")
    letter = Letter(sender=DOCTOR_MAIL, recipient=MAILBOX, content=answer)
    with serving(world, cert_file=own.cert, key_file=own.key, clients_ca_file=own.ca) as server:
        address = f"localhost:{server.port}"
        ours = {"cert_file": own.cert, "key_file": own.key}
        for wrong in (
            Server.parse(address, tls=True, ca_file=stranger.ca, **ours),
            Server.parse(address, tls=True, ca_file=own.ca),
        ):
            with pytest.raises(NotNow):
                SmtpMailer(wrong).deliver(letter)
        with pytest.raises((NotNow, Refused)):
            SmtpMailer(Server.parse(address, tls=False)).deliver(letter)
        assert world.events() == []
        mailer = SmtpMailer(Server.parse(address, tls=True, ca_file=own.ca, **ours))
        mailer.deliver(letter)
        mailer.deliver(letter)
        mailer.close()
    assert world.listed().total == 1
