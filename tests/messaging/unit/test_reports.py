"""What other servers say of a mail of ours: whom it did not reach, and whether it still may."""

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.domain.mail import Report, ReportKind
from tests.messaging.mails import part, sent, several
from tests.messaging.world import DOCTOR_MAIL

OURS = "5d2c1f6e-7c4c-4f0e-9d53-0b7a5a8f2c11@patient.mssante.fr"
HEADERS = part(f"Subject: x\r\nMessage-ID:\r\n <{OURS}>\r\n", "Content-Type: text/rfc822-headers")


def told(*blocks: str, kind: str = "delivery-status") -> bytes:
    said = "\r\n".join(f"{block}\r\n" for block in blocks)
    return part(said, f"Content-Type: message/{kind}")


def report(*parts: bytes, sender: str = DOCTOR_MAIL, head: tuple[str, ...] = ()) -> bytes:
    made = sent(several("report", part("Non remis."), *parts), *head)
    return made.replace(f"From: {DOCTOR_MAIL}".encode(), f"From: {sender}".encode())


def read(mail: bytes) -> Report:
    found = read_mail(mail).report
    assert found
    return found


SERVER = "Reporting-MTA: dns; mx.hopital.mssante.fr"


@pytest.mark.parametrize(
    ("recipient", "failed"),
    [
        ("Action: failed\r\nStatus: 5.1.1", True),
        ("Action: failed\r\nStatus: 4.4.7", True),
        ("Action: Failed (expired)\r\nStatus: 4.0.0", True),
        ("Action: failed", True),
        ("Status: 5.2.2", True),
        ("Action: delayed\r\nStatus: 4.4.1", False),
        ("Action: relayed\r\nStatus: 2.0.0", False),
        ("Action: delivered\r\nStatus: 5.0.0", False),
        ("Status: 4.4.7", False),
    ],
)
def test_a_server_that_gives_up_says_failed(recipient: str, failed: bool) -> None:
    """
    RFC 3464 2.3.3: the action decides; after days of trying it stands beside a status of class 4.
    """
    block = f"Final-Recipient: rfc822; {DOCTOR_MAIL}\r\n{recipient}"

    found = read(report(told(SERVER, block), HEADERS))

    assert (found.failed, found.recipient, found.header_id) == (failed, DOCTOR_MAIL, OURS)


def test_of_several_recipients_the_one_it_did_not_reach() -> None:
    """
    A list that the mail went to has a block for each.
    """
    blocks = [
        f"Final-Recipient: rfc822; {name}@x.fr\r\nAction: {action}\r\nStatus: {status}"
        for name, action, status in [
            ("un", "delivered", "2.0.0"), ("deux", "failed", "5.1.1"), ("trois", "delayed", "4.4.1")
        ]
    ]  # fmt: skip

    found = read(report(told(SERVER, *blocks), HEADERS))

    assert (found.recipient, found.failed) == ("deux@x.fr", True)


@pytest.mark.parametrize(
    ("block", "address"),
    [
        ("Original-Recipient: rfc822;a@x.fr\r\nFinal-Recipient: rfc822; b@y.fr", "a@x.fr"),
        ("Final-Recipient: rfc822; <a@x.fr>", "a@x.fr"),
        ("Final-Recipient: a@x.fr", "a@x.fr"),
    ],
)
def test_whom_it_was_for(block: str, address: str) -> None:
    """
    The address that we sent to, where it is told, and without what surrounds it.
    """
    assert read(report(told(SERVER, f"{block}\r\nAction: failed"), HEADERS)).recipient == address


RETURNED = "Content-Type: message/rfc822"
FAILED = f"Final-Recipient: rfc822; {DOCTOR_MAIL}\r\nAction: failed\r\nStatus: 5.0.0"


@pytest.mark.parametrize(
    ("parts", "head"),
    [
        ((HEADERS,), ()),
        ((HEADERS.replace(b"text/rfc822", b"message/rfc822"),), ()),
        ((part(HEADERS.partition(b"\r\n\r\n")[2], RETURNED),), ()),
        ((part(f"Subject: é\r\nMessage-ID: <{OURS}>\r\n\r\nx", RETURNED),), ()),
        ((), (f"In-Reply-To: <{OURS}>",)),
        ((), (f"References: <autre@x.fr> <{OURS}>",)),
        ((HEADERS,), ("In-Reply-To: <autre@x.fr>",)),
    ],
)  # fmt: skip
def test_which_mail_it_is_about(parts: tuple[bytes, ...], head: tuple[str, ...]) -> None:
    """
    RFC 6522: the mail or its headers are returned; some servers only go on in its thread.
    """
    assert read(report(told(SERVER, FAILED), *parts, head=head)).header_id == OURS


@pytest.mark.parametrize("sender", ["MAILER-DAEMON", "<>", "Système de courrier <MAILER-DAEMON>"])
def test_a_server_needs_no_address(sender: str) -> None:
    """
    Nobody answers it, and what it reports is known by the mail that it is about.
    """
    assert read(report(told(SERVER, FAILED), HEADERS, sender=sender)).failed


def test_a_disposition_is_no_delivery() -> None:
    """
    RFC 8098: whatever was done with the mail, it came.
    """
    said = told(
        f"Original-Message-ID: <{OURS}>\r\nDisposition: automatic-action/x; deleted/error",
        kind="disposition-notification",
    )

    found = read(
        report(said, part("Message-ID: <autre@x.fr>", "Content-Type: text/rfc822-headers"))
    )

    assert (found.kind, found.header_id, found.failed) == (ReportKind.DISPOSITION, OURS, False)


def test_a_report_shows_nothing_of_its_own() -> None:
    """
    It is no message of a correspondent.
    """
    mail = read_mail(report(told(SERVER, FAILED), HEADERS))

    assert (mail.body, mail.files) == ("", ())
