"""The table of prevention: one person per rule, both sides of each of its bounds.

Days are worked out by hand from what each programme says, for someone born on 10 May 2000
unless said; the table is then asked what is due the day before, the first day, the last day and
the day after.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from services.agenda.adapters.prevention_table import DATA, read_table
from services.agenda.domain.prevention.person import Answer, History, Person, State
from services.agenda.domain.prevention.plan import Item, Timing, plan
from services.agenda.domain.prevention.rule import Fact, Requirement
from services.agenda.domain.prevention.sentences import when_fr

TABLE = read_table()
DAY = timedelta(days=1)
BORN = date(2000, 5, 10)


@dataclass(frozen=True)
class Case:
    """``first`` to ``last``: due, both included. ``until``: last day of catching up."""

    rule: str
    first: str
    last: str
    until: str | None = None
    sex: str = "F"
    born: date = BORN
    facts: Mapping[str, str | None] = field(default_factory=dict)
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.rule

    def timing(self, today: date) -> Timing | None:
        item = self.item(today)
        return item.timing if item else None

    def item(self, today: date) -> Item | None:
        """The one that is not done yet, on that day."""
        facts = {
            Fact(name): date.fromisoformat(day) if day else None for name, day in self.facts.items()
        }
        person = Person(born=self.born, earliest=self.born, sex=self.sex, facts=facts)
        days = {act: tuple(map(date.fromisoformat, d)) for act, d in self.given.items()}
        found = plan(TABLE, person, History(vaccinations=days), today)
        mine = [i for i in found if i.rule.id == self.rule and i.start <= today < i.limit]
        waiting = [i for i in found if i.rule.id == self.rule]
        return next(iter(mine or waiting), None)


EXAMS = [
    Case("MED-1224", "2000-05-10", "2000-05-18"),
    Case("MED-1225", "2000-05-18", "2000-05-24"),
    Case("MED-1226", "2000-05-25", "2000-06-09"),
    Case("MED-1227", "2000-06-10", "2000-07-09"),
    Case("MED-1228", "2000-07-10", "2000-08-09"),
    Case("MED-1229", "2000-08-10", "2000-09-09"),
    Case("MED-1230", "2000-09-10", "2000-10-09"),
    Case("MED-1231", "2000-10-10", "2000-11-09"),
    Case("MED-1232", "2001-01-10", "2001-02-09"),
    Case("MED-1233", "2001-04-10", "2001-05-09"),
    Case("MED-1234", "2001-05-10", "2001-06-09"),
    Case("MED-1235", "2001-09-10", "2001-12-09"),
    Case("MED-1236", "2002-04-10", "2002-05-09"),
    Case("MED-1237", "2002-05-10", "2003-05-09"),
    Case("MED-1238", "2003-05-10", "2004-05-09"),
    Case("MED-1239", "2004-05-10", "2005-05-09"),
    Case("MED-1240", "2005-05-10", "2006-05-09"),
    Case("MED-1306", "2006-05-10", "2007-05-09"),
    Case("MED-1241", "2008-05-10", "2010-05-09"),
    Case("MED-1242", "2011-05-10", "2014-05-09"),
    Case("MED-1243", "2015-05-10", "2017-05-09"),
]
INFANT = [
    Case("HEXA-1", "2000-07-10", "2000-08-09", "2006-05-09"),
    Case("HEXA-2", "2000-09-10", "2000-10-09", "2006-05-09", given={"HEXA": ("2000-07-10",)}),
    Case("HEXA-3", "2001-04-10", "2001-05-09", "2006-05-09",
         given={"HEXA": ("2000-07-10", "2000-09-10")}),
    Case("PNEUMO-1", "2000-07-10", "2000-08-09", "2002-05-09"),
    Case("PNEUMO-2", "2000-09-10", "2000-10-09", "2002-05-09", given={"PNEUMO": ("2000-07-10",)}),
    Case("PNEUMO-3", "2001-04-10", "2001-05-09", "2002-05-09",
         given={"PNEUMO": ("2000-07-10", "2000-09-10")}),
    Case("MENB-1", "2000-08-10", "2000-09-09", "2005-05-09"),
    Case("MENB-2", "2000-10-10", "2000-11-09", "2005-05-09", given={"MENB": ("2000-08-10",)}),
    Case("MENB-3", "2001-05-10", "2001-06-09", "2005-05-09",
         given={"MENB": ("2000-08-10", "2000-10-10")}),
    Case("MENACWY-1", "2000-11-10", "2000-12-09", "2001-05-09"),
    Case("MENACWY-2", "2001-05-10", "2001-06-09", "2002-05-09", given={"MENACWY": ("2000-11-10",)}),
    Case("MENACWY-UNIQUE", "2001-05-10", "2002-05-09"),
    Case("ROR-1", "2001-05-10", "2001-06-09", "2120-05-09"),
    Case("ROR-2", "2001-09-10", "2001-12-09", "2120-05-09", given={"ROR": ("2001-05-10",)}),
    Case("ROR-3", "2001-09-10", "2001-12-09", "2120-05-09",
         given={"ROR": ("2001-03-10", "2001-08-10")}),
]  # fmt: skip
YOUTH = [
    Case("DTCAP6", "2006-05-10", "2007-05-09", "2011-05-09"),
    Case("dTcaP", "2011-05-10", "2014-05-09", "2025-05-09"),
    Case("HPV-1", "2011-05-10", "2015-05-09"),
    Case("HPV-2", "2012-06-15", "2013-02-14", "2020-05-09", given={"HPV": ("2012-01-15",)}),
    Case("HPV-R1", "2015-05-10", "2020-05-09"),
    Case("HPV-R2", "2016-03-15", "2020-05-09", given={"HPV": ("2016-01-15",)}),
    Case("HPV-R3", "2016-07-15", "2020-05-09", given={"HPV": ("2016-01-15", "2016-03-15")}),
    Case("MENACWY-ADO", "2011-05-10", "2015-05-09", "2025-05-09",
         given={"MENACWY": ("2000-11-10", "2001-05-10")}),
    Case("MENB-ADO-1", "2015-05-10", "2025-05-09"),
    Case("MENB-ADO-2", "2018-02-15", "2025-05-09", given={"MENB": ("2018-01-15",)}),
    Case("GRIPPE-ENFANT", "2010-10-15", "2011-01-31"),
]  # fmt: skip
RISK, HEART = {"chronic_disease": None}, {"chronic_heart_lung": None}
WEAK, PREGNANT = {"immunosuppressed": None}, {"pregnant": "2026-06-01"}
OLD = date(1950, 5, 10)
ADULT = [
    Case("dTcaP25", "2025-05-10", "2026-05-09", "2040-05-09", given={"DTP": ("2011-05-10",)}),
    Case("dTP45", "2045-05-10", "2046-05-09", "2065-05-09"),
    Case("dTP65", "2015-05-10", "2016-05-09", "2025-05-09", born=OLD),
    Case("dTP75", "2025-05-10", "2026-05-09", "2035-05-09", born=OLD),
    Case("dTP85", "2035-05-10", "2036-05-09", "2045-05-09", born=OLD),
    Case("dTP95", "2045-05-10", "2046-05-09", "2055-05-09", born=OLD),
    Case("GRIPPE-65", "2026-10-15", "2027-01-31", born=OLD),
    Case("GRIPPE-RISQUE", "2026-10-15", "2027-01-31", facts=RISK),
    Case("COVID-65", "2026-10-15", "2027-01-31", born=OLD),
    Case("COVID-80", "2031-10-15", "2032-01-31", born=OLD),
    Case("COVID-80-PRINTEMPS", "2031-04-14", "2031-06-15", born=OLD),
    Case("COVID-RISQUE", "2026-10-15", "2027-01-31", facts=HEART),
    Case("COVID-ID", "2026-10-15", "2027-01-31", facts=WEAK),
    Case("ZONA-1", "2015-05-10", "2070-05-09", born=OLD),
    Case("ZONA-2", "2016-03-15", "2016-07-14", "2070-05-09", born=OLD,
         given={"ZONA": ("2016-01-15",)}),
    Case("ZONA-ID-1", "2018-05-10", "2065-05-09", facts=WEAK),
    Case("ZONA-ID-2", "2020-03-15", "2020-07-14", "2065-05-09", facts=WEAK,
         given={"ZONA": ("2020-01-15",)}),
    Case("PNEUMO-65", "2015-05-10", "2070-05-09", born=OLD),
    Case("PNEUMO-RISQUE", "2018-05-10", "2065-05-09", facts=RISK),
    Case("VRS-75", "2025-05-10", "2070-05-09", born=OLD),
    Case("VRS-65", "2015-05-10", "2025-05-09", born=OLD, facts=HEART),
    # Thirty-two weeks after 1 June 2026: 11 January 2027; the season ends first.
    Case("VRS-GROSSESSE", "2027-01-11", "2027-01-31", facts=PREGNANT),
    # Twenty weeks: 19 October 2026; thirty-six weeks and six days: 14 February 2027.
    Case("COQ-GROSSESSE", "2026-10-19", "2027-02-14", facts=PREGNANT),
]  # fmt: skip
REST = [
    Case("DO_SEIN", "2000-05-10", "2025-05-09", born=OLD),
    Case("DO_COLORECTAL", "2000-05-10", "2025-05-09", born=OLD, sex="M"),
    Case("DO_CCU_CYTO-1", "2025-05-10", "2030-05-09"),
    Case("DO_CCU_HPV", "2030-05-10", "2066-05-09"),
    Case("GLAUCOME", "1990-05-10", "2011-05-09", born=OLD, sex="M"),
    Case("MTDENTS_3", "2003-05-10", "2004-05-09"),
    Case("MTDENTS_6", "2006-05-10", "2007-05-09"),
    Case("MTDENTS_9", "2009-05-10", "2010-05-09"),
    Case("MTDENTS_12", "2012-05-10", "2013-05-09"),
    Case("MTDENTS_15", "2015-05-10", "2016-05-09"),
    Case("MTDENTS_18", "2018-05-10", "2019-05-09"),
    Case("MTDENTS_21", "2021-05-10", "2022-05-09"),
    Case("MTDENTS_24", "2024-05-10", "2025-05-09"),
    Case("BILAN_18_25", "2018-05-10", "2026-05-09"),
    Case("BILAN_45_50", "2045-05-10", "2051-05-09"),
    Case("BILAN_60_65", "2010-05-10", "2016-05-09", born=OLD),
    Case("BILAN_70_75", "2020-05-10", "2026-05-09", born=OLD),
]
CASES = EXAMS + INFANT + YOUTH + ADULT + REST
ELSEWHERE = {"DO_CCU_CYTO-2", "DO_CCU_CYTO-3"}
"""Their days rest on answers alone: see the plan's own tests."""


def test_every_rule_has_its_person() -> None:
    """
    A rule nobody was asked about may be wrong for everybody.
    """
    assert {case.rule for case in CASES} | ELSEWHERE == set(TABLE.by_id)
    assert len(CASES) == len({case.rule for case in CASES})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_sides_of_each_bound(case: Case) -> None:
    """
    Not due the day before; due on the first and the last day; not the day after.
    """
    first, last = date.fromisoformat(case.first), date.fromisoformat(case.last)

    assert case.timing(first - DAY) is not Timing.DUE
    assert case.timing(first) is Timing.DUE
    assert case.timing(last) is Timing.DUE
    assert case.timing(last + DAY) is not Timing.DUE
    assert [item.last_day for item in (case.item(first), case.item(last)) if item] == [last] * 2


@pytest.mark.parametrize("case", [c for c in CASES if c.until], ids=str)
def test_both_sides_of_catching_up(case: Case) -> None:
    """
    Late from the day after, until the last day on which it still may be done.
    """
    last, until = date.fromisoformat(case.last), date.fromisoformat(case.until or "")

    assert case.timing(last + DAY) is Timing.LATE
    assert case.timing(until) is Timing.LATE
    assert [item.last_day_at_all for item in (case.item(last), case.item(until)) if item] == [
        until
    ] * 2
    assert case.timing(until + DAY) in {Timing.PAST, None}


@pytest.mark.parametrize(
    ("rule", "today"), [(c.rule, c.first) for c in CASES if TABLE.by_id[c.rule].sexes == "F"]
)
def test_what_concerns_women_is_not_told_to_men(rule: str, today: str) -> None:
    """
    And someone whose register says neither may be concerned by all.
    """
    case = next(c for c in CASES if c.rule == rule)
    for sex, concerned in (("M", False), ("F", True), ("I", True)):
        asked = Case(rule, case.first, case.last, sex=sex, born=case.born, facts=case.facts)
        assert bool(asked.item(date.fromisoformat(today))) == concerned


@pytest.mark.parametrize(
    "case", [c for c in CASES if TABLE.by_id[c.rule].needs and c.facts], ids=str
)
def test_what_depends_on_a_fact_is_not_told_without_it(case: Case) -> None:
    """
    Nobody is reminded of a pregnancy or an illness they never spoke of.
    """
    asked = Case(case.rule, case.first, case.last, sex=case.sex, born=case.born)

    assert asked.item(date.fromisoformat(case.first)) is None


@pytest.mark.parametrize(
    ("rule", "fact"),
    [("DO_SEIN", "breast_high_risk"), ("DO_COLORECTAL", "colorectal_high_risk"),
     ("COVID-65", "immunosuppressed"), ("COVID-80", "immunosuppressed"),
     ("COVID-RISQUE", "immunosuppressed"), ("GRIPPE-ENFANT", "chronic_disease")],
)  # fmt: skip
def test_a_fact_takes_a_rule_away(rule: str, fact: str) -> None:
    """
    Those at high risk are followed otherwise than by the organised programme.
    """
    case = next(c for c in CASES if c.rule == rule)
    facts = {**case.facts, fact: None}
    asked = Case(rule, case.first, case.last, sex=case.sex, born=case.born, facts=facts)

    assert case.item(date.fromisoformat(case.first))
    assert asked.item(date.fromisoformat(case.first)) is None


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        ("MED-1227", "2008-03-29", "2008-04-28"),
        ("MED-1234", "2009-03-01", "2009-03-28"),
        ("MED-1236", "2010-01-29", "2010-02-28"),
        ("MED-1241", "2016-02-29", "2018-02-28"),
        ("MED-1243", "2023-03-01", "2025-02-28"),
        ("DTCAP6", "2014-03-01", "2015-02-28"),
        ("HPV-1", "2019-03-01", "2023-02-28"),
        ("BILAN_18_25", "2026-03-01", "2034-02-28"),
        ("MTDENTS_12", "2020-02-29", "2021-02-28"),
        ("DO_CCU_CYTO-1", "2033-03-01", "2038-02-28"),
    ],
)
def test_born_on_a_leap_day(rule: str, first: str, last: str) -> None:
    """
    Of age on 1 March of a year that has no 29 February, as for the majority.
    """
    case = Case(rule, first, last, born=date(2008, 2, 29))

    test_both_sides_of_each_bound(case)


def test_born_on_the_last_day_of_a_month() -> None:
    """
    A month after 31 January is over on 1 March, when February has no such day.
    """
    test_both_sides_of_each_bound(
        Case("MED-1227", "2026-03-01", "2026-03-30", born=date(2026, 1, 31))
    )


@pytest.mark.parametrize(
    ("rule", "born", "today", "level"),
    [
        ("HEXA-1", "2018-01-01", "2018-03-01", Requirement.MANDATORY),
        ("HEXA-1", "2017-12-31", "2018-03-01", Requirement.RECOMMENDED),
        ("MENB-1", "2024-12-01", "2025-03-01", Requirement.MANDATORY),
        ("MENB-1", "2024-12-01", "2026-11-30", Requirement.MANDATORY),
        ("MENB-1", "2024-12-01", "2026-12-01", Requirement.RECOMMENDED),
        ("MENB-1", "2022-12-31", "2025-03-01", Requirement.RECOMMENDED),
        ("MED-1224", "2026-01-01", "2026-01-02", Requirement.MANDATORY),
        ("MENB-ADO-1", "2005-01-01", "2026-01-02", Requirement.MAY_BE_PROPOSED),
        ("GLAUCOME", "1980-01-01", "2026-01-02", Requirement.SUGGESTED),
    ],
)
def test_what_is_mandatory_and_for_whom(
    rule: str, born: str, today: str, level: Requirement
) -> None:
    """
    Eleven vaccines for those born since 2018; meningococci since 2025, until the second birthday.
    """
    item = Case(rule, "", "", born=date.fromisoformat(born)).item(date.fromisoformat(today))

    assert item is not None
    assert item.requirement is level


def test_those_born_before_1980_are_not_told_of_measles() -> None:
    """
    They had it: the calendar speaks of those born since 1980.
    """
    for born, told in ((date(1979, 12, 31), False), (date(1980, 1, 1), True)):
        case = Case("ROR-1", "", "", born=born)
        assert bool(case.item(date(2026, 11, 21))) == told


def test_each_line_says_why_in_french_and_where_from() -> None:
    """
    A person reads the reason, an auditor the source.
    """
    with (DATA / "prevention_rules.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert row["why_fr"].endswith("."), row["rule"]
            assert row["source"], row["rule"]
            assert row["confidence"], row["rule"]
            assert "  " not in row["why_fr"] + row["label_fr"], row["rule"]
            assert "'" not in row["why_fr"] + row["label_fr"], row["rule"]


def test_a_dose_of_the_day_of_birth_counts_where_nothing_else_is_said() -> None:
    """
    Children of mothers with hepatitis B have theirs in the first hours.
    """
    given = History(vaccinations={"HEXA": (BORN,)})

    found = plan(TABLE, Person(born=BORN, earliest=BORN, sex="F"), given, date(2000, 8, 1))

    (first,) = [item for item in found if item.rule.id == "HEXA-1"]
    assert (first.state, first.done_on) == (State.DONE, BORN)


def test_who_missed_the_first_dose_waits_for_it_from_the_day_of_the_second() -> None:
    """
    Until that age the second is only to come, from then on another comes first.
    """
    second = Case("HEXA-2", "2000-09-10", "2000-10-09")

    timings = [second.timing(date(2000, 9, day)) for day in (9, 10, 11)]

    assert timings == [Timing.UPCOMING, Timing.WAITING, Timing.WAITING]


@pytest.mark.parametrize(
    ("first_dose", "sentence"),
    [
        ((), "À prévoir après : "),
        (("2000-07-10",), "À faire avant le 10 octobre 2000."),
    ],
)
def test_a_second_dose_is_said_to_wait_only_while_it_does(
    first_dose: tuple[str, ...], sentence: str
) -> None:
    """
    Once the first is given, the day that counts is told.
    """
    today = date(2000, 9, 15)
    second = Case("HEXA-2", "2000-09-10", "2000-10-09", given={"HEXA": first_dose}).item(today)

    assert second
    assert when_fr(second, TABLE, today).startswith(sentence)


def test_an_answer_of_not_done_keeps_the_item() -> None:
    """
    The person said no; it stays in the plan, and is not told again.
    """
    person = Person(born=BORN, earliest=BORN, sex="F")
    said = History(answers={"BILAN_18_25:2018-05-10": Answer(State.NOT_DONE)})

    (item,) = [i for i in plan(TABLE, person, said, date(2020, 1, 1)) if i.rule.id == "BILAN_18_25"]

    assert (item.state, item.timing, item.is_open) == (State.NOT_DONE, Timing.DUE, False)
