"""Validity, fractions and renewals: what may have left by a day, from the rules as data."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from services.prescription.adapters.tables import read_kinds
from services.prescription.domain.marks import Mark
from services.prescription.domain.prescription import Prescription
from services.prescription.domain.terms import Line, Origin, Product, Wanted, accepted
from shared.kernel.errors import InvalidRequest
from tests.support.golden import golden_files

KINDS = read_kinds()
DAY = date(2026, 11, 21)


def term(
    kind: str = "medicine",
    profession: str = "10",
    *,
    issued: date = DAY,
    born: date | None = None,
    until: date | None = None,
    **more: Any,
) -> Line:
    wanted = Wanted(kind=kind, product=Product(label="X"), **{"quantity": 2, **more})
    return accepted(wanted, 1, KINDS, profession=profession, issued=issued, until=until, born=born)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_first_delivery_within_three_months() -> None:
    """General medicines: 3 months for the first box, 12 for the treatment."""
    line = term(renewals=5)
    assert line.allowed(DAY, None, date(2027, 2, 21)) == 12
    assert line.allowed(DAY, None, date(2027, 2, 22)) == 0
    assert line.allowed(DAY, after(80), date(2027, 11, 21)) == 12
    assert line.allowed(DAY, after(80), date(2027, 11, 22)) == 0


@pytest.mark.parametrize(
    ("issued", "first_by", "until"),
    [
        ("2026-11-30", "2027-02-28", "2027-11-30"),
        ("2027-11-30", "2028-02-29", "2028-11-30"),
        ("2027-03-01", "2027-06-01", "2028-03-01"),
        ("2028-02-28", "2028-05-28", "2029-02-28"),
        ("2028-02-29", "2028-05-29", "2029-02-28"),
        ("2029-02-01", "2029-05-01", "2030-02-01"),
    ],
)
def test_months_are_those_of_the_calendar(issued: str, first_by: str, until: str) -> None:
    """Across a 29 February too; a month that has no such day ends the term with its last."""
    line = term(issued=date.fromisoformat(issued))
    assert (line.first_by.isoformat(), line.until.isoformat()) == (first_by, until)


def test_a_device_is_first_delivered_within_six_months() -> None:
    """CSS R165-40, and prescribed for twelve at most (R165-36)."""
    line = term("device", issued=date(2026, 8, 31))
    assert (line.first_by, line.until) == (date(2027, 2, 28), date(2027, 8, 31))


def test_what_is_told_in_days_is_counted_in_days() -> None:
    """28 of them, of a narcotic, whatever the month."""
    line = term("narcotic", issued=date(2028, 2, 10), fraction_days=7, fractions=4)
    assert line.first_by == line.until == date(2028, 3, 9)


def test_renewals_open_one_after_the_other() -> None:
    """Every 28 days from the first delivery, not from the prescription."""
    line = term(renewals=2, every=28)
    first = after(10)
    opened = [line.allowed(DAY, first, first + timedelta(days=d)) for d in (0, 27, 28, 56, 200)]
    assert opened == [2, 2, 4, 6, 6]


def test_narcotics_in_fractions() -> None:
    """Fractions of 7 days; presented late, those that ran by are lost."""
    line = term("narcotic", fraction_days=7, fractions=4)
    on_time = [line.allowed(DAY, DAY, after(d)) for d in (0, 7, 14, 21)]
    assert on_time == [2, 4, 6, 8]
    assert line.allowed(DAY, after(3), after(24)) == 8
    assert line.allowed(DAY, after(8), after(28)) == 6
    assert line.allowed(DAY, None, after(29)) == 0


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(2010, 11, 22), 1),
        (date(2010, 11, 21), 5),
        (date(1983, 11, 22), 5),
        (date(1983, 11, 21), 3),
        (None, 5),
    ],
    ids=["the day before 16", "16 today", "the day before 43", "43 today", "nobody knows"],
)
def test_glasses_by_age(born: date | None, years: int) -> None:
    """1 year below 16, 5 below 43, 3 from then on (CSP D4362-12-1)."""
    assert term("glasses", born=born).until == date(2026 + years, 11, 21)


def test_a_year_of_glasses_from_a_leap_day() -> None:
    """The last day of February, where it has 28."""
    line = term("glasses", issued=date(2028, 2, 29), born=date(2020, 1, 1))
    assert line.until == date(2029, 2, 28)


@pytest.mark.parametrize("days", [0, 92, 365])
def test_a_shorter_validity_is_taken_to_the_last_day_of_the_rule(days: int) -> None:
    """Today at the earliest, 12 months at the latest; the first box in its time all the same."""
    line = term(until=after(days))
    assert line.until == after(days)
    assert line.first_by == after(min(days, 92))


@pytest.mark.parametrize(
    ("kind", "profession", "more", "field"),
    [
        ("poison", "10", {}, "lines.0.kind"),
        ("medicine", "60", {}, "lines.0.kind"),
        ("medicine", "10", {"renewals": 12}, "lines.0.renewals"),
        ("narcotic", "10", {}, "lines.0.fraction_days"),
        ("narcotic", "10", {"fraction_days": 10}, "lines.0.fraction_days"),
        ("narcotic", "10", {"fraction_days": 7, "renewals": 1}, "lines.0.renewals"),
        ("medicine", "10", {"fraction_days": 7}, "lines.0.fraction_days"),
        ("medicine", "10", {"until": after(366)}, "valid_until"),
        ("medicine", "10", {"until": after(-1)}, "valid_until"),
    ],
)
def test_what_may_not_be_prescribed(
    kind: str, profession: str, more: dict[str, Any], field: str
) -> None:
    """Each refusal names its field."""
    with pytest.raises(InvalidRequest) as refused:
        term(kind, profession, **more)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("origin", [None, Origin(item=("1.2.3", "L1"), document=("1.2.4", ""))])
def test_a_line_is_kept_as_it_is(origin: Origin | None) -> None:
    """Through the JSON of its event, which knows lists alone."""
    marks = (Mark.LONG_TERM_ILLNESS, Mark.OFF_LABEL)
    line = term(origin=origin, unit="boîte(s)", marks=marks, sufficient=True)
    said = line.to_event()
    if origin:
        assert said["origin"] == {"item": ["1.2.3", "L1"], "document": ["1.2.4", ""]}
    assert said["marks"] == ["long_term_illness", "off_label"]
    assert Line.from_event(json.loads(json.dumps(said, default=str)) | days(line)) == line


def days(line: Line) -> dict[str, date]:
    """Which the store keeps as days."""
    return {"first_by": line.first_by, "until": line.until}


def test_lines_of_before_were_read_from_nowhere() -> None:
    (golden,) = [
        one
        for one in golden_files("prescription")
        if (one.topic, one.version) == ("prescription.prescription_prepared", 1)
    ]
    event = golden.load()
    assert isinstance(event, Prescription.Created)
    assert [Line.from_event(line).origin for line in event.lines] == [None, None]


def test_renewals_without_a_number_are_those_of_the_kind() -> None:
    assert term(unlimited=True, renewals=None).deliveries == 12
    assert term("glasses", unlimited=True, renewals=None).deliveries == 5
    with pytest.raises(InvalidRequest):
        term("narcotic", unlimited=True, fraction_days=7)


def test_the_shortest_end_counts() -> None:
    """Of the law's, the prescriber's, the document's and that of a renewal period."""
    assert term(until=after(90)).until == after(90)
    read = Wanted(kind="medicine", product=Product(label="X"), quantity=1, until=after(30))
    for until, last in ((None, 30), (after(90), 30), (after(20), 20)):
        line = accepted(read, 1, KINDS, profession="10", issued=DAY, until=until, born=None)
        assert (line.until, line.first_by) == (after(last), after(last))
    for ends, last in ((after(10), 10), (after(50), 30)):
        line = accepted(
            read, 1, KINDS, profession="10", issued=DAY, until=None, born=None, ends=ends
        )
        assert (line.until, line.first_by) == (after(last), after(last))
