"""The proof of an opposition: a PDF that a person keeps and anyone can verify."""

import base64
import hashlib
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Preformatted, SimpleDocTemplate, Spacer

from services.identity.domain.ports import SignedProof

CONTEXT = b"carnet opposition proof v1\n"
"""Signed before the statement, so that this signature is good for nothing else."""

_TITLE = ParagraphStyle(
    "title", fontName="Helvetica-Bold", fontSize=16, leading=22, alignment=TA_CENTER
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=11, leading=16)
_SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=8.5, leading=12)
_SIGNED = ParagraphStyle("signed", fontName="Helvetica-Bold", fontSize=11, leading=17)
_CODE = ParagraphStyle("code", fontName="Courier", fontSize=8, leading=11)

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
            pdf=self._pdf(statement, base64.b64encode(signature).decode()),
            statement=statement,
            signature=signature,
            key=self._fingerprint,
        )

    def _pdf(self, statement: str, signature: str) -> bytes:
        out = BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=25 * mm,
            rightMargin=25 * mm,
            topMargin=30 * mm,
            title="Preuve d’opposition à l’ouverture d’un espace numérique de santé",
            author="Carnet",
            lang="fr-FR",
            invariant=1,
        )
        document.build(self._page(statement, signature))
        return out.getvalue()

    def _page(self, statement: str, signature: str) -> list[Flowable]:
        return [
            Paragraph("Preuve d’opposition", _TITLE),
            Spacer(1, 10 * mm),
            Paragraph(_INTRODUCTION, _TEXT),
            Spacer(1, 8 * mm),
            Preformatted(statement, _SIGNED),
            Spacer(1, 8 * mm),
            Paragraph(_RIGHTS, _TEXT),
            Spacer(1, 14 * mm),
            Paragraph(_HOW, _SMALL),
            Spacer(1, 3 * mm),
            Preformatted(
                "\n".join(
                    (
                        f"Signature : {signature[:44]}",
                        f"            {signature[44:]}",
                        f"Clé : {self._fingerprint}",
                    )
                ),
                _CODE,
            ),
        ]
