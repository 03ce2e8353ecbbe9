"""What was dispensed, on paper: a CDA document where the person's INS is qualified, else a PDF."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from services.prescription.adapters.edisp import TITLE, TITLE_REVERSED, TYPE, WORDS, write_edisp
from services.prescription.adapters.paper import TITLE_STYLE, text
from services.prescription.domain.given import Given
from services.prescription.domain.ports import Content, HandedOver
from shared.kernel.french import french_day


class WrittenReceipts:
    def document(self, handed: HandedOver) -> Content:
        if handed.names.traits.ins:
            return Content(data=write_edisp(handed), media_type="text/xml", metadata={})
        out = BytesIO()
        title = TITLE_REVERSED if handed.dispensation.reversed_for else TITLE
        document = SimpleDocTemplate(out, pagesize=A4, title=title, lang="fr-FR", invariant=1)
        document.build(_story(handed, title))
        return Content(
            data=out.getvalue(),
            media_type="application/pdf",
            metadata={
                "type": TYPE,
                "title": title,
                "creation": handed.at.date().isoformat(),
                "service_start": handed.at.date().isoformat(),
                "author": handed.dispensation.professional,
                "specialty": handed.specialty,
                "institution": handed.dispensation.facility,
                "practice_setting": "AMBULATOIRE",
                "facility_type": "SA33",
            },
        )


def _story(handed: HandedOver, title: str) -> list[Flowable]:
    one = handed.dispensation
    who = f"{handed.names.professional} ({one.professional})".strip()
    return [
        Paragraph(title, TITLE_STYLE),
        text(f"Dispensation {one.id}"),
        text(f"Délivré par : {who} — {handed.place} ({one.facility})"),
        text(f"Patient : {handed.names.person}"),
        text(f"Le {french_day(handed.at)}"),
        Spacer(1, 12),
        *(text(_line(given, handed)) for given in one.given),
        *(text(f"{product.label} (ajout manuscrit)") for product in one.handwritten),
    ]


def _line(given: Given, handed: HandedOver) -> str:
    line = handed.lines[given.line]
    product = given.product or line.product
    return f"{given.line}. {product.label} : {WORDS[given.what]}, quantité {given.quantity}"
