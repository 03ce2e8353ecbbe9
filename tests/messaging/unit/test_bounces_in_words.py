"""Bounces that no RFC 3464 tells: what is certain in them, and what is left as it was."""

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import Unreadable
from services.messaging.domain.mail import Mail, Report
from tests.messaging.mails import part, sent, several
from tests.messaging.world import DOCTOR_MAIL

OURS = "5d2c1f6e-7c4c-4f0e-9d53-0b7a5a8f2c11@patient.mssante.fr"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.hopital.mssante.fr>"
RETURNED = (
    "Return-Path: <279035121518989@patient.mssante.fr>\r\n"
    "Received: from edge (10.5.1.1) by mx (8.14.4/5.5.1960.3) id 550 for x\r\n"
    f"To: {DOCTOR_MAIL}\r\nSubject: Re: x\r\nMessage-ID: <{OURS}>\r\n\r\nMerci\r\n"
)


def returned(words: str, *headers: str, sender: str = DAEMON, more: str = RETURNED) -> bytes:
    """Words, and below them the mail that they are about."""
    made = sent(part(f"{words}\r\n\r\n{more}"), *headers)
    return made.replace(f"From: {DOCTOR_MAIL}".encode(), f"From: {sender}".encode())


def told(mail: bytes) -> Report:
    found = read_mail(mail, from_nobody=True).report
    assert found
    return found


QMAIL = (
    "Hi. This is the qmail-send program at mx.hopital.mssante.fr.\r\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
    "<dupont@ailleurs.fr>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
    "--- Below this line is a copy of the message."
)
EXIM = (
    "This message was created automatically by mail delivery software.\r\n\r\n"
    "A message that you sent could not be delivered to one or more of its\r\n"
    "recipients. This is a permanent error. The following address(es) failed:\r\n\r\n"
    f"  {DOCTOR_MAIL}\r\n    Unrouteable address\r\n\r\n"
    "------ This is a copy of the message, including all the headers. ------"
)
EXCHANGE = (
    "Your message\r\n\r\n  To:      dupont\r\n  Subject: x\r\n\r\n"
    "did not reach the following recipient(s):\r\n\r\n"
    "dupont on Tue, 3 Mar 2026 10:00:00 +0100\r\n    The recipient name is not recognized"
)
FRENCH = "Votre message n’a pas pu être remis à certains destinataires."


@pytest.mark.parametrize(
    ("words", "headers", "status"),
    [
        (QMAIL, (), "5.1.1"),
        (QMAIL.replace(" (#5.1.1)", ""), (), "5.0.0"),
        (EXIM, (f"X-Failed-Recipients: {DOCTOR_MAIL}", "Auto-Submitted: auto-replied"), "5.0.0"),
        (EXIM, (), "5.0.0"),
        (EXCHANGE, (), "5.0.0"),
        (FRENCH, (), "5.0.0"),
        ("dupont... 550 5.1.1 User unknown", (), "5.1.1"),
        ("The server said: 550 User unknown", (), "5.0.0"),
        (f"<{DOCTOR_MAIL}>:\r\n554: delivery error", (), "5.0.0"),
        ("Le compte n’existe pas <mx.hopital.mssante.fr #5.2.1>", (), "5.2.1"),
        (
            "The message returned below could not be\r\nretrieved. It could not be delivered.",
            (),
            "5.0.0",
        ),
        ("Unable to deliver message to the following address(es).", (), "5.0.0"),
        ("Delivery to the following recipients failed permanently:", (), "5.0.0"),
        ("Delivery to the following recipient was aborted after 5.0 hour(s):", (), "5.0.0"),
        ("There was an error delivering your mail to <a@x.fr>.", (), "5.0.0"),
        ("I'm not going to try again; it has been in the queue too long.", (), "5.0.0"),
        ("Each of the recipients was rejected by a remote mail server.", (), "5.0.0"),
        ("Votre message n'a pas été distribué.", (), "5.0.0"),
    ],
)
def test_a_server_that_gives_up_says_so_in_words(
    words: str, headers: tuple[str, ...], status: str
) -> None:
    """QSBMF, Exim's header, the codes of RFC 3463 and RFC 5321, or a sentence of known servers; the
    mail that is returned says to whom it went, also where that mailbox forwards."""
    found = told(returned(words, *headers))

    assert (found.header_id, found.recipient, found.failed) == (OURS, DOCTOR_MAIL, True)
    assert found.status == status


@pytest.mark.parametrize(
    "mail",
    [
        sent(several("mixed", part("550 5.1.1 unknown"),
                     part(RETURNED, "Content-Type: message/rfc822")), "Subject: failure"),
        sent(several("mixed", part("550 5.1.1 unknown"),
                     part(RETURNED, "Content-Type: text/rfc822-headers"))),
        returned("550 5.1.1 unknown", more="> " + RETURNED.replace("\r\n", "\r\n> ")),
        returned("550 5.1.1 unknown", more=RETURNED.replace("-ID: <", "-Id:\r\n <")),
    ],
    ids=["the whole mail", "its headers", "quoted", "folded"],
)  # fmt: skip
def test_the_mail_is_returned_in_many_ways(mail: bytes) -> None:
    """As a part of its own, or as text below."""
    mail = mail.replace(f"\r\nFrom: {DOCTOR_MAIL}".encode(), b"").replace(
        f"From: {DOCTOR_MAIL}\r\nMIME".encode(), f"From: {DAEMON}\r\nMIME".encode()
    )

    assert told(mail).header_id == OURS


def test_where_nothing_is_returned_the_thread_names_it() -> None:
    """Exim's ``bounce_return_message`` can be off; its header still says that it failed. The mail
    is the last of its thread that is ours."""
    before = "0190a000-0000-7000-8000-00000000000f@patient.mssante.fr"
    for thread in (f"<{before}> <{OURS}>", f"<{OURS}> <autre@hopital.mssante.fr>"):
        headers = (f"X-Failed-Recipients: {DOCTOR_MAIL}", f"References: {thread}")
        found = told(returned(EXIM, *headers, more=""))

        assert (found.header_id, found.recipient) == (OURS, DOCTOR_MAIL)


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON <>", "MAILER-DAEMON", "<MAILER-DAEMON>", "postmaster@x.fr (Courrier)",
     "MAILER-DAEMON@mx.x.fr (Mail Delivery System)", "System Administrator <Postmaster@x.fr>"],
)  # fmt: skip
def test_servers_sign_as_they_like(sender: str) -> None:
    """By custom, and RFC 2142 5; some without a domain."""
    assert told(returned("550 5.1.1 unknown", sender=sender)).failed


@pytest.mark.parametrize(
    "subject",
    ["Undeliverable Mail", "Undelivered Mail Returned to Sender", "Returned mail: User unknown",
     "Mail delivery failed: returning message to sender", "failure notice", "Non remis : Re: x",
     "Delivery Status Notification (Failure)", "Échec de la remise"],
)  # fmt: skip
def test_some_say_so_in_their_subject_alone(subject: str) -> None:
    """And below whom they do not know."""
    mail = returned(f"Unknown user: {DOCTOR_MAIL}", f"Subject: {subject}")

    assert told(mail).failed


@pytest.mark.parametrize(
    "words",
    [
        "THIS IS A WARNING MESSAGE ONLY. The server said: 550 5.1.1 unknown",
        "Delivery has been delayed. It could not be delivered: 450 4.2.2 full",
        "Your message could not be delivered for more than 15 minutes. It will be retried.",
        "An error has occurred. Please note that this is only a temporary failure report.",
        "A message that you sent has not yet been delivered. Unable to deliver so far.",
        "550 5.1.1 unknown. This is no error: YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
    ],
)
def test_whoever_goes_on_trying_has_not_failed(words: str) -> None:
    """Whatever is said of the last time that they tried."""
    assert read_mail(returned(words), from_nobody=True).report is None


@pytest.mark.parametrize(
    ("sender", "failed"),
    [("<>", True), ("Mail Delivery System <Mail.Delivery.System@mx.x.fr>", True),
     ("Mail Deliver System <robot@x.fr>", True), ("Dr Mail Delivery <dr@x.fr>", False),
     ("Secrétariat <ne-pas-repondre@x.fr>", False)],
)  # fmt: skip
def test_servers_are_known_by_name_too(sender: str, *, failed: bool) -> None:
    """Where the envelope is nobody's. A mailbox that answers by itself is somebody's."""
    try:
        report = read_mail(returned("550 5.1.1 unknown", sender=sender), from_nobody=True).report
    except Unreadable:
        report = None
    assert (report is not None and report.failed) is failed


STATUS = f"Reporting-MTA: dns; mx.x.fr\r\n\r\nFinal-Recipient: rfc822; {DOCTOR_MAIL}\r\n"


def reported(kind: str, status: str, words: str = "") -> bytes:
    mail = sent(
        several(kind, part(words), part(status, "Content-Type: message/delivery-status"),
                part(RETURNED, "Content-Type: message/rfc822"))
    )  # fmt: skip
    return mail.replace(f"From: {DOCTOR_MAIL}\r\nMIME".encode(), f"From: {DAEMON}\r\nMIME".encode())


@pytest.mark.parametrize(
    ("action", "failed"), [("failed", True), ("delayed", False), ("delivered", False)]
)
def test_a_delivery_status_in_a_mail_of_another_type(action: str, *, failed: bool) -> None:
    """RFC 3464 is for ``multipart/report``; some servers write it in what is ``mixed``."""
    report = told(reported("mixed", f"{STATUS}Action: {action}\r\n"))

    assert (report.header_id, report.action, report.failed) == (OURS, action, failed)


def test_a_person_s_delivery_status_is_a_file() -> None:
    """A professional who sends one on is answered as for any mail inside a mail."""
    mail = reported("mixed", f"{STATUS}Action: failed\r\n").replace(DAEMON.encode(), b"dr@x.fr")
    with pytest.raises(Unreadable):
        read_mail(mail)


def test_the_words_of_a_report_whose_fields_say_nothing() -> None:
    """« Delivery report unavailable »: Postfix, that has lost it."""
    words = "Your message could not\r\nbe delivered to one or more recipients."
    for status in ("Reporting-MTA: dns; mx.x.fr\r\n", ""):
        mail = reported("report", status, words)
        assert told(mail).failed
        complaint = mail.replace(
            b"multipart/report;", b"multipart/report; report-type=feedback-report;"
        )
        assert not told(complaint).failed


def test_a_report_whose_parts_nobody_can_part() -> None:
    """Its boundary is another than it names: all is one text."""
    mail = reported("report", f"{STATUS}Action: failed\r\nStatus: 5.1.1\r\n")
    head, _, body = mail.partition(b"\r\n\r\n")
    boundary = head.split(b'boundary="')[1].split(b'"')[0]

    assert told(head.replace(boundary, b"another") + b"\r\n\r\n" + body).status == "5.1.1"


AWAY = "Je suis absent. Motif 5.1.1, poste 550 au secrétariat."


@pytest.mark.parametrize(
    "mail",
    [
        returned("Warning: message delayed 24 hours. 451 4.4.1: still trying."),
        returned("Your message was delivered."),
        returned(AWAY, sender=DOCTOR_MAIL),
        returned("550 5.1.1 unknown", more=""),
        returned("550 5.1.1 unknown", f"References: <{OURS}>", more=""),
        returned("550 5.1.1 unknown", more=RETURNED.replace(OURS, "autre@hopital.mssante.fr")),
        returned("Rien.", more=RETURNED + "550 5.1.1\r\n"),
        returned(EXIM.replace("permanent error", "problem"), sender="mailer-daemons@x.fr"),
        returned(QMAIL.replace("Hi. This", "Bonjour, this"), sender=DOCTOR_MAIL),
    ],
    ids=["a delay", "no failure", "somebody away", "of nothing", "nothing returned",
         "of another mail", "codes of the mail itself", "nobody known", "no qmail"],
)  # fmt: skip
def test_what_is_not_certain_is_no_failure(mail: bytes) -> None:
    """A person who is told that nobody got it writes again, or does not come."""
    assert read_mail(mail, from_nobody=True).report is None


def test_a_professional_who_quotes_a_bounce_is_none() -> None:
    """From their own mailbox, and their own envelope: what they write is read."""
    for words in (QMAIL, EXIM, "550 5.1.1 unknown"):
        headers = (f"X-Failed-Recipients: {DOCTOR_MAIL}",)
        mail = read_mail(returned(words, *headers, sender=DOCTOR_MAIL))
        assert (mail.report, mail.of_server) == (None, False)
        assert words.splitlines()[0] in mail.body


@pytest.mark.parametrize("sender", [DAEMON, "postmaster@hopital.mssante.fr"])
def test_a_server_is_nobodys_correspondent(sender: str) -> None:
    """Also where its envelope names a mailbox, as old Exchange and gateways have it."""

    def read(words: str) -> Mail:
        return read_mail(returned(words, sender=sender))

    assert read("550 5.1.1 unknown").report
    assert (read("Bonjour").report, read("Bonjour").of_server) == (None, True)


@pytest.mark.parametrize(
    "words",
    ["\r\n" * 400_000, " " * 1_000_000, "> " * 500_000, "<" * 500_000, "a" * 900_000 + "@",
     "to: " * 250_000, "5." * 400_000, "message-id:\r\n" * 80_000],
)  # fmt: skip
def test_words_without_end_cost_no_time(words: str) -> None:
    """Each is read in a second or less (a few megabytes of a stranger's)."""
    assert read_mail(returned(words, more=""), from_nobody=True).report is None
