"""Results that letters quote, outside of a laboratory's template (IHE PCC, CI-SIS)."""

import pytest

from services.vault.domain.result import ReadDocument
from tests.vault.cda import cda
from tests.vault.unit.test_results import GLUCOSE, LOINC, PQ, XSI, asked, observation, read, report
from tests.vault.world import World

SIMPLE = "1.3.6.1.4.1.19376.1.5.3.1.4.13"
CODED_RESULTS = "1.3.6.1.4.1.19376.1.5.3.1.3.28"
INR = f'<code code="6301-6" displayName="INR" {LOINC}/>'
REAL = '<value xsi:type="REAL" value="2.5"/>'


def simple(code: str = INR, value: str = REAL, more: str = "", template: str = SIMPLE) -> str:
    return (
        f'<observation classCode="OBS" moodCode="EVN"><templateId root="{SIMPLE}"/>'
        f'<templateId root="{template}"/>{code}<statusCode code="completed"/>'
        f'<effectiveTime value="20260105"/>{value}{more}</observation>'
    )


def letter(entry: str, section: str = CODED_RESULTS, acts: str = "", head: str = "") -> bytes:
    """A discharge letter of a hospital."""
    body = (
        f"<component><structuredBody {XSI}><component><section>"
        f'<templateId root="{section}"/>{head}<entry>{entry}</entry>'
        "</section></component></structuredBody></component>"
    )
    return cda(body=body, **({"acts": acts} if acts else {}))


def values(data: bytes) -> list[str | None]:
    return [result.value for result in read(data).results]


def test_an_inr_of_a_letter_is_found_and_said_to_be_quoted(world: World) -> None:
    """Who looks for one finds it, and that no laboratory reported it here."""
    deposited = world.deposit(letter(simple()))

    (result,) = asked(world, loinc="6301-6").items

    assert (result.value, result.label, result.day) == ("2.5", "INR", "2026-01-05")
    assert (result.quoted, result.document_id) == (True, deposited.document_id)
    assert (result.laboratory, result.laboratory_id) == (None, None)


def test_the_report_of_a_laboratory_quotes_nothing(world: World) -> None:
    world.deposit(report(observation(GLUCOSE, PQ.format("1", "g/L"))))

    (result,) = asked(world).items

    assert not result.quoted


@pytest.mark.parametrize(
    "section", [CODED_RESULTS, "1.3.6.1.4.1.19376.1.5.3.1.3.27"], ids=["coded", "results"]
)
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (REAL, "2.5"),
        (PQ.format("5", "mg/L"), "5"),
        ('<value xsi:type="RTO_INT_INT"><numerator value="1"/><denominator value="80"/></value>',
         "1:80"),
    ],
)  # fmt: skip
def test_what_was_measured_is_read(section: str, value: str, shown: str) -> None:
    assert values(letter(simple(value=value), section)) == [shown]


def test_a_value_below_what_can_be_measured_is_read() -> None:
    below = '<value xsi:type="IVL_PQ"><high value="5" unit="mg/L"/></value>'
    (result,) = read(letter(simple(value=below))).results

    assert result.between is not None
    assert result.between.high == "5"


@pytest.mark.parametrize(
    "entry",
    [
        simple(value='<value xsi:type="CD" code="1" displayName="ACR 3"/>'),
        simple(value='<value xsi:type="BL" value="true"/>'),
        simple(value='<value xsi:type="INT" value="3"/>'),
        simple(value='<value xsi:type="ST">normal</value>'),
        simple(value=""),
        simple(code='<code code="MED-121" codeSystem="1.2.250.1.213.1.1.4.322"/>'),
        simple(template=f"{SIMPLE}.2"),
        simple().replace(f'<templateId root="{SIMPLE}"/>', ""),
        simple().replace('"EVN"', '"GOL"'),
    ],
    ids=[
        "of an image", "truth", "score", "words", "nothing", "no LOINC", "vital sign",
        "another entry", "wanted",
    ],
)  # fmt: skip
def test_what_else_stands_among_results_is_none(entry: str) -> None:
    """IHE PCC puts all diagnostic studies there: nothing says that these are of biology, and what
    is not read of them is no gap among results of biology."""
    assert read(letter(entry)) == ReadDocument()


@pytest.mark.parametrize(
    "entry",
    [
        simple(value=PQ.format("12", "mm")),
        simple(value=PQ.format("71.5", "kg")),
        simple(value=PQ.format("3.2", "mGy")),
        simple(value='<value xsi:type="IVL_PQ"><low value="3" unit="cm"/></value>'),
        simple(code=f'<code code="10230-1" {LOINC}/>', value=PQ.format("55", "%")),
        simple(code=f'<code code="8867-4" {LOINC}/>', value=PQ.format("72", "1")),
        simple(code=f'<code code="P" codeSystem="1.2"><translation code="8867-4" {LOINC}/></code>'),
        simple(more='<targetSiteCode code="T-28000" displayName="Poumon"/>'),
    ],
    ids=["a length", "a weight", "a dose", "a span", "of the heart", "a pulse", "translated",
         "of a place"],
)  # fmt: skip
def test_a_number_that_no_specimen_gave_is_none(entry: str) -> None:
    """What was measured on a body or on its image has a LOINC code too."""
    assert read(letter(entry)) == ReadDocument()


def test_a_number_in_a_group_of_another_subject_is_none() -> None:
    """Imaging's, beside biology's; a group without a name says nothing."""
    assert read(letter(grouped(IMAGING, simple()))) == ReadDocument()
    assert values(letter(grouped("", simple()))) == ["2.5"]
    assert values(letter(grouped(LABORATORY_STUDIES, simple(value=PQ.format("12", "mm"))))) == [
        "12"
    ]


def test_a_number_of_another_section_is_none() -> None:
    """The target of a treatment, a score of an examination."""
    assert read(letter(simple(), "1.3.6.1.4.1.19376.1.5.3.1.3.18")) == ReadDocument()


def test_the_nearest_section_says_what_a_number_is() -> None:
    """Vital signs below the results of a letter, and results below its history."""

    def below(outer: str, inner: str) -> bytes:
        nested = f'<component><section><templateId root="{inner}"/><entry>{simple()}</entry>'
        whole = letter("<act/>", outer).replace(
            b"</section>", f"{nested}</section></component></section>".encode(), 1
        )
        assert inner.encode() in whole
        return whole

    vital_signs = "1.3.6.1.4.1.19376.1.5.3.1.1.5.3.2"
    assert values(below(CODED_RESULTS, vital_signs)) == []
    assert values(below("1.3.6.1.4.1.19376.1.5.3.1.3.8", CODED_RESULTS)) == ["2.5"]


def test_what_tells_more_of_another_observation_is_none() -> None:
    """The size of what an image shows."""
    size = f"<entryRelationship>{simple(value=PQ.format('12', 'mm'))}</entryRelationship>"
    shown = simple(value='<value xsi:type="CD" code="1"/>', more=size)

    assert read(letter(shown)) == ReadDocument()


def grouped(code: str, entry: str, more: str = "") -> str:
    return (
        '<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="1.2.250.1.213.1.1.3.208"/>'
        f"{code}{more}<component>{entry}</component></organizer>"
    )


LABORATORY_STUDIES = f'<code code="26436-6" {LOINC}/>'
IMAGING = f'<code code="18748-4" {LOINC}/>'
FR_RESULTS = "1.2.250.1.213.1.1.2.244"


def test_a_synthesis_groups_its_results_by_what_they_are() -> None:
    """CI-SIS "FR-Résultats": biology is read in all its forms, imaging is not biology."""
    words = simple(value='<value xsi:type="ED">&lt;1.0 mg/L</value>')

    assert values(letter(grouped(LABORATORY_STUDIES, words), FR_RESULTS)) == ["<1.0 mg/L"]
    assert read(letter(grouped(IMAGING, words), FR_RESULTS)) == ReadDocument()
    of_another = LABORATORY_STUDIES.replace("2.16.840.1.113883.6.1", "1.2.3")
    assert read(letter(grouped(of_another, words), FR_RESULTS)) == ReadDocument()


def test_a_group_of_biology_says_what_is_not_read() -> None:
    grouping = grouped(LABORATORY_STUDIES, simple(value='<value nullFlavor="NAV"/>'))

    assert read(letter(grouping, FR_RESULTS)).unread == ("INR",)


def test_a_group_says_which_laboratory() -> None:
    performer = (
        "<performer><assignedEntity><representedOrganization><name>Labo</name>"
        "</representedOrganization></assignedEntity></performer>"
    )
    (result,) = read(letter(grouped(LABORATORY_STUDIES, simple(), performer), FR_RESULTS)).results

    assert (result.laboratory, result.quoted) == ("Labo", True)


def test_who_wrote_the_letter_did_not_do_the_test() -> None:
    """Some call the practice that writes a letter its laboratory."""
    acts = (
        '<documentationOf><serviceEvent><performer><templateId root="1.3.6.1.4.1.19376.1.3.3.1.7"/>'
        "<assignedEntity><representedOrganization><name>Cabinet</name></representedOrganization>"
        "</assignedEntity></performer></serviceEvent></documentationOf>"
    )
    of_laboratory = observation(GLUCOSE, PQ.format("1", "g/L"))

    assert read(letter(simple(), acts=acts)).results[0].laboratory is None
    assert read(letter(of_laboratory, acts=acts)).results[0].laboratory == "Cabinet"


def test_a_result_of_the_international_patient_summary() -> None:
    """HL7 IPS has a template of its own for those of a laboratory."""
    own = observation(GLUCOSE, PQ.format("1", "g/L")).replace(
        "1.2.250.1.213.1.1.3.80", "2.16.840.1.113883.10.22.4.13"
    )

    assert values(letter(own, "2.16.840.1.113883.10.22.3.14")) == ["1"]
