"""The words of a section: what its author signed, as it stands now."""

import pytest

from shared.cda.narrative import Narrative
from shared.cda.tree import HL7, Element, clinical_document

DELETED = '<content revised="delete">3 par jour</content>'


def told(text: str, referred: str = "p") -> str | None:
    entry = f'<entry><act><text><reference value="#{referred}"/></text></act></entry>'
    section = f"<section><text>{text}</text>{entry}</section>"
    document = clinical_document(
        f'<ClinicalDocument xmlns="{HL7}">{section}</ClinicalDocument>'.encode()
    )
    said: Element | None = document.find(f".//{{{HL7}}}act/{{{HL7}}}text")
    return Narrative(document).words(said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'<content ID="p">{DELETED}<content revised="insert">1 par jour</content></content>',
         "1 par jour"),
        ('<paragraph ID="p">1 <content revised="delete">matin et </content>soir</paragraph>',
         "1 soir"),
        ('<content ID="p" revised="delete">3 par jour</content>', None),
        ('<content revised="delete"><content ID="p">3 par jour</content></content>', None),
    ],
)  # fmt: skip
def test_what_was_deleted_is_not_said(text: str, words: str | None) -> None:
    """CDA R2, 4.3.5.1.1: it stays in the document, to be shown as deleted."""
    assert told(text) == words


@pytest.mark.parametrize(
    "text",
    ['<content ID="p">1<!-- 2 --> par <![CDATA[jour]]></content>',
     '<content ID="p">1 par jour<?x 3?></content>', '<content ID="p">1&#160;par\n\tjour</content>'],
)  # fmt: skip
def test_what_xml_holds_beside_words_is_none_of_them(text: str) -> None:
    assert told(text) == "1 par jour"
