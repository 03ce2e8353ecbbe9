"""The number on paper and on a screen, read back by other libraries than those that wrote it."""

import base64
from io import BytesIO

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from tests.prescription.world import World, line


def test_the_code_is_the_number(world: World) -> None:
    """PNG decoded by ZXing; the SVG is one drawing, without script or reference."""
    issued = world.issue()
    with Image.open(BytesIO(base64.b64decode(issued.qr_png))) as png:
        (found,) = zxingcpp.read_barcodes(png)

    assert found.text == issued.number
    assert issued.qr_svg.startswith("<svg")
    assert "href" not in issued.qr_svg


def test_the_paper_says_it_all(world: World) -> None:
    """Number in clear and in a code, the person, the prescriber, each line."""
    issued = world.issue(line("AMOXICILLINE 1 g <adulte>", renewals=1, substitutable=False))
    content = world.vault.contents[issued.document_id]
    reader = PdfReader(BytesIO(content.data))
    text = reader.pages[0].extract_text()
    (image,) = reader.pages[0].images

    for said in (
        issued.number,
        "PAT-TROIS",
        "PIOU",
        "AMOXICILLINE 1 g <adulte>",
        "non substituable",
    ):
        assert said in text
    assert [code.text for code in zxingcpp.read_barcodes(image.image)] == [issued.number]
    assert content.metadata["type"] == "57833-6"
    assert content.metadata["specialty"] == "G15_10"


def test_the_paper_says_from_when_on(world: World) -> None:
    """Whoever comes before goes for nothing."""
    issued = world.issue(valid_from="2026-12-24")
    content = world.vault.contents[issued.document_id]
    text = PdfReader(BytesIO(content.data)).pages[0].extract_text()
    assert "À délivrer à partir du 24/12/2026, au plus tard le 21/02/2027" in text


def test_the_paper_says_until_when(world: World) -> None:
    """The last day of the first delivery, after which a pharmacy is refused; of the last one, where
    there are several."""
    issued = world.issue(line(renewals=2), line("B"), line("C", kind="device"))
    content = world.vault.contents[issued.document_id]
    text = PdfReader(BytesIO(content.data)).pages[0].extract_text()

    assert (
        "Première délivrance au plus tard le 21/02/2027, dernière au plus tard le 21/11/2027"
        in text
    )
    assert "À délivrer au plus tard le 21/02/2027" in text
    assert "À délivrer au plus tard le 21/05/2027" in text
