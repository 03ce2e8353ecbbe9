"""What was dispensed, on paper: a CDA document where the person's INS is qualified, else a PDF."""

from reportlab.platypus import Flowable, Spacer

from services.prescription.adapters.edisp import TITLE, TITLE_REVERSED, TYPE, write_edisp
from services.prescription.adapters.edisp_lines import WORDS
from services.prescription.domain.given import Given
from services.prescription.domain.ports import Content, HandedOver
from shared.kernel.french import day_in_france, french_day
from shared.printing.sheets import print_sheets
from shared.printing.text import HEADLINE, ITEM, text


class WrittenReceipts:
    def document(self, handed: HandedOver) -> Content:
        if handed.names.traits.ins:
            return Content(data=write_edisp(handed), media_type="text/xml", metadata={})
        title = TITLE_REVERSED if handed.dispensation.reversed_for else TITLE
        return Content(
            data=print_sheets(title, _story(handed, title)),
            media_type="application/pdf",
            metadata={
                "type": TYPE,
                "title": title,
                "creation": day_in_france(handed.at).isoformat(),
                "service_start": day_in_france(handed.at).isoformat(),
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
        text(title, HEADLINE),
        text(f"Dispensation {one.id}"),
        text(f"Délivré par : {who} — {handed.place} ({one.facility})"),
        text(f"Patient : {handed.names.person}"),
        text(f"Le {french_day(handed.at)}"),
        Spacer(1, 12),
        *(text(_line(given, handed), ITEM) for given in one.given),
        *(text(f"{product.label} (ajout manuscrit)", ITEM) for product in one.handwritten),
    ]


def _line(given: Given, handed: HandedOver) -> str:
    line = handed.lines[given.line]
    product = given.product or line.product
    quantity = f", quantité {handed.left(given)}" if given.quantity else ""
    return f"{given.line}. {product.label} : {WORDS[given.what]}{quantity}"
