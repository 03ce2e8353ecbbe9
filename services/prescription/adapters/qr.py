"""The number as a QR code (ISO/IEC 18004), by the segno library."""

from io import BytesIO

import segno

from services.prescription.domain.number import printed
from services.prescription.domain.ports import Code

SCALE = 8
"""Pixels of one module of the PNG."""


class SegnoCodes:
    """Error correction Q: paper is folded in a pocket."""

    def of(self, number: str) -> Code:
        code = segno.make_qr(printed(number), error="q")
        png = BytesIO()
        code.save(png, kind="png", scale=SCALE)
        return Code(svg=code.svg_inline(scale=SCALE), png=png.getvalue())
