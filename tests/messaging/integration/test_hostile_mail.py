"""Mails that no decent software writes, and those that careless software does."""

import smtplib
import socket

import pytest

from services.messaging.adapters.smtp_server import SmtpServer
from tests.messaging.mails import carrying, cda, mail, written, xdm
from tests.messaging.serving import refusal, send
from tests.messaging.world import DOCTOR_MAIL, MAILBOX, World


def test_a_hundred_megabytes_are_refused_in_flat_memory(world: World, server: SmtpServer) -> None:
    """By its announced size, and by the bytes themselves when it says nothing."""
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:<{DOCTOR_MAIL}> SIZE=100000000")[0] == 552
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        answers = raw.makefile("rb")
        for line in (
            b"HELO x",
            f"MAIL FROM:<{DOCTOR_MAIL}>".encode(),
            f"RCPT TO:<{MAILBOX}>".encode(),
            b"DATA",
        ):
            answers.readline()
            raw.sendall(line + b"\r\n")
        answers.readline()
        chunk = (b"x" * 998 + b"\r\n") * 1000
        for _ in range(100):
            raw.sendall(chunk)
        raw.sendall(b"\r\n.\r\n")
        assert answers.readline().startswith(b"552")
        answers.close()
    assert world.events() == []
    assert send(server, written()) == {}


def nested(depth: int) -> bytes:
    lines = [f"From: {DOCTOR_MAIL}", "MIME-Version: 1.0"]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    return "\r\n".join([*lines, "Content-Type: text/plain", "", "end", ""]).encode()


HOSTILE = {
    "nested deep": nested(60),
    "nested past any parser": nested(5000),
    "a mail in a mail": carrying(b"x", From=DOCTOR_MAIL).replace(
        b"application/octet-stream", b"message/rfc822"
    ),
    "a program": carrying(b"MZ\x90\x00\x03\x00\x00\x00", "resultats.pdf"),
    "two senders": b"From: a@hopital.mssante.fr, b@hopital.mssante.fr\r\n\r\nx",
    "no sender": b"Subject: x\r\n\r\nx",
    "a header without end": b"From: a@hopital.mssante.fr\r\n"
    + b"X: aaaaaaaaaa\r\n" * 7000
    + b"\r\nx",
    "many parts": carrying(b"x" * 10) + b"\r\nContent-Type: text/plain" * 200,
    "an archive that grows": carrying(xdm(b"<a>" + b" " * 60_000_000 + b"</a>")),
    "a broken archive": carrying(xdm()[:-40]),
    "hidden from the person": carrying(xdm(cda("INVISIBLE_PATIENT"))),
    "nothing at all": b"",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_mail_is_refused_and_the_next_is_taken(
    world: World, server: SmtpServer, name: str
) -> None:
    """Refused for good, nothing kept; and the server lives."""
    status, _ = refusal(server, HOSTILE[name])

    assert status == 550
    assert world.events() == []
    assert send(server, written()) == {}


@pytest.mark.parametrize(
    ("charset", "data", "shown"),
    [
        ("utf-8", "Fièvre".encode("latin-1"), "Fièvre"),
        ("iso-8859-1", "Fièvre".encode("latin-1"), "Fièvre"),
        ("no-such-charset", "Fièvre".encode(), "Fièvre"),
        ("us-ascii", "Fièvre".encode(), "Fièvre"),
    ],
)
def test_a_wrong_charset_loses_no_letter(
    world: World, server: SmtpServer, charset: str, data: bytes, shown: str
) -> None:
    """Practice software often says one charset and writes another."""
    head = (
        f"From: {DOCTOR_MAIL}\r\nContent-Type: text/plain; charset={charset}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    send(server, head.encode() + data)

    assert world.bodies() == [shown]


def test_no_second_header_slips_through(world: World, server: SmtpServer) -> None:
    """Encoded line ends in a subject stay words: what goes out has the headers we wrote. In an
    address they are refused."""
    head = b"From: %s\r\nSubject: =?utf-8?q?a=0D=0ABcc:_x@evil.org?=\r\n\r\nBonjour\r\n"
    named = b"=?utf-8?q?Dr=0D=0AX-Evil:_1?= <" + DOCTOR_MAIL.encode() + b">"
    assert refusal(server, head % named)[0] == 550
    send(server, head % DOCTOR_MAIL.encode())
    (conversation,) = world.listed().items
    world.reply(conversation.conversation_id)
    world.send_due()

    (letter,) = world.box.taken
    headers = letter.content.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nbcc:" not in headers
    assert b"subject: re: a bcc: x@evil.org" in headers


def test_html_alone_is_read_as_text(world: World, server: SmtpServer) -> None:
    """Nothing that runs or is fetched is kept."""
    made = mail()
    made.set_content("<p>Bonjour</p><script>alert(1)</script><img src='http://x/'>", subtype="html")
    send(server, made.as_bytes())

    assert world.bodies() == ["Bonjour"]
