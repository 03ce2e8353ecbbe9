"""Earlier results across laboratories, as their documents give them."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.vault.contract.life import Delete
from services.vault.contract.results import PriorResults, ResultsFound
from services.vault.domain.cda.biology import read_results
from services.vault.domain.result import ReadDocument, Result
from services.vault.domain.results import is_within
from shared.cda.tree import clinical_document
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.support.damage import one_bit_off
from tests.vault.cda import PDF, cda, enclosing, replacing
from tests.vault.world import AUTHOR, DOCTOR, PATIENT, RECORD, World

OFFICIAL = Path(__file__).parents[4] / "shared" / "samples" / "cda"
official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official samples are not here")
BIOLOGY = '<code code="11502-2" codeSystem="2.16.840.1.113883.6.1"/>'
LOINC = 'codeSystem="2.16.840.1.113883.6.1"'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def observation(code: str, value: str, more: str = "", at: str = "20260105") -> str:
    return (
        '<observation classCode="OBS" moodCode="EVN">'
        f'<templateId root="1.2.250.1.213.1.1.3.80"/>{code}<statusCode code="completed"/>'
        f'<effectiveTime value="{at}"/>{value}{more}</observation>'
    )


def report(*observations: str, number: int = 1, **how: object) -> bytes:
    entries = "".join(f"<entry><act>{one}</act></entry>" for one in observations)
    body = (
        f"<component><structuredBody {XSI}><component><section><text><table><tbody><tr>"
        '<td ID="t1">Dosage maison</td></tr></tbody></table></text>'
        f"{entries}</section></component></structuredBody></component>"
    )
    return cda(code=BIOLOGY, id_=f'<id root="1.2.3" extension="{number}"/>', body=body, **how)  # type: ignore[arg-type]  # passed through


GLUCOSE = f'<code code="2345-7" displayName="Glucose" {LOINC}/>'
PQ = '<value xsi:type="PQ" value="{}" unit="{}"/>'


def asked(world: World, by=DOCTOR, **how: object) -> ResultsFound:  # type: ignore[no-untyped-def]  # an actor
    world.project()
    request = PriorResults.model_validate({"record_id": RECORD, **how})
    return world.vault.prior_results(request, by)


def read(data: bytes) -> ReadDocument:
    return read_results(clinical_document(data))


def one(data: bytes) -> Result:
    (result,) = read(data).results
    return result


def test_results_of_two_laboratories_latest_first(world: World) -> None:
    """So that a test is not done twice: with unit, range, laboratory, and where it comes from."""
    performer = (
        '<performer><assignedEntity><id nullFlavor="NA"/><representedOrganization>'
        '<id root="1.2.250.1.71.4.2.2" extension="1120459876"/><name>Laboratoire B</name>'
        "</representedOrganization></assignedEntity></performer>"
    )
    bounds = (
        "<referenceRange><observationRange>"
        '<value xsi:type="IVL_PQ"><low value="0.70" unit="g/L"/><high value="1.05" unit="g/L"/>'
        "</value></observationRange></referenceRange>"
    )
    old = world.deposit(report(observation(GLUCOSE, PQ.format("0.90", "g/L"), bounds)))
    new = world.deposit(
        report(
            observation(
                GLUCOSE,
                PQ.format("7.2", "mmol/L"),
                f'<interpretationCode code="H"/>{performer}',
                at="20260301",
            ),
            number=2,
        )
    )

    first, second = asked(world).items

    assert (first.document_id, first.value, first.unit) == (new.document_id, "7.2", "mmol/L")
    assert (first.laboratory, first.laboratory_id) == ("Laboratoire B", "1120459876")
    assert first.interpretation == ["H"]
    assert (second.document_id, second.value, second.unit) == (old.document_id, "0.90", "g/L")
    assert second.laboratory == "Hôpital des essais"
    assert second.reference is not None
    assert (second.reference.low, second.reference.high, second.reference.unit) == (
        "0.70", "1.05", "g/L",
    )  # fmt: skip
    assert second.day == "2026-01-05"


def test_results_of_one_day_are_in_the_order_of_their_hours(world: World) -> None:
    """A troponin at 8 and one at 16 o'clock, of two reports that came in any order."""
    hours = {4: "20260105", 2: "202601051600+0100", 1: "202601051730+0000", 3: "202601050800+0100"}
    for number, at in hours.items():
        value = PQ.format(number, "g/L")
        world.deposit(report(observation(GLUCOSE, value, at=at), number=number))

    assert [r.value for r in asked(world).items] == ["1", "2", "3", "4"]
    first = asked(world, limit=2)
    last = asked(world, limit=2, cursor=first.next_cursor)
    assert ([r.value for r in last.items], last.next_cursor) == (["3", "4"], None)


@pytest.mark.parametrize("at", ["00010101000000+0100", "99991231235959+0000"])
def test_an_impossible_date_of_a_result_stops_nobody(world: World, at: str) -> None:
    """One document of a stranger would end the list of all."""
    world.deposit(report(observation(GLUCOSE, PQ.format("1", "g/L"), at=at)))

    (result,) = asked(world).items
    assert (result.at, result.day) == (None, "2024-04-01")


def test_one_test_and_one_period(world: World) -> None:
    """By LOINC code, also one that stands beside the laboratory's own; both days included."""
    own = (
        '<code nullFlavor="UNK"><translation code="K1" codeSystem="1.2.3.9" displayName="K"/>'
        f'<translation code="2823-3" {LOINC}/></code>'
    )
    world.deposit(
        report(
            observation(GLUCOSE, PQ.format("1", "g/L"), at="20250101"),
            observation(GLUCOSE, PQ.format("2", "g/L"), at="20260101"),
            observation(own, PQ.format("4.1", "mmol/L"), at="20260101"),
        )
    )

    assert [r.value for r in asked(world, loinc="2823-3").items] == ["4.1"]
    assert asked(world, loinc="2823-3").items[0].label == "K"
    assert [r.value for r in asked(world, loinc="2345-7").items] == ["2", "1"]
    period = {"from": "2025-01-01", "to": "2025-01-01"}
    assert [r.value for r in asked(world, loinc="2345-7", **period).items] == ["1"]
    assert asked(world, loinc="718-7").total == 0


@pytest.mark.parametrize(
    ("day", "since", "until", "within"),
    [
        ("2026-01", "2026-01-15", None, True),
        ("2026", "2026-06-01", "2026-07-01", True),
        ("2026-01", None, "2026-01-15", True),
        ("2025-12", "2026-01-01", None, False),
        ("2026-02", None, "2026-01-31", False),
        ("2026-01-15", "2026-01-15", "2026-01-15", True),
    ],
)
def test_a_month_or_a_year_alone_is_in_as_soon_as_one_of_its_days_is(
    day: str, since: str | None, until: str | None, *, within: bool
) -> None:
    """A laboratory that says no more leaves no result out of what is asked for."""
    assert is_within(day, since, until) is within


def test_a_code_of_a_laboratory_that_looks_like_another_is_not_it(world: World) -> None:
    """What a code says depends on its terminology."""
    local = '<code code="2345-7" codeSystem="1.2.3.9" displayName="Ferritine"/>'
    world.deposit(report(observation(local, PQ.format("9", "µg/L"))))

    assert asked(world, loinc="2345-7").total == 0
    assert asked(world).total == 1


def test_pages(world: World) -> None:
    many = [observation(GLUCOSE, PQ.format(n, "g/L")) for n in range(5)]
    world.deposit(report(*many))

    seen: list[str | None] = []
    cursor = None
    while True:
        page = asked(world, limit=2, **({"cursor": cursor} if cursor else {}))
        assert page.total == 5
        seen += [r.value for r in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == ["0", "1", "2", "3", "4"]
    for made_up in ("e30=", "W1tb" * 900):  # the second: lists in lists, by the thousand
        with pytest.raises(InvalidRequest):
            asked(world, cursor=made_up)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('<value xsi:type="REAL" value="2.0"/>', ("2.0", None)),
        ('<value xsi:type="INT" value="3"/>', ("3", None)),
        ('<value xsi:type="ST">Absence de germe</value>', ("Absence de germe", None)),
        ('<value xsi:type="CD" code="260385009" displayName="négatif"/>', ("négatif", None)),
        ('<value xsi:type="CE" code="278149003"/>', ("278149003", None)),
        ('<value xsi:type="hl7:PQ" value="4" unit="%"/>', ("4", "%")),
    ],
)
def test_each_kind_of_value(value: str, shown: tuple[str, str | None]) -> None:
    """HL7 v3 data types that CR-BIO uses."""
    result = one(report(observation(GLUCOSE, value)))

    assert (result.value, result.unit) == shown


def test_a_value_below_what_can_be_measured() -> None:
    """ "Below 5" is no 5."""
    value = '<value xsi:type="IVL_PQ"><high value="5.0" unit="mg/L"/></value>'
    result = one(report(observation(GLUCOSE, value)))

    assert result.value is None
    assert result.between is not None
    assert (result.between.low, result.between.high, result.between.unit) == (None, "5.0", "mg/L")


def test_a_test_without_a_code_is_called_as_the_report_does() -> None:
    code = '<code nullFlavor="NA"><originalText><reference value="#t1"/></originalText></code>'

    assert one(report(observation(code, PQ.format("1", "g/L")))).label == "Dosage maison"


@pytest.mark.parametrize(
    "value",
    [
        "",
        '<value nullFlavor="NAV"/>',
        '<value xsi:type="GLIST_PQ"/>',
        '<value xsi:type="PQ" unit="g/L"/>',
        '<value value="1"/>',
        '<value xsi:type="ED"/>',
    ],
)
def test_what_cannot_be_read_is_said(world: World, value: str) -> None:
    """A gap that nobody sees is taken for a normal result."""
    deposited = world.deposit(
        report(observation(GLUCOSE, value), observation(GLUCOSE, PQ.format("1", "g/L")))
    )

    found = asked(world)

    assert found.total == 1
    (gap,) = found.unread
    assert (gap.document_id, gap.why, gap.labels) == (deposited.document_id, "values", ["Glucose"])


def test_a_report_that_is_a_file_is_said(world: World) -> None:
    """A scan of the laboratory's paper holds results that nobody here can read."""
    deposited = world.deposit(cda(code=BIOLOGY, body=enclosing(PDF)))
    world.deposit(cda(id_='<id root="1.2.9"/>', body=enclosing(PDF)))

    found = asked(world)

    assert [(u.document_id, u.why) for u in found.unread] == [
        (deposited.document_id, "not_structured")
    ]


def test_a_damaged_content_is_said(world: World) -> None:
    deposited = world.deposit(report(observation(GLUCOSE, PQ.format("1", "g/L"))))
    (key,) = world.objects.kept
    world.objects.kept[key] = one_bit_off(world.objects.kept[key])

    found = asked(world)

    assert (found.total, [(u.document_id, u.why) for u in found.unread]) == (
        0,
        [(deposited.document_id, "damaged")],
    )


def test_hidden_results_are_not_told_of(world: World) -> None:
    """Neither shown, nor counted, nor said to be unread; and the record itself may be closed."""
    world.deposit(
        report(
            observation(GLUCOSE, PQ.format("1", "g/L")),
            observation(GLUCOSE, ""),
            confidentiality=("N", "INVISIBLE_PATIENT"),
        )
    )

    found = asked(world, by=PATIENT)

    assert (found.items, found.total, found.unread) == ([], 0, [])
    world.access.close(RECORD)
    with pytest.raises(Forbidden):
        asked(world)


def test_a_replaced_report_counts_no_more(world: World) -> None:
    """The laboratory corrected itself."""
    world.deposit(report(observation(GLUCOSE, PQ.format("9", "g/L"))))
    world.deposit(
        report(
            observation(GLUCOSE, PQ.format("0.9", "g/L")), number=2, related=replacing("1.2.3^1")
        )
    )

    assert [r.value for r in asked(world).items] == ["0.9"]


def test_results_of_a_deleted_report_are_kept_no_more(world: World) -> None:
    document_id = world.deposit(report(observation(GLUCOSE, PQ.format("1", "g/L")))).document_id
    assert asked(world).total == 1
    world.vault.delete(Delete(request_id=uuid4(), document_id=document_id), AUTHOR)

    assert asked(world).total == 0
    assert world.found_results.find().items == []


def test_an_erased_record_has_no_results(world: World) -> None:
    world.deposit(report(observation(GLUCOSE, PQ.format("1", "g/L"))))
    world.project()
    world.keys.erase(RECORD)

    assert world.vault.results.of_record(RECORD) == {}


def test_rows_are_sealed(world: World) -> None:
    world.deposit(report(observation(GLUCOSE, PQ.format("1.23", "g/L"))))
    world.project()
    (row,) = world.found_results.find().items

    assert set(row) == {"id", "record_id", "said"}
    assert UUID(row["record_id"]) == RECORD


@official
def test_official_results_read_by_eye() -> None:
    """What a person reads in four of the documents, of three laboratories."""

    def of(name: str) -> list[Result]:
        return list(read((OFFICIAL / name).read_bytes()).results)

    tsh, t4 = of("BIO-CR-BIO_2024.01_TSH_1.xml")
    assert tsh.is_of("3016-3")
    assert (tsh.value, tsh.unit, tsh.interpretation) == ("1.950", "m[IU]/L", ("N",))
    assert tsh.reference is not None
    assert (tsh.reference.low, tsh.reference.high) == ("0.270", "4.200")
    assert tsh.at == "2014-04-02T12:55:21.000Z"
    assert (t4.value, t4.unit, t4.interpretation) == ("7.67", "pg/mL", ("L",))

    (crp,) = of("BIO-CR-BIO_2024.01_CRP_non_LOINC.xml")
    assert [(c.code, c.system) for c in crp.codes] == [("1234", "1.2.250.1.2.3.4")]
    assert crp.between is not None

    (angina,) = of("BIO-TROD_2024.01_Angine.xml")
    assert (angina.value, angina.is_of("78012-2")) == ("négatif", True)

    group = next(r for r in of("OBP-SAP_2024.01.xml") if r.is_of("882-1"))
    assert group.value == "groupe sanguin A positif"
    assert group.value_code is not None
    assert group.value_code.code == "278149003"

    many = of("BIO-CR-BIO_2024.01_Electrophorese.xml")
    assert len(many) == 44
    assert {r.laboratory for r in many} == {"Laboratoire des charmes", "LABORATOIRE SOUS-TRAITANT"}
    assert next(r.value for r in many if r.is_of("5778-6")) == "paille"
    assert read((OFFICIAL / "BIO-CR-BIO_2024.01_Electrophorese.xml").read_bytes()).unread == ()
