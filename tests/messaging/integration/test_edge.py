"""The SMTP edge as mail clients see it, over real sockets."""

import shutil
import smtplib
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.messaging.adapters.reports import bounce
from services.messaging.adapters.smtp_server import SmtpServer
from services.messaging.domain.errors import RecipientClosed
from services.messaging.domain.exchange import ReplyType
from services.messaging.domain.message import DOMAIN
from shared.kernel.actor import Actor
from shared.kernel.errors import Unavailable
from tests.messaging.mails import carrying, cda, part, sent, several, written
from tests.messaging.serving import APP, certificates, refusal, send, serving
from tests.messaging.world import APP_MAIL, CLOSED, DOCTOR_MAIL, MAILBOX, NOW, RECORD, World


def test_a_mail_is_stored_before_it_is_acknowledged(world: World, server: SmtpServer) -> None:
    """Once 250 was said, another process finds it."""
    assert send(server, written("Vos résultats sont bons.")) == {}

    world.again()
    assert world.bodies() == ["Vos résultats sont bons."]


def test_what_cannot_be_stored_stays_with_its_sender(
    world: World, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that is away: 451, and the next try brings it, once."""

    def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(world.app, "keep_mail", away)
        assert refusal(server, written())[0] == 451
    send(server, written())
    send(server, written())

    assert world.bodies() == ["Bonjour"]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("100000000000000@patient.mssante.fr", b"5.1.1 [902]"),
        (CLOSED, b"5.2.1 [902]"),
        ("somebody@elsewhere.fr", b"5.7.1"),
        (APP, b"5.2.1"),
    ],
)
def test_a_mailbox_that_cannot_have_it_is_refused_by_code(
    world: World, server: SmtpServer, to: str, code: bytes
) -> None:
    """Its sender's own server makes the bounce; 902 is the unknown patient of the ANS."""
    status, said = refusal(server, written(), to=to)

    assert status == 550
    assert code in said
    assert world.events() == []


def test_the_empty_sender_learns_nothing_of_who_is_here(world: World, server: SmtpServer) -> None:
    """Whoever has a record and who has not is answered alike, and only reports are taken."""
    for to in (MAILBOX, CLOSED, "100000000000000@patient.mssante.fr"):
        said = refusal(server, written(), sender="", to=to)[1]
        assert said.startswith(b"5.7.1 this is no report")
    assert world.events() == []


def test_access_has_the_last_word_on_mail(world: World, server: SmtpServer) -> None:
    """A record that may not be fed takes none, and its sender is told for good."""
    world.access.close(RECORD)

    assert refusal(server, written())[0] == 550
    assert world.events() == []


@pytest.mark.parametrize("sender", ["a@gmail.com", "a@hopital.mssante.fr.evil.org", "a@evil"])
def test_who_is_outside_the_trust_space_writes_to_nobody(
    world: World, server: SmtpServer, sender: str
) -> None:
    """Neither by envelope nor by header."""
    assert refusal(server, written(From=sender), sender=sender)[0] == 550
    assert refusal(server, written(From=sender), sender=DOCTOR_MAIL)[0] == 550
    assert world.events() == []


@pytest.mark.parametrize(
    ("reply_to", "where"),
    [
        ("labo@hopital.mssante.fr", "labo@hopital.mssante.fr"),
        ("labo@gmail.com", None),
        ("labo@hopital.mssante.fr.evil.org", None),
    ],
)
def test_software_has_answers_sent_within_the_trust_space_alone(
    world: World, server: SmtpServer, reply_to: str, where: str | None
) -> None:
    """What a person writes of their health goes to no mailbox elsewhere, whoever names it."""
    send(server, written(From=APP_MAIL, Reply_To=reply_to), sender=APP_MAIL)

    (conversation,) = world.listed().items
    assert [one.answers_to for one in conversation.correspondents] == [where]
    assert (conversation.reply_type is ReplyType.NO_REPLY) is (where is None)


def test_the_white_list_is_read_again(world: World, server: SmtpServer) -> None:
    """An operator adds a domain, and takes one away, while the edge runs."""
    new = "dr@nouveau.mssante.fr"
    assert refusal(server, written(From=new), sender=new)[0] == 550
    (world.home / "trusted").write_text("nouveau.mssante.fr\n")

    assert send(server, written(From=new), sender=new) == {}
    assert refusal(server, written())[0] == 550


def test_each_recipient_has_an_outcome(world: World, server: SmtpServer) -> None:
    """One of three is there: it is served, the sender told of the others."""
    refused = send(server, written(), to=[MAILBOX, CLOSED, "100000000000000@patient.mssante.fr"])

    assert set(refused) == {CLOSED, "100000000000000@patient.mssante.fr"}
    assert world.bodies() == ["Bonjour"]


def test_one_who_closes_meanwhile_makes_a_bounce(
    world: World, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the recipients were taken one answer stands for all: the other comes by mail, where
    the envelope says that mail comes back to (RFC 5321 6.1), and a KO notification with its code
    where one was asked for (RFC 8098 2.1)."""
    second = "279035121518990@patient.mssante.fr"
    world.people.mailboxes[second] = world.people.mailboxes[MAILBOX]
    real = world.app.keep_mail

    def keep(request: Any, by: Actor) -> Any:
        if request.address == second:
            raise RecipientClosed
        return real(request, by)

    monkeypatch.setattr(world.app, "keep_mail", keep)
    asked = written(Disposition_Notification_To=DOCTOR_MAIL)
    returns = "retours@hopital.mssante.fr"
    assert send(server, asked, sender=returns, to=[MAILBOX, second]) == {}
    world.send_due()

    assert all(letter.sender == "" for letter in world.box.taken)
    (bounced,) = (one for one in world.box.taken if b"Status: 5.2.1" in one.content)
    assert second.encode() in bounced.content
    assert bounced.recipient == returns
    assert f"To: {returns}\r\n".encode() in bounced.content
    (notified,) = (one for one in world.box.taken if b"Error: 902" in one.content)
    assert notified.recipient == DOCTOR_MAIL


def test_a_bounce_comes_from_the_empty_sender(world: World, server: SmtpServer) -> None:
    """RFC 5321 4.5.5: every server sends them so, and the person is told that nobody got it."""
    send(server, written())
    (conversation,) = world.listed().items
    answer = world.reply(conversation.conversation_id)
    world.send_due()
    returned = bounce(
        sender="postmaster@hopital.mssante.fr", to=MAILBOX, recipient=DOCTOR_MAIL,
        header_id=f"{answer.message_id}@patient.mssante.fr", status="5.1.1", code=None, at=NOW,
    )  # fmt: skip

    assert send(server, returned, sender="") == {}

    line = world.lines(conversation.conversation_id).items[-1]
    assert list(line.deliveries.values()) == ["failed"]


IN_WORDS = (
    "Hi. This is the qmail-send program at hopital.mssante.fr.\r\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
    f"<{DOCTOR_MAIL}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
    "--- Below this line is a copy of the message.\r\n\r\n"
)


@pytest.mark.parametrize("sender", ["", "MAILER-DAEMON@hopital.mssante.fr"])
def test_a_bounce_in_words_says_that_nobody_got_it(
    world: World, server: SmtpServer, sender: str
) -> None:
    """What qmail sends (QSBMF): the conversation shows it at the answer, and nothing is added to
    it. From an envelope that names the server too. One about a mail that is none of ours is
    refused, whoever it says it is of."""
    send(server, written())
    (conversation,) = world.listed().items
    answer = world.reply(conversation.conversation_id)
    world.send_due()
    (ours,) = (letter.content.decode() for letter in world.box.taken)
    daemon = "From: MAILER-DAEMON@hopital.mssante.fr\r\nSubject: failure notice\r\n\r\n"

    theirs = ours.replace(f"{answer.message_id}@", "5d2c1f6e-7c4c-4f0e-9d53-0b7a5a8f2c11@")
    assert refusal(server, (daemon + IN_WORDS + theirs).encode(), sender=sender)[0] == 550
    line = world.lines(conversation.conversation_id).items[-1]
    assert list(line.deliveries.values()) == ["delivered"]
    assert send(server, (daemon + IN_WORDS + ours).encode(), sender=sender) == {}

    line = world.lines(conversation.conversation_id).items[-1]
    assert (line.message_id, list(line.deliveries.values())) == (answer.message_id, ["failed"])
    assert len(world.listed().items) == 1


def test_somebody_away_answers_from_the_empty_sender(world: World, server: SmtpServer) -> None:
    """RFC 3834 3.3, RFC 5230: it is shown in the conversation, as what software wrote, whether or
    not it says so itself. Nobody else's is, nor one that answers nothing."""
    send(server, written())
    (conversation,) = world.listed().items
    answer = world.reply(conversation.conversation_id)
    thread = f"<{answer.message_id}@patient.mssante.fr>"
    away = {"Message_ID": "<2@hopital.mssante.fr>", "Auto_Submitted": "auto-replied (vacation)"}
    stranger = "Dr Autre <autre@hopital.mssante.fr>"

    for other in (
        written("Absent.", **away),
        written("Absent.", From=stranger, In_Reply_To=thread, **away),
    ):
        assert refusal(server, other, sender="")[1].startswith(b"5.7.1 this is no report")
    assert send(server, written("Absent.", In_Reply_To=thread, **away), sender="") == {}
    silent = {"Message_ID": "<3@hopital.mssante.fr>", "In_Reply_To": thread}
    assert send(server, written("Toujours absent.", **silent), sender="") == {}

    lines = world.lines(conversation.conversation_id)
    assert [line.automatic for line in lines.items] == [False, False, True, True]
    assert lines.conversation.reply_type == "REPLY"


def test_an_absence_from_outside_the_trust_space_is_refused(
    world: World, server: SmtpServer
) -> None:
    """A domain that was taken off the list may write here no more, not even in words of its own
    software; and what no person may have is not taken from it either."""
    send(server, written())
    (conversation,) = world.listed().items
    answer = world.reply(conversation.conversation_id)
    away = written("Absent.", In_Reply_To=f"<{answer.message_id}@patient.mssante.fr>")
    hidden = carrying(cda("INVISIBLE_PATIENT"), In_Reply_To=f"<{answer.message_id}@{DOMAIN}>")
    before = len(world.events())

    assert refusal(server, hidden, sender="")[1].startswith(b"5.7.1")
    (world.home / "trusted").write_text("cabinet.mssante.fr\n")
    assert refusal(server, away, sender="")[0] == 550

    assert len(world.events()) == before


def disposition(header_id: str) -> bytes:
    """As mail software tells that a mail was shown."""
    how = "manual-action/MDN-sent-manually; displayed"
    said = f"Original-Message-ID: <{header_id}>\r\nDisposition: {how}"
    machine = part(said, "Content-Type: message/disposition-notification")
    return sent(several("report", part("Votre message a été lu."), machine))


def test_a_disposition_is_no_message_whoever_sends_it(world: World, server: SmtpServer) -> None:
    """RFC 8098 3 has it come from the empty sender; some software sends it as its user. Of a mail
    that is not from here it is refused."""
    send(server, written())
    (conversation,) = world.listed().items
    answer = world.reply(conversation.conversation_id)
    before = len(world.events())

    ours = disposition(f"{answer.message_id}@patient.mssante.fr")
    assert send(server, ours) == {}
    assert send(server, ours, sender="") == {}
    assert refusal(server, disposition("autre@hopital.mssante.fr"))[0] == 550

    assert len(world.events()) == before


def test_one_domain_does_not_flood(world: World) -> None:
    """Past its pace it is told to come back, not refused."""
    with serving(world, per_minute=2) as server:
        send(server, written())
        send(server, written(Message_ID="<2@x.fr>"))
        assert refusal(server, written(Message_ID="<3@x.fr>"))[0] == 451


def send_over_tls(server: SmtpServer, context: ssl.SSLContext) -> None:
    with smtplib.SMTP("localhost", server.port) as client:
        client.starttls(context=context)
        client.sendmail(DOCTOR_MAIL, MAILBOX, written())


def test_tls_is_required_and_clients_prove_themselves(world: World, tmp_path: Path) -> None:
    """No mail in clear; and with mutual TLS none from whom our CA did not sign."""
    own, stranger = certificates(tmp_path), certificates(tmp_path, "stranger")
    tls: dict[str, Any] = {"cert_file": own.cert, "key_file": own.key, "clients_ca_file": own.ca}

    def client_context(certificate: Path | None, key: Path | None) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(own.ca))
        if certificate:
            made.load_cert_chain(certificate, key)
        return made

    with serving(world, **tls) as server:
        assert refusal(server, written())[0] == 530
        for context in (client_context(None, None), client_context(stranger.cert, stranger.key)):
            with pytest.raises((OSError, smtplib.SMTPException)):
                send_over_tls(server, context)
        assert world.events() == []
        send_over_tls(server, client_context(own.cert, own.key))
    assert world.bodies() == ["Bonjour"]


def test_too_many_connections_are_told_to_come_back(world: World) -> None:
    """The ones that are served go on."""
    with serving(world, max_clients=1) as server, smtplib.SMTP("127.0.0.1", server.port) as first:
        first.ehlo()
        with socket.create_connection(("127.0.0.1", server.port)) as second:
            answers = second.makefile("rb")
            assert answers.readline().startswith(b"421")
            answers.close()
        first.sendmail(DOCTOR_MAIL, MAILBOX, written())
    assert world.bodies() == ["Bonjour"]


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_is_served(world: World, server: SmtpServer) -> None:
    """A client that is not ours: an attachment, and [FIN]."""
    file = world.home / "resultats.pdf"
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    done = subprocess.run(
        [
            str(shutil.which("swaks")), "--server", f"127.0.0.1:{server.port}",
            "--from", DOCTOR_MAIL, "--to", MAILBOX, "--header", "Subject: [FIN] Vos résultats",
            "--body", "Bonjour", "--attach", f"@{file}",
        ],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    (conversation,) = world.listed().items
    assert (conversation.attachments, conversation.reply_type) == (1, "REPLY_BLOCKED")


@pytest.mark.skipif(shutil.which("msmtp") is None, reason="msmtp is not installed")
def test_msmtp_is_served(world: World, server: SmtpServer) -> None:
    """A submission client, as some practice software embeds."""
    done = subprocess.run(
        [
            str(shutil.which("msmtp")), "--host=127.0.0.1", f"--port={server.port}",
            f"--from={DOCTOR_MAIL}", "--auth=off", "--tls=off", MAILBOX,
        ],
        input=written(), capture_output=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert world.bodies() == ["Bonjour"]
    assert world.listed().items[0].subject == "Vos résultats"
