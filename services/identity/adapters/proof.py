"""The proof of an opposition: a PDF that a person keeps and anyone can verify."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Preformatted, Spacer

from services.identity.domain.ports import SignedProof
from shared.printing.sheets import print_sheets
from shared.printing.text import HEADLINE, SMALL, STRONG, code, signature_lines, text

CONTEXT = b"carnet opposition proof v1\n"
"""Signed before the statement, so that this signature is good for nothing else."""

_SIGNED = ParagraphStyle("signed", parent=STRONG, fontSize=11, leading=17)
_TITLE = "Preuve d’opposition à l’ouverture d’un espace numérique de santé"
_INTRODUCTION = (
    "Vous vous êtes opposé(e) à l’ouverture de l’espace numérique de santé dont les"
    " références figurent ci-dessous (article R. 1111-28 du code de la santé publique). Cette"
    " opposition a bien été enregistrée : tant que vous la maintenez, cet espace n’est pas"
    " ouvert et aucun document n’y est versé."
)
_RIGHTS = "Vous pouvez revenir sur cette décision à tout moment."
_HOW = (
    "Signature électronique (Ed25519) du texte en gras ci-dessus, codé en UTF-8 et précédé de"
    " la ligne « carnet opposition proof v1 ». L’empreinte est celle de la clé publique"
    " (SHA-256)."
)


class SignedPdf:
    """The same statement always gives the same signature, and the same bytes of PDF."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._fingerprint = hashlib.sha256(public).hexdigest()

    def prove(self, statement: str) -> SignedProof:
        signature = self._key.sign(CONTEXT + statement.encode())
        return SignedProof(
            pdf=print_sheets(_TITLE, self._page(statement, signature)),
            statement=statement,
            signature=signature,
            key=self._fingerprint,
        )

    def _page(self, statement: str, signature: bytes) -> list[Flowable]:
        return [
            text("Preuve d’opposition", HEADLINE),
            Spacer(1, 6 * mm),
            text(_INTRODUCTION),
            Spacer(1, 8 * mm),
            Preformatted(statement, _SIGNED),
            Spacer(1, 8 * mm),
            text(_RIGHTS),
            Spacer(1, 14 * mm),
            text(_HOW, SMALL),
            Spacer(1, 3 * mm),
            code([*signature_lines(signature), f"Clé : {self._fingerprint}"]),
        ]
