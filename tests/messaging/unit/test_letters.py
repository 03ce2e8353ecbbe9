"""The headers of what goes out, as other software reads them."""

import pytest

from services.messaging.adapters.mime import read_mail
from tests.messaging.mails import written
from tests.messaging.world import DOCTOR_MAIL, MAILBOX, World

LONG = "PR0P264MB0123C4B5F6A7D8E9F0A1B2C3D4E5@PR0P264MB0123.FRAP264.PROD.messagerie.mssante.fr"
"""As long as some servers make them: more than a line of 78 characters holds."""


def lines_of(content: bytes, name: str) -> list[bytes]:
    """Of one header, as it is on the wire."""
    head, _, _ = content.partition(b"\r\n\r\n")
    found = head.replace(b"\r\n ", b"\0 ").split(b"\r\n")
    (line,) = (one for one in found if one.startswith(name.encode() + b":"))
    return line.split(b"\0")


def test_a_message_id_is_whole_however_long_it_is(world: World) -> None:
    """No encoded word stands for one (RFC 2047, 5): the answer would open another thread."""
    before = "<0@cabinet.mssante.fr>"
    kept = world.mail(written(Message_ID=f"<{LONG}>", References=before))
    world.reply(world.conversation_of(kept))
    world.send_due()

    (letter,) = world.box.taken
    assert lines_of(letter.content, "In-Reply-To") == [f"In-Reply-To: <{LONG}>".encode()]
    references = lines_of(letter.content, "References")
    assert references == [f"References: {before}".encode(), f" <{LONG}>".encode()]


def test_as_many_as_a_thread_has_are_no_line_too_long(world: World) -> None:
    """998 characters without the end of the line (RFC 5322, 2.1.1)."""
    before = " ".join(f"<{number}.{LONG}>" for number in range(20))
    kept = world.mail(written(Message_ID=f"<{LONG}>", References=before))
    world.reply(world.conversation_of(kept))
    world.send_due()

    (letter,) = world.box.taken
    references = lines_of(letter.content, "References")
    assert b" ".join(one.split()[-1] for one in references).split()[-1] == f"<{LONG}>".encode()
    assert len(references) == 20
    assert max(map(len, references)) < 998


def test_an_answer_to_a_message_id_beyond_ascii_leaves(world: World) -> None:
    """Wrong as it is (RFC 5322, 3.6.4), some software makes them: the answer goes out."""
    came = written(Message_ID="<1.reponse@hopital.mssante.fr>").replace(b"reponse", b"r\xe9ponse")
    kept = world.mail(came)
    world.reply(world.conversation_of(kept))
    world.send_due()

    (letter,) = world.box.taken
    letter.content.decode("ascii")
    assert lines_of(letter.content, "In-Reply-To") == [
        b"In-Reply-To: <1.r?ponse@hopital.mssante.fr>"
    ]


@pytest.mark.parametrize("kind", ["receipt", "bounce"])
def test_a_report_of_a_mail_whose_message_id_is_beyond_ascii_leaves(
    world: World, kind: str
) -> None:
    """Else nobody ever told the sender that the person has not had it."""
    made = written(
        Disposition_Notification_To=DOCTOR_MAIL, Message_ID="<1.reponse@hopital.mssante.fr>"
    )
    came = made.replace(b"reponse", "réponse".encode())
    if kind == "receipt":
        world.mail(came)
    else:
        world.app.return_mail(read_mail(came), DOCTOR_MAIL, MAILBOX, "5.2.1", "902")
    world.send_due()

    assert len(world.box.taken) == (1 if kind == "receipt" else 2)
    assert all(b"<1.r?ponse@hopital.mssante.fr>" in one.content for one in world.box.taken)
