"""All that a mail says reaches the person, each thing once, however its software laid it out."""

import base64

import pytest

from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import MAX_BODY, Unreadable
from tests.messaging.mails import html, part, sent, several

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
IMAGE = part(PNG, "Content-Type: image/png", "Content-Transfer-Encoding: base64")
NAMED = part(
    "Taux : 12", "Content-Type: text/plain; charset=utf-8",
    'Content-Disposition: attachment; filename="taux.txt"',
)  # fmt: skip
SIGNATURE = "Content-Type: application/pkcs7-signature; name=smime.p7s"
INVITATION = part("BEGIN:VCALENDAR", "Content-Type: text/calendar; method=REQUEST")


@pytest.mark.parametrize(
    ("content", "body", "files"),
    [
        (several("mixed", part("Avant"), IMAGE, part("Après")), "Avant\n\nAprès", ["piece-1.png"]),
        (several("mixed", html("<p>Lettre"), part("Pied de page")), "Lettre\n\nPied de page", []),
        (several("mixed", html("<p>Lettre"), part("")), "Lettre", []),
        (several("mixed", part("Lettre"), NAMED), "Lettre", ["taux.txt"]),
        (several("mixed", part("Lettre"), part("x", "Content-Disposition: attachment")),
         "Lettre", ["piece-1.txt"]),
        (several("alternative", part("Le même"), html("<b>Le même</b>")), "Le même", []),
        (several("alternative", part(" \r\n"), html("<p>Le texte")), "Le texte", []),
        (several("alternative", part("Voir en HTML"), html("Votre taux est de 12 et la suite va")),
         "Votre taux est de 12 et la suite va", []),
        (several("alternative", part("Le même"),
                 several("mixed", html("Le même"), IMAGE, html("Fin"), boundary="c")),
         "Le même", ["piece-1.png"]),
        (several("alternative", part("Le même"),
                 several("related", html("<img src=cid:1>Le même"), IMAGE, boundary="c")),
         "Le même", ["piece-1.png"]),
        (several("alternative", part("Rendez-vous"), INVITATION), "Rendez-vous", ["piece-1.txt"]),
        (several("alternative", part("Le même"), part("<x>", "Content-Type: text/enriched")),
         "Le même", []),
        (several("inconnu", part("Un"), part("Deux")), "Un\n\nDeux", []),
        (several("signed", part("Bonjour"),
                 part("xx", "Content-Type: application/pkcs7-signature; name=smime.p7s")),
         "Bonjour", []),
        (several("mixed", part("Bonjour"), part("Pied de page"),
                 part("xx", "Content-Type: application/x-pkcs7-signature; name=smime.p7s")),
         "Bonjour\n\nPied de page", []),
        (part("Sans parties", "Content-Type: multipart/mixed"), "Sans parties", []),
        (several("report", part("Lu le 3 mars")), "Lu le 3 mars", []),
    ],
)  # fmt: skip
def test_every_word_and_every_file(content: bytes, body: str, files: list[str]) -> None:
    """
    RFC 2046 5.1: parts of a mixture are all shown, of alternatives one form of the words. A plain
    text that only points to the other, or says nothing, is no form of it.
    """
    mail = read_mail(sent(content))

    assert (mail.body, [file.name for file in mail.files]) == (body, files)


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (part("MIAG", "Content-Type: application/pkcs7-mime; name=smime.p7m"),
         "5.6.1", "encrypted"),
        (part("MIAG", "Content-Type: application/pkcs7-mime; smime-type=signed-data"),
         "5.6.1", "signed in clear"),
        (part("MIAG", "Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data"),
         "5.6.1", "it is encrypted"),
        (part("MIAG", "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data"),
         "5.6.1", "it is encrypted"),
        (part("MIAG", "Content-Type: application/octet-stream; name=smime.P7M"),
         "5.6.1", "encrypted, or signed"),
        (several("mixed", part("Ci-joint"), part(
            "MIAG", "Content-Type: application/octet-stream",
            "Content-Disposition: attachment; filename=smime.p7m")), "5.6.1", "encrypted"),
        (part("\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ==\r\n"), "5.6.1", "it is encrypted"),
        (several("encrypted", part("Version: 1", "Content-Type: application/pgp-encrypted")),
         "5.6.1", "encrypted"),
        (several("mixed", part("Ci-joint"), part(sent(part("x")), "Content-Type: message/rfc822")),
         "5.6.1", "a mail inside a mail"),
        (several("mixed", part("Ci-joint"),
                 part(b"\x78\x9f\x3e\x22", "Content-Type: application/ms-tnef; name=winmail.dat")),
         "5.6.1", "not of a type"),
        (several("mixed", part(PNG[:12] + "%%" + PNG[12:], "Content-Type: image/png",
                               "Content-Transfer-Encoding: base64")), "5.6.0", "base64"),
        (part("Bonjour, docteur.", "Content-Type: text/plain",
              "Content-Transfer-Encoding: base64"), "5.6.0", "base64"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_by_its_name(content: bytes, status: str, why: str) -> None:
    """
    The sender learns of it; nobody believes that all has come.
    """
    with pytest.raises(Unreadable) as refusal:
        read_mail(sent(content))

    assert refusal.value.status == status
    assert why in refusal.value.sentence


@pytest.mark.parametrize(
    ("content", "signed"),
    [
        (part("Bonjour"), False),
        (several("mixed", part("Bonjour"), NAMED), False),
        (several("signed", part("Bonjour"), part("xx", "Content-Type: application/x")), True),
        (several("mixed", several("signed", part("x"), part("xx", SIGNATURE), boundary="c"),
                 part("Pied de page")), True),
        (several("mixed", part("Bonjour"), part("xx", SIGNATURE)), True),
    ],
)  # fmt: skip
def test_a_mail_that_is_signed_is_known_by_it(content: bytes, signed: bool) -> None:
    """
    RFC 1847, RFC 8551 3.5: also below the footer of a server, which breaks the signature.
    """
    assert read_mail(sent(content)).signed is signed


def test_a_text_that_is_too_long_is_attached_whole() -> None:
    """
    What is shown ends with a sign that there is more.
    """
    whole = "mot " * (MAX_BODY // 4) + "fin"

    mail = read_mail(sent(part(whole)))

    assert (len(mail.body), mail.body[-1]) == (MAX_BODY, "…")
    assert [(file.name, file.data.decode()) for file in mail.files] == [("message.txt", whole)]


def test_a_text_as_long_as_may_be_is_shown() -> None:
    """
    Nothing is attached then.
    """
    mail = read_mail(sent(part("x" * MAX_BODY)))

    assert (len(mail.body), mail.files) == (MAX_BODY, ())


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=UTF-8''R%C3%A9sultats%20n%C2%B0%201.txt", "Résultats n° 1.txt"),
        ("filename*0*=UTF-8''R%C3%A9sul;\r\n filename*1*=tats; filename*2=.txt", "Résultats.txt"),
        ('filename="=?utf-8?Q?R=C3=A9sultats=2Etxt?="', "Résultats.txt"),
        ("filename*=iso-8859-1''l%92avis.txt", "l’avis.txt"),
        ("filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "etc_passwd"),
        ('filename="C:\\\\Dossier\\\\avis.txt"', "C_Dossier_avis.txt"),
        ("filename*=utf-8''avis%0D%0ABcc%3A%20x", "avis_Bcc_ x"),
    ],
)
def test_names_of_files(disposition: str, name: str) -> None:
    """
    RFC 2231 and what software writes instead; only ever a name.
    """
    given = part("x", "Content-Type: text/plain", f"Content-Disposition: attachment; {disposition}")

    (file,) = read_mail(sent(several("mixed", given))).files

    assert file.name == name
