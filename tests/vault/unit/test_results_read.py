"""What is read in a report of biology, by IHE PaLM XD-LAB and the HL7 v3 data types."""

import pytest

from services.vault.domain.result import Result
from tests.vault.unit.test_results import GLUCOSE, LOINC, PQ, observation, one, read, report

RANGE = "<referenceRange><observationRange>{}</observationRange></referenceRange>"
IVL = '<value xsi:type="IVL_PQ"><low value="{}" unit="{}"/><high value="{}" unit="{}"/></value>'
VALUE = PQ.format("1", "g/L")


def section(inside: str, template: str, title: str = "Cytologie") -> bytes:
    part = (
        f'<section><templateId root="{template}"/><title>{title}</title>{inside}</section>'
        "</component></structuredBody>"
    )
    return report(observation(GLUCOSE, VALUE)).replace(
        b"</section></component></structuredBody>",
        f"</section></component><component>{part}".encode(),
    )


def test_results_that_the_report_quotes_are_not_its_own() -> None:
    """Those of earlier reports stand beside the one of the day, with the same template or none."""
    quoted = observation(GLUCOSE, PQ.format("0.8", "g/L"), at="20200912")
    more = f'<entryRelationship typeCode="REFR">{quoted}</entryRelationship>'

    assert one(report(observation(GLUCOSE, VALUE, more))).value == "1"


def test_the_other_unit_that_the_laboratory_gives_is_told() -> None:
    """Nothing is converted here; laboratories have different main units."""
    both = (
        '<value xsi:type="PQ" value="0.62" unit="g/L"><!-- second --><translation value="0.71"'
        ' code="mmol/L"/><translation nullFlavor="UNK"/></value>'
    )
    result = one(report(observation(GLUCOSE, both)))

    assert (result.value, result.unit) == ("0.62", "g/L")
    assert [(also.value, also.unit) for also in result.also] == [("0.71", "mmol/L")]
    assert Result.from_row(result.to_row()) == result


def test_each_of_several_values_is_a_result() -> None:
    """Two species in one culture: the second was lost."""
    values = (
        '<value xsi:type="CD" code="L-15601" displayName="Escherichia coli"/>'
        '<value xsi:type="CD" nullFlavor="NI"/>'
        '<value xsi:type="CD" code="L-25131" displayName="Streptococcus D"/>'
    )
    document = read(report(observation(GLUCOSE, values)))

    assert [r.value for r in document.results] == ["Escherichia coli", "Streptococcus D"]
    assert document.unread == ("Glucose",)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('<value xsi:type="BL" value="true"/>', "true"),
        ('<value xsi:type="TS" value="20140812"/>', "2014-08-12"),
        (
            '<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="128"/></value>',
            "1:128",
        ),
        (
            (
                '<value xsi:type="RTO"><numerator value="5" unit="mg"/><denominator value="2"'
                ' unit="mL"/></value>'
            ),
            "5 mg:2 mL",
        ),
        ('<value xsi:type=" c:PQ " value=" 4 " unit="%"/>', "4"),
        ('<value xsi:type="PQ" nullFlavor="OTH"><translation value="3" code="g/L"/></value>', "3"),
        (
            '<value xsi:type="CD" nullFlavor="OTH"><originalText>rare</originalText></value>',
            "rare",
        ),
        (
            (
                '<value xsi:type="CD" nullFlavor="OTH">'
                '<translation code="P" displayName="positif"/></value>'
            ),
            "positif",
        ),
        ('<value xsi:type="ST">Abs<!-- a remark -->ence</value>', "Absence"),
        ('<value xsi:type="ED"><reference value="#t1"/></value>', "Dosage maison"),
        ('<value xsi:type="IVL_PQ" value="5" unit="g/L"/>', "5"),
    ],
)
def test_each_data_type_has_its_words(value: str, shown: str) -> None:
    assert one(report(observation(GLUCOSE, value))).value == shown


@pytest.mark.parametrize(
    "value",
    [
        '<value xsi:type="ED" mediaType="image/png" representation="B64">iVBORw0KGgo=</value>',
        '<value xsi:type="RTO"><numerator value="1"/></value>',
        '<value xsi:type="RTO"><numerator value="1"/><denominator unit="mL"/></value>',
        '<value xsi:type="TS" value="hier"/>',
        '<value xsi:type="IVL_PQ"><low unit="g/L"/></value>',
        IVL.format("1", "g/L", "2", "mg/L"),
        '<value xsi:type="ED"><reference value="#image"/></value>',
    ],
    ids=[
        "image",
        "half a ratio",
        "half unknown",
        "no date",
        "no bound",
        "two units",
        "file pointed to",
    ],
)
def test_a_value_that_would_be_misread_is_said_to_be_unread(value: str) -> None:
    media = (
        '<entry><observationMedia ID="image"><value>iVBORw0KGgo=</value></observationMedia></entry>'
    )
    data = report(observation(GLUCOSE, value)).replace(b"</section>", f"{media}</section>".encode())
    document = read(data)

    assert (document.results, document.unread) == ((), ("Glucose",))


def test_below_and_at_most_are_told_apart() -> None:
    """HL7: a bound is included unless it says otherwise."""
    below = '<value xsi:type="IVL_PQ"><high value="5" unit="g/L" inclusive="false"/></value>'
    most = below.replace('inclusive="false"', "")
    first, second = (one(report(observation(GLUCOSE, v))).between for v in (below, most))

    assert first is not None
    assert second is not None
    assert (first.high_excluded, second.high_excluded) == (True, False)


def about(*ranges: str) -> object:
    found = one(report(observation(GLUCOSE, VALUE, "".join(map(RANGE.format, ranges))))).reference
    return found and (found.text or (found.low, found.high, found.unit))


def test_the_reference_range_is_the_normal_one() -> None:
    """A laboratory also says from where on a value is alarming."""
    alarming = IVL.format("20", "g/L", "30", "g/L") + '<interpretationCode code="HH"/>'
    normal = IVL.format("3", "g/L", "9", "g/L") + '<interpretationCode code="N"/>'

    assert about(alarming, normal) == ("3", "9", "g/L")
    assert about(alarming) is None
    assert about('<text><reference value="#t1"/></text>') == "Dosage maison"


def test_of_several_ranges_none_is_chosen() -> None:
    """That of the other sex would be taken for the patient's."""
    criterion = (
        '<l:precondition xmlns:l="urn:oid:1.3.6.1.4.1.19376.1.3.2"><l:criterion>'
        '<l:value displayName="{}"/></l:criterion></l:precondition>'
    )
    men = IVL.format("13", "g/dL", "17", "g/dL") + criterion.format("homme")
    women = IVL.format("12", "g/dL", "16", "g/dL") + criterion.format("femme")

    assert about(men, women) == "≥ 13 ≤ 17 g/dL (homme) ; ≥ 12 ≤ 16 g/dL (femme)"


def test_a_test_that_could_not_be_done_is_told_with_its_status() -> None:
    """XD-LAB: no value in an aborted observation. Nothing in it is left to be read."""
    done = observation(GLUCOSE, "")
    document = read(report(done.replace("completed", "aborted")))

    assert [(r.value, r.status) for r in document.results] == [(None, "aborted")]
    assert document.unread == ()
    assert read(report(done)).unread == ("Glucose",)


@pytest.mark.parametrize("status", ["obsolete", "nullified", "cancelled"])
def test_a_result_that_was_taken_back_is_none(status: str) -> None:
    document = read(report(observation(GLUCOSE, VALUE).replace("completed", status)))

    assert (document.results, document.unread) == ((), ())


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('moodCode="EVN"', 'moodCode="EVN" negationInd="true"'),
        (
            "<statusCode",
            (
                '<subject typeCode="SBJ"><relatedSubject><code code="DOG"/></relatedSubject>'
                "</subject><statusCode"
            ),
        ),
    ],
    ids=["denied", "of another"],
)
def test_what_is_denied_or_of_another_is_not_shown_as_the_patient_s(was: str, now: str) -> None:
    """ "Escherichia coli", negated, is no Escherichia coli; a person reads it in the document."""
    document = read(report(observation(GLUCOSE, VALUE).replace(was, now)))

    assert (document.results, document.unread) == ((), ("Glucose",))


def test_each_antibiogram_names_its_micro_organism() -> None:
    """Of two isolates the same antibiotic is resisted by one and not by the other."""
    isolate = (
        '<organizer classCode="CLUSTER" moodCode="EVN"><specimen><specimenRole>'
        '<specimenPlayingEntity classCode="MIC">{}</specimenPlayingEntity></specimenRole>'
        "</specimen>"
        '<component><organizer classCode="BATTERY" moodCode="EVN"><component>{}</component>'
        "</organizer></component></organizer>"
    )
    coli = (
        '<code code="112283007" codeSystem="2.16.840.1.113883.6.96" displayName="E. coli">'
        "<originalText>Isolat 1 : E. coli</originalText></code>"
    )
    words = "<code><originalText>Isolat 2 : cocci</originalText></code>"
    resists = observation(GLUCOSE, VALUE, '<interpretationCode code="R"/>')
    first, second, none = read(
        report(isolate.format(coli, resists), isolate.format(words, resists), resists)
    ).results

    assert first.isolate == "Isolat 1 : E. coli"
    assert first.isolate_code is not None
    assert first.isolate_code.code == "112283007"
    assert (second.isolate, second.isolate_code) == ("Isolat 2 : cocci", None)
    assert none.isolate is None
    assert Result.from_row(first.to_row()) == first


@pytest.mark.parametrize("template", ["1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2"])
def test_a_chapter_in_words_alone_is_said(template: str) -> None:
    """Its results are nowhere else; one that holds a result, or chapters, is read."""
    assert read(section("<text>Frottis sans anomalie</text>", template)).unread == ("Cytologie",)
    filled = f"<text>x</text><entry>{observation(GLUCOSE, VALUE)}</entry>"
    assert read(section(filled, template)).unread == ()
    assert read(section("", template)).unread == ()


def test_a_scanned_report_inside_of_the_document_is_said() -> None:
    """The laboratory that was asked next answered on paper."""
    file = "<entry><observationMedia><value>JVBERi0=</value></observationMedia></entry>"

    assert read(section(file, "1.2.250.1.213.1.1.2.60", "Cytologie (PDF)")).unread == (
        "Cytologie (PDF)",
    )
    assert read(section(file, "1.2.250.1.213.1.1.2.243", "Copie")).unread == ()


def test_a_letter_is_no_laboratory() -> None:
    """It quotes results; who did them is not known, unless it says so."""
    letter = report(observation(GLUCOSE, VALUE)).replace(b"11502-2", b"34133-9")
    name = b"<representedOrganization><name>Labo</name></representedOrganization>"
    performer = (
        b"<performer><assignedEntity>" + name + b"</assignedEntity></performer></observation>"
    )

    assert one(letter).laboratory is None
    assert one(letter.replace(b"</observation>", performer)).laboratory == "Labo"
    assert one(report(observation(GLUCOSE, VALUE))).laboratory == "Hôpital des essais"


def test_words_of_cells_and_lines_are_apart() -> None:
    """The readable part is a table; "rareGram" is no word."""
    pointing = '<value xsi:type="ST"><reference value="#row"/></value>'
    row = '<td ID="t1">Dosage maison</td>'
    data = report(observation(GLUCOSE, pointing)).decode()
    cells = '<td ID="row"><content>Rare</content> Gram<content>+</content><br/>Nul</td>'

    assert one(data.replace(row, cells).encode()).value == "Rare Gram+ Nul"


def test_codes_beside_the_laboratory_s_own() -> None:
    own = (
        '<code><originalText><reference value="#t1"/></originalText>'
        '<translation code="1234" codeSystem="1.2.250.1.2.3.4"/>'
        f'<translation code="2823-3" {LOINC}/></code>'
    )
    result = one(report(observation(own, VALUE)))

    assert [code.code for code in result.codes] == ["1234", "2823-3"]
    assert result.label == "Dosage maison"
