"""What is printed can be read, by a person and by a machine; each sheet says which it is."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle

from shared.printing.sheets import print_sheets
from shared.printing.text import HEAD, SECTION, code, text


def read(pdf: bytes) -> list[str]:
    """The words of each page, no-break spaces as spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize(
    "words",
    ["Éloïse Lefèvre-d’Ornano", "Łukasz Dvořák", "Nguyễn Thị Ánh", "Şükran Özoğuz", "38 °C ≥ 37,5"],
)
def test_what_people_are_called_is_printed_letter_by_letter(words: str) -> None:
    [page] = read(print_sheets("Essai", [text(words)]))
    assert page.startswith(words)


def test_what_looks_like_markup_is_words() -> None:
    [page] = read(print_sheets("Essai", [text("a <b> & c")]))
    assert page.startswith("a <b> & c")


def test_each_sheet_says_which_of_how_many_it_is() -> None:
    pages = read(print_sheets("Essai", [text(f"ligne {number}") for number in range(120)]))
    assert len(pages) == 3
    assert [page[-12:] for page in pages] == [f"page {number} sur 3" for number in (1, 2, 3)]


@pytest.mark.parametrize("style", [SECTION, HEAD])
@pytest.mark.parametrize("before", range(44, 54))
def test_a_heading_does_not_end_a_sheet(style: ParagraphStyle, before: int) -> None:
    story = [text(f"ligne {number}") for number in range(before)]
    pages = read(print_sheets("Essai", [*story, text("Titre", style), text("suite")]))
    [page] = [page for page in pages if "Titre" in page]
    assert "Titre suite" in page


def test_a_long_line_of_code_stays_on_the_sheet() -> None:
    key = "0123456789" * 30
    lines = PdfReader(BytesIO(print_sheets("Essai", [code([key])]))).pages[0].extract_text().split()
    assert "".join(lines).startswith(key)
    assert max(map(len, lines)) < 100


def test_the_same_story_gives_the_same_bytes() -> None:
    """The vault then takes a document once, however often it is sent."""
    first, second = (print_sheets("Essai", [text("Łukasz")]) for _ in range(2))
    assert first == second


def test_the_title_and_the_language_are_told_to_readers() -> None:
    """Of those who cannot see the page, too."""
    pdf = PdfReader(BytesIO(print_sheets("Profil médical", [text("a")])))
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Profil médical"
    assert str(pdf.root_object["/Lang"]) == "fr-FR"
