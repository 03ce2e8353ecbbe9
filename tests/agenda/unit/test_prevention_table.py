"""What the table of prevention holds, and what it may be made of: conditions and seasons."""

import csv
from datetime import date
from pathlib import Path

import pytest

from services.agenda.adapters.prevention_table import read_table
from services.agenda.domain.prevention.acts import check_terms
from services.agenda.domain.prevention.rule import Kind
from services.agenda.domain.prevention.season import Season

TABLE = read_table()
REFERENCE = Path(__file__).parents[4] / "shared/domain/data/prevention_rules.csv"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference table is not beside this project")
def test_nothing_of_the_reference_table_is_missing() -> None:
    """
    Every code of the domain's own table is a rule, an act, or is named otherwise here.
    """
    renamed = {
        "MENACWY_ADO": "MENACWY-ADO", "MENB_ADO": "MENB-ADO-1", "GRIPPE": "GRIPPE-65",
        "COVID": "COVID-65", "ZONA": "ZONA-1", "PNEUMO65": "PNEUMO-65", "VRS": "VRS-75",
        "COQ_PREG": "COQ-GROSSESSE",
    }  # fmt: skip
    known = set(TABLE.by_id) | {rule.code for rule in TABLE.rules}
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert [r["code"] for r in rows if renamed.get(r["code"], r["code"]) not in known] == []
    exams = {r["code"] for r in rows if r["kind"] == "child_exam"}
    assert exams == {rule.id for rule in TABLE.rules if rule.kind is Kind.CHILD_EXAM}
    assert len(exams) == 21


@pytest.mark.parametrize(
    "term", ["no_dose_before:12M", "no_dose_after:P12M", "pregnant|sportive", "first_dose_from:P"]
)
def test_a_condition_that_nobody_evaluates_does_not_start(term: str) -> None:
    """
    A fault in the table would leave somebody out of a programme, or in it, without a word.
    """
    check_terms(("no_dose_before:P12M", "first_dose_before:P12M", "pregnant|immunosuppressed"))

    with pytest.raises(ValueError, match=r".+"):
        check_terms(("pregnant", term))


@pytest.mark.parametrize(
    ("season", "first", "after"),
    [
        ("10-15/02-28", date(2026, 10, 15), date(2027, 3, 1)),
        ("04-01/06-30", date(2026, 4, 1), date(2026, 7, 1)),
        ("12-31/12-31", date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_season_holds_its_first_day_and_its_last(season: str, first: date, after: date) -> None:
    """
    Over the end of the year, within it, and of one day.
    """
    assert Season.parse(season).of(2026) == (first, after)
