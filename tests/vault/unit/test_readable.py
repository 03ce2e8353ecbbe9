"""The words of a structured document, as the person's copy of their record shows them."""

import base64
from html.parser import HTMLParser

import pytest

from services.vault.domain.cda.readable import page
from shared.cda.tree import clinical_document
from tests.vault.cda import ACTIVE, JPEG, PDF, PNG, cda
from tests.vault.exports import archive
from tests.vault.world import World

NOBODY_CLOSES = {"meta", "br", "img"}


def body(text: str, entry: str = "", more: str = "") -> str:
    return (
        "<component><structuredBody><component><section><title>Résultats</title>"
        f"<text>{text}</text>{entry}{more}</section></component></structuredBody></component>"
    )


def media(data: bytes, name: str = "") -> str:
    return (
        f'<entry><observationMedia ID="{name}"><value representation="B64">'
        f"{base64.b64encode(data).decode()}</value></observationMedia></entry>"
    )


def shown(body: str) -> str:
    made = page(
        clinical_document(cda(body=body)), "CR & suite", "Le 01/04/2024", 1_000_000
    ).decode()
    Whole().feed(made)
    assert "<title>CR &amp; suite</title>" in made
    assert "<h1>CR &amp; suite</h1>\n<p>Le 01/04/2024</p>" in made
    return made.partition("</h1>")[2]


class Whole(HTMLParser):
    """Every element is closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in NOBODY_CLOSES:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("Na &lt; 135 <br/>K", "Na &lt; 135 <br>K"),
        ("<paragraph>a<sub>2</sub></paragraph>", "<p>a<sub>2</sub></p>"),
        ("<list><item>a</item><item>b</item></list>", "<ul><li>a</li><li>b</li></ul>"),
        ('<list listType="ordered"><item>a</item></list>', "<ol><li>a</li></ol>"),
        (
            '<table border="1"><tbody><tr><td ID="x" colspan="2">1</td></tr></tbody></table>',
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ('<content styleCode="Bold xRed">a</content>b', "<b>a</b>b"),
        ('<content revised="delete">5 mg</content>', "<del>5 mg</del>"),
        ('<linkHtml href="https://x.example/">là</linkHtml>', "là"),
        ("a<!-- c -->b", "ab"),
    ],
)
def test_what_the_narrative_block_may_hold(said: str, page: str) -> None:
    """CDA R2, 4.3.5: paragraphs, lists, tables, emphasis; a link says its words alone."""
    assert f"<div>{page}</div>" in shown(body(said))


def test_sections_keep_their_order_and_depth() -> None:
    more = "<component><section><title>Sang</title><text>Na</text></section></component>"

    made = shown(body("Texte", more=more))

    assert [made.index(p) for p in ("<h2>Résultats", "Texte", "<h3>Sang", "Na")] == sorted(
        made.index(p) for p in ("<h2>Résultats", "Texte", "<h3>Sang", "Na")
    )


def test_a_section_without_anything_coded_is_shown() -> None:
    """Its nullFlavor says why nothing is coded; a person reads that nobody knows of any."""
    silent = (
        '<component nullFlavor="NI"><section nullFlavor="NI"><title>Allergies</title>'
        '<text nullFlavor="UNK">Pas d’information</text><component><section nullFlavor="NA">'
        "<text>Sans objet</text></section></component></section></component>"
    )
    page = shown(f"<component><structuredBody>{silent}</structuredBody></component>")

    for words in ("Allergies", "Pas d’information", "Sans objet"):
        assert words in page


def test_nothing_of_a_document_runs() -> None:
    """Whatever elements it writes, in its namespace or another: their words, without attributes."""
    made = shown(
        body(
            '<td onclick="x()" colspan="2 onclick=x()">a</td><script>alert(1)</script>'
            '<h:script xmlns:h="http://www.w3.org/1999/xhtml">b</h:script>'
            '<h:td xmlns:h="http://www.w3.org/1999/xhtml">c</h:td>'
            "&lt;script&gt;d&lt;/script&gt;"
        )
    )

    assert "<div><td>a</td>alert(1)bc&lt;script&gt;d&lt;/script&gt;</div>" in made


def test_files_are_shown_where_the_words_refer_to_them() -> None:
    """A picture in its place; the PDF to be saved; one that would run stays in the XML."""
    made = shown(
        body(
            '<renderMultiMedia referencedObject="i1"><caption>Radio</caption></renderMultiMedia>',
            media(JPEG, "i1") + media(PDF) + media(ACTIVE) + media(b"GIF89a\x00"),
        )
    )

    words, joined = made.split("<h2>Pièces jointes</h2>")
    assert f'<img src="data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"' in words
    assert f'href="data:application/pdf;base64,{base64.b64encode(PDF).decode()}"' in joined
    assert "<img" not in joined
    assert joined.count("dans le fichier XML") == 2


def test_files_beyond_the_bounds_are_left_to_the_xml() -> None:
    """A document that was taken before files were looked at is read all the same."""
    made = page(
        clinical_document(cda(body=body("Texte", media(PNG) + media(bytes(100))))), "T", "", 99
    )

    assert b"Texte" in made
    assert b"piece" not in made


def test_a_structured_document_can_be_read_in_the_copy(world: World) -> None:
    """RGPD, art. 12: what the person is given is intelligible; the page opens it, not the XML."""
    world.deposit(cda(body=body("Tout va bien", media(PDF))))

    copy = archive(world)

    assert 'href="LISIBLE/DOC00001.HTM"' in copy.read("INDEX.HTM").decode()
    made = copy.read("LISIBLE/DOC00001.HTM").decode()
    assert "<h1>CR hospitalier</h1>\n<p>Le 01/04/2024, Hélène ESSAI</p>" in made
    assert "Tout va bien" in made
    assert "piece-1.pdf" in made
