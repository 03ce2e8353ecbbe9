"""Reports that a laboratory has not finished, and what replaces them (IHE PaLM XD-LAB)."""

import pytest

from tests.vault.cda import cda, replacing
from tests.vault.unit.test_results import (
    BIOLOGY,
    GLUCOSE,
    LOINC,
    PQ,
    XSI,
    asked,
    observation,
    one,
    read,
    report,
)
from tests.vault.world import World

LAB = 'xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2"'
VALUE = PQ.format("1", "g/L")
POTASSIUM = f'<code code="2823-3" displayName="Potassium" {LOINC}/>'


def status(code: str) -> str:
    """Of the act that a report documents: XD-LAB's own element."""
    return (
        f"<documentationOf><serviceEvent><lab:statusCode {LAB} code={code!r}/>"
        '<effectiveTime><low value="20260105"/></effectiveTime></serviceEvent></documentationOf>'
    )


def chapter(entry: str, template: str = "1.3.6.1.4.1.19376.1.3.3.2.1") -> bytes:
    body = (
        f'<component><structuredBody {XSI}><component><section><templateId root="{template}"/>'
        f"<entry>{entry}</entry></section></component></structuredBody></component>"
    )
    return cda(code=BIOLOGY, body=body)


@pytest.mark.parametrize(
    ("code", "preliminary"), [("active", True), ("completed", False), ("aborted", False)]
)
def test_results_of_a_report_that_is_not_final_say_so(
    world: World, code: str, *, preliminary: bool
) -> None:
    """Who reads them must know that they may change, and that others are to come."""
    world.deposit(report(observation(GLUCOSE, VALUE), acts=status(code)))

    (result,) = asked(world).items

    assert result.preliminary is preliminary
    assert (result.value, result.status) == ("1", "completed")


def test_a_report_that_says_nothing_is_final() -> None:
    """XD-LAB: without a status the act is completed."""
    assert not one(report(observation(GLUCOSE, VALUE))).preliminary


def test_the_final_report_takes_the_place_of_the_preliminary_one(world: World) -> None:
    world.deposit(report(observation(GLUCOSE, PQ.format("9", "g/L")), acts=status("active")))
    final = world.deposit(
        report(
            observation(GLUCOSE, PQ.format("0.9", "g/L")),
            observation(POTASSIUM, PQ.format("4", "mmol/L")),
            number=2,
            acts=status("completed"),
            related=replacing("1.2.3^1"),
        )
    )

    found = asked(world).items

    assert [(r.value, r.preliminary, r.document_id) for r in found] == [
        ("0.9", False, final.document_id),
        ("4", False, final.document_id),
    ]


def test_a_result_that_is_not_finished_says_so_alone() -> None:
    """The other one of the same report is final."""
    active = observation(GLUCOSE, VALUE).replace('"completed"', '"active"')

    first, second = read(report(active, observation(GLUCOSE, VALUE))).results

    assert (first.status, first.preliminary) == ("active", True)
    assert (second.status, second.preliminary) == ("completed", False)


def test_a_test_that_is_under_way_is_told_without_value(world: World) -> None:
    """A blood culture takes days: nothing of it is left to be read, and nobody asks for another."""
    culture = f'<code code="600-7" displayName="Hémoculture" {LOINC}/>'
    world.deposit(report(observation(culture, "").replace('"completed"', '"active"')))

    found = asked(world)

    assert [(r.label, r.value, r.status, r.preliminary) for r in found.items] == [
        ("Hémoculture", None, "active", True)
    ]
    assert found.unread == []


@pytest.mark.parametrize("around", ["act", "organizer"])
def test_a_chapter_or_a_battery_that_awaits_results_says_so(around: str) -> None:
    """XD-LAB: ``active`` while some of its results are expected."""
    tested = f"<component>{observation(GLUCOSE, VALUE)}</component>"
    entry = f'<{around}><statusCode code="{{}}"/>{tested}</{around}>'

    assert one(chapter(entry.format("active"))).preliminary
    assert not one(chapter(entry.format("completed"))).preliminary


def test_an_act_of_a_letter_is_active_for_other_reasons() -> None:
    """A problem that the letter follows; the result in it is final."""
    entry = (
        '<act><statusCode code="active"/><entryRelationship>'
        f"{observation(GLUCOSE, VALUE)}</entryRelationship></act>"
    )

    assert not one(chapter(entry, template="1.3.6.1.4.1.19376.1.5.3.1.3.6")).preliminary
