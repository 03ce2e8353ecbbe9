"""What a line is marked with (CI-SIS eP-MED-DM: FR-En-rapport-avec-ALD and the like), from the
document to the pharmacist."""

import base64
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.prescription.adapters.cda import CdaDocuments
from services.prescription.domain.marks import Mark
from shared.kernel.errors import InvalidRequest
from tests.prescription.cda import DEVICES, LPP, device, document, marked, section, treatment
from tests.prescription.world import DOCTOR, World, asked, line

ENTRIES = [
    ("MED-574", "1.2.250.1.213.1.1.3.48.13", Mark.LONG_TERM_ILLNESS),
    ("GEN-180", "1.2.250.1.213.1.1.3.48.14", Mark.WORK_ACCIDENT),
    ("GEN-295", "1.2.250.1.213.1.1.3.48.34", Mark.PREVENTION),
    ("GEN-181", "1.2.250.1.213.1.1.3.48.15", Mark.NOT_REIMBURSED),
    ("GEN-179", "1.2.250.1.213.1.1.3.48.12", Mark.OFF_LABEL),
]
ALD = "MED-574"


def marks(*entries: str) -> tuple[Mark, ...]:
    data = document(section(treatment(related="".join(entries))))
    return CdaDocuments().read(data).lines[0].marks


@pytest.mark.parametrize(("code", "template", "mark"), ENTRIES)
def test_each_by_its_code_or_its_template(code: str, template: str, mark: Mark) -> None:
    assert marks(marked(code, 'value="true"', template=template)) == (mark,)
    assert marks(marked(code, 'value="true"')) == (mark,)
    assert marks(marked("X", 'value="true"', template=template)) == (mark,)
    assert marks(marked(code, 'value="false"', template=template)) == ()


@pytest.mark.parametrize(
    ("entry", "is_marked"),
    [
        (marked(ALD, 'value="1"'), True),
        (marked(ALD, 'nullFlavor="UNK"'), False),
        (marked(ALD, 'value="oui"'), False),
        (marked(ALD, 'value="true"', attributes='negationInd="true"'), False),
        (marked(ALD, 'value="false"', attributes='negationInd="true"'), True),
        (marked(ALD, 'value="true"', system="1.2.3"), False),
        (marked("GEN-999", 'value="true"'), False),
        ("", False),
    ],
    ids=["1", "unknown", "no truth value", "denied", "its contrary denied", "another code system",
         "another entry", "nothing said"],
)  # fmt: skip
def test_a_truth_value(entry: str, is_marked: bool) -> None:
    assert marks(entry) == ((Mark.LONG_TERM_ILLNESS,) if is_marked else ())


def test_several_marks_of_a_device() -> None:
    """In one order, whatever that of the document."""
    entries = marked("GEN-181", 'value="true"') + marked(ALD, 'value="true"')
    act = device(f'<code code="1200001" displayName="lit" codeSystem="{LPP}"/>')
    data = document(section(act.replace("</supply>", f"{entries}</supply>"), code=DEVICES))
    (read,) = CdaDocuments().read(data).lines
    assert read.marks == (Mark.LONG_TERM_ILLNESS, Mark.NOT_REIMBURSED)


def test_a_pharmacist_sees_them(world: World) -> None:
    """Of a document, after a restart too."""
    off_label = treatment(related=marked("GEN-179", 'value="true"'))
    data = base64.b64encode(document(section(off_label, treatment()))).decode()
    issued = world.app.issue(asked(content=data), DOCTOR)
    world.again()

    shown = world.present(issued.number).prescription.lines
    assert [one.marks for one in shown] == [[Mark.OFF_LABEL], []]


def test_lines_and_their_paper_say_them(world: World) -> None:
    issued = world.issue(line(marks=["not_reimbursed", "long_term_illness"]), line("B"))
    shown = world.present(issued.number).prescription.lines
    assert [one.marks for one in shown] == [[Mark.LONG_TERM_ILLNESS, Mark.NOT_REIMBURSED], []]

    paper = PdfReader(BytesIO(world.vault.contents[issued.document_id].data))
    text = paper.pages[0].extract_text()
    assert text.count("affection de longue durée") == text.count("Non remboursable") == 1


def test_no_other_marks() -> None:
    with pytest.raises(ValueError, match="marks"):
        asked(line(marks=["free"]))


def test_a_mark_is_no_reason_to_be_no_line() -> None:
    """What is not understood stays text."""
    assert marks(marked("X", 'value="true"'), marked(ALD, 'value="true"')) == (
        Mark.LONG_TERM_ILLNESS,
    )
    with pytest.raises(InvalidRequest):
        CdaDocuments().read(document(section(marked(ALD, 'value="true"'))))
