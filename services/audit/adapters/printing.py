"""Prints a journal as a PDF that carries its own signature, by the reportlab library."""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from services.audit.domain.printed import CONTEXT, PrintedJournal, SignedJournal
from shared.kernel.french import counted, french_day, french_time
from shared.printing.sheets import print_sheets
from shared.printing.text import HEAD, HEADLINE, ITEM, SMALL, code, signature_lines, text

_TITLE = "Historique des accès à un espace numérique de santé"
_RIGHT = (
    "Vous pouvez à tout moment prendre connaissance des traces d’accès à votre espace numérique de"
    " santé (articles L. 1111-19 et R. 1111-46 du code de la santé publique)."
)
_HOW = (
    "Signature électronique (Ed25519) du texte qui accompagne ce document, codé en UTF-8 et précédé"
    " de la ligne « carnet journal v1 » ; l’empreinte SHA-256 de ce texte est donnée ci-dessous."
    " Elle est faite avec la clé qui signe le journal de transparence."
)


class SignedPdf:
    """The same journal always gives the same signature, and the same bytes of PDF."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._fingerprint = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()

    def sign(self, journal: PrintedJournal) -> SignedJournal:
        signature = self._key.sign(CONTEXT + journal.statement.encode())
        return SignedJournal(
            pdf=print_sheets(_TITLE, self._story(journal, signature)),
            statement=journal.statement,
            signature=signature,
            key=self._fingerprint,
        )

    def _story(self, journal: PrintedJournal, signature: bytes) -> Iterator[Flowable]:
        yield from _head(journal)
        yield from _lines(journal)
        yield from self._foot(journal, signature)

    def _foot(self, journal: PrintedJournal, signature: bytes) -> Iterator[Flowable]:
        digest = hashlib.sha256(journal.statement.encode()).hexdigest()
        yield Spacer(1, 8 * mm)
        yield text(_HOW, SMALL)
        yield Spacer(1, 2 * mm)
        yield code(
            [
                f"Texte (SHA-256) : {digest}",
                *signature_lines(signature),
                f"Clé (SHA-256) : {self._fingerprint}",
                f"Journal : {journal.checkpoint.origin}, {journal.checkpoint.size} entrées",
                f"Racine : {journal.checkpoint.root.hex()}",
            ]
        )


def _head(journal: PrintedJournal) -> Iterator[Flowable]:
    made = f"{french_day(journal.made_at)} à {french_time(journal.made_at)}"
    yield text("Historique des accès", HEADLINE)
    yield text(_RIGHT)
    yield Spacer(1, 3 * mm)
    yield text(f"Espace numérique de santé {journal.record_id}, établi le {made}.")
    asked = journal.asked[:1].upper() + journal.asked[1:]
    yield text(f"{asked} : {counted(len(journal.lines), 'ligne')}.")
    yield Spacer(1, 6 * mm)


def _lines(journal: PrintedJournal) -> Iterator[Flowable]:
    day = ""
    for line in journal.lines:
        if (now := french_day(line.at)) != day:
            day = now
            yield text(now, HEAD)
        yield text(f"{french_time(line.at)} – {line.sentence}", ITEM)
