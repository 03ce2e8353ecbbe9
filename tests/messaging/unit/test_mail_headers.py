"""Headers and texts of mails as the world writes them."""

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import Unreadable
from tests.messaging.mails import part, sent
from tests.messaging.world import DOCTOR_MAIL

WORDS = part("Bonjour")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Résultats".encode(), "Résultats"),
        ("Résultats d’été".encode("cp1252"), "Résultats d’été"),
        (b"=?iso-8859-1?Q?l=92=E9t=E9?=", "l’été"),
        ("=?iso-8859-1?Q?R\xe9sultats?=".encode("latin-1"), "Résultats"),
        (b"=?utf-8?B?UsOpc3VsdMM=?=\r\n =?utf-8?B?qXM=?=", "Résultés"),
        (b"=?no-such-charset?Q?Bonjour?=", "Bonjour"),
        (b"un\r\n\tdeux", "un deux"),
    ],
)
def test_a_subject_in_any_charset(written: bytes, shown: str) -> None:
    """
    RFC 2047, RFC 6532, and bytes of a charset that nobody names: letters, never halves of them.
    """
    mail = read_mail(sent(WORDS, b"Subject: " + written))

    assert mail.subject == shown


@pytest.mark.parametrize(
    "header",
    ["Subject: =?utf-7?Q?a+2AA-b?=",
     "Content-Disposition: attachment; filename*=utf-7''a%2B2AA-b.txt"],
)  # fmt: skip
def test_halves_of_letters_are_no_text(header: str) -> None:
    """
    No store and no other mail could hold them: the mail would come again for ever.
    """
    with pytest.raises(Unreadable):
        read_mail(sent(WORDS, header))


@pytest.mark.parametrize(
    ("charset", "data", "shown"),
    [
        ("iso-8859-1", b"l\x92\x9cuf \x80", "l’œuf €"),
        ("us-ascii", b"l\x92\x9cuf", "l’œuf"),
        ("windows-1252", b"l\x92\x9cuf", "l’œuf"),
        ("utf-7", b"a+2AA-b", "a+2AA-b"),
        ("rot13", b"Bonjour", "Bonjour"),
        ("utf-8", b"\xef\xbb\xbfBonjour", "Bonjour"),
    ],
)
def test_words_in_the_charset_that_was_meant(charset: str, data: bytes, shown: str) -> None:
    """
    Software of Windows says ISO 8859-1 and writes its own apostrophe; what cannot be stored as
    UTF-8 is not kept.
    """
    head = (f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit")

    body = read_mail(sent(part(data, *head))).body

    assert body == shown


@pytest.mark.parametrize(
    ("written", "automatic"),
    [
        ("no", False), ("No (manual)", False), ("no; owner-email=x@y", False), ("", False),
        ("auto-replied", True), ("Auto-Generated; type=x", True), ("auto-notified (x)", True),
    ],
)  # fmt: skip
def test_who_reads_no_answer_says_so_in_one_word(written: str, automatic: bool) -> None:
    """
    RFC 3834 5: parameters and remarks may follow it.
    """
    assert read_mail(sent(WORDS, f"Auto-Submitted: {written}")).automatic is automatic


def test_whom_else_it_went_to_is_read_as_far_as_it_can_be() -> None:
    """
    A group with a remark after it, which the library cannot read, costs no mail.
    """
    mail = read_mail(
        sent(WORDS, "To: cachés:; (sans destinataire)", "Cc: Dr B <b@hopital.mssante.fr>")
    )

    assert mail.copied == ("b@hopital.mssante.fr",)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("<20260301.42>", "20260301.42"), ("<a b@c>", None), ("", None), ("<a\x00b@c>", None),
     ("<x@y> (remarque)", "x@y")],
)  # fmt: skip
def test_a_mail_is_named_as_it_names_itself(written: str, kept: str | None) -> None:
    """
    Also without the domain that RFC 5322 wants: answers name it, and its sender's software knows
    no other name.
    """
    mail = read_mail(sent(WORDS, f"Message-ID: {written}"))

    assert mail.header_id == (kept or f"{mail.sha256}@none.invalid")


def test_a_thread_is_read_over_folded_lines() -> None:
    """
    RFC 5322 3.6.4; the nearest comes first.
    """
    mail = read_mail(
        sent(WORDS, "References: <1@a>\r\n <2@a>\r\n\t<3@a>", "In-Reply-To: Votre mail <3@a>")
    )

    assert mail.answers_to == ["3@a", "3@a", "2@a", "1@a"]


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON",
        "a@hopital.fr, b@hopital.fr",
        f"{DOCTOR_MAIL}\r\nFrom: autre@hopital.fr",
        "<>",
    ],
)
def test_a_mail_has_one_sender(sender: str) -> None:
    """
    Whoever it would be answered to is said once.
    """
    raw = sent(WORDS).replace(f"From: {DOCTOR_MAIL}".encode(), f"From: {sender}".encode())
    with pytest.raises(Unreadable):
        read_mail(raw)
