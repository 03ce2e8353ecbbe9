"""What software answers for somebody: shown for what it is, and nobody's word."""

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.domain.errors import ExchangeEnded
from services.messaging.domain.exchange import ReplyType
from tests.messaging.mails import part, sent, written
from tests.messaging.world import DOCTOR_MAIL, OTHER_MAIL, World

AWAY = "Je suis absente jusqu’à lundi."


def away(answer: object, **headers: str) -> bytes:
    """As Exchange sends it of a mailbox whose owner is away: generated, in the thread."""
    said = {
        "Auto_Submitted": "auto-generated",
        "In_Reply_To": f"<{answer}@patient.mssante.fr>",
        "Message_ID": "<absence@hopital.mssante.fr>",
        "Subject": "Réponse automatique : Vos résultats",
    }
    return written(AWAY, **said | headers)


@pytest.mark.parametrize("word", ["auto-replied", "auto-generated", "auto-replied; owner-token=x"])
def test_a_notice_of_absence_is_shown_and_closes_nothing(world: World, word: str) -> None:
    """RFC 3834 5: it says that a mail is automatic, not that its mailbox reads none. The person
    could not write to their doctor any more once they had been away."""
    started = world.start()
    answer = world.reply(started.conversation_id)

    world.mail(away(answer.message_id, Auto_Submitted=word))

    lines = world.lines(started.conversation_id)
    assert [line.automatic for line in lines.items] == [False, False, True]
    assert world.read(lines.items[2].message_id).automatic
    assert lines.conversation.reply_type is ReplyType.REPLY
    assert world.reply(started.conversation_id)


def test_a_notice_of_absence_opens_no_exchange_that_was_ended(world: World) -> None:
    """The professional closed it; their software did not mean to open it."""
    started = world.start()
    answer = world.reply(started.conversation_id)
    world.send(started, end=True)

    world.mail(away(answer.message_id))

    assert "exchange_resumed" not in world.topics()
    with pytest.raises(ExchangeEnded):
        world.reply(started.conversation_id)


def test_software_that_writes_first_takes_no_answers(world: World) -> None:
    """Results of a laboratory: nobody reads what is answered to them."""
    kept = world.mail(written(Auto_Submitted="auto-generated"))
    lines = world.lines(world.conversation_of(kept))

    assert lines.conversation.reply_type is ReplyType.NO_REPLY
    assert [line.automatic for line in lines.items] == [True]


@pytest.mark.parametrize(
    ("header", "automatic"),
    [("X-Autoreply: yes", True), ("X-Autorespond: vacation", True),
     ("Precedence: auto_reply", True), ("Precedence: bulk", False), ("X-Other: x", False)],
)  # fmt: skip
def test_what_responders_said_before_there_was_a_field(header: str, automatic: bool) -> None:
    """RFC 3834 has the field since 2004; cPanel, qmail's and Exim's autoresponders use these."""
    assert read_mail(sent(part("x"), header)).automatic is automatic


def test_whose_answer_it_is_is_known_by_what_it_answers(world: World) -> None:
    """Responders write from the empty sender (RFC 3834 3.3), which proves nothing: the mail it
    names, which nobody can guess, went to that mailbox."""
    started = world.start()
    answer = world.reply(started.conversation_id)
    received = f"{started.message_id}"

    def found(mail: bytes) -> str | None:
        return world.app.answered_mailbox(read_mail(mail, from_nobody=True))

    assert found(away(answer.message_id)) == "279035121518989@patient.mssante.fr"
    assert found(away(answer.message_id, From=DOCTOR_MAIL.upper()))
    for other in (
        away(answer.message_id, From=OTHER_MAIL),
        away(received),
        away("0190a000-0000-7000-8000-00000000000f"),
        away(answer.message_id, In_Reply_To="<autre@hopital.mssante.fr>"),
        away(answer.message_id, In_Reply_To=""),
    ):
        assert found(other) is None


def test_what_a_mail_is_signed_with_nobody_looked_at(world: World) -> None:
    """Who reads it is told that, and never that it was verified."""
    kept = [
        world.mail(written(Message_ID="<a@x.fr>")),
        world.mail(
            written(Message_ID="<b@x.fr>").replace(
                b"Content-Type: text/plain",
                b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n'
                b"Content-Type: text/plain",
            )
        ),
    ]

    assert [world.read(one.message_id).signature for one in kept] == ["none", "unverified"]
