"""Reference curves of growth, against the percentiles that the CDC itself prints."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.profile.adapters.reference import read_growth
from services.profile.contract import growth as g
from services.profile.contract import requests as r
from services.profile.domain.growth import CENTILES, Growth, Lms, Source
from tests.profile.world import PATIENT, RECORD, World, measure

BMI_OF_BOYS = {"p3": 14.52095333, "p10": 15.09032827, "p25": 15.74164233, "p50": 16.57502768,
               "p75": 17.55718781, "p90": 18.60948128, "p97": 19.85985812}  # fmt: skip
"""CDC, bmiagerev.csv, boys of 24 months."""
WEIGHT_OF_BOYS = {"p3": 2.355450986, "p10": 2.773801848, "p25": 3.150611082, "p50": 3.530203168,
                  "p75": 3.879076559, "p90": 4.17249339, "p97": 4.446488308}  # fmt: skip
"""CDC, wtageinf.csv, boys at birth."""


def ask(world: World, kind: str, sex: str, **months: float) -> g.GrowthAnswer:
    return world.app.growth_curve(g.GrowthCurve(kind=kind, sex=sex, **months), PATIENT)


@pytest.mark.parametrize(
    ("kind", "months", "printed"),
    [("BODY_MASS_INDEX", 24, BMI_OF_BOYS), ("WEIGHT", 0, WEIGHT_OF_BOYS)],
)
def test_centiles_are_those_printed(
    world: World, kind: str, months: float, printed: dict[str, float]
) -> None:
    """
    The LMS method gives what the tables give.
    """
    (point,) = ask(world, kind, "M", from_months=months, to_months=months).items
    assert point.centiles == pytest.approx(printed, abs=0.002)


@pytest.mark.parametrize("kind", ["HEIGHT", "WEIGHT", "HEAD_CIRCUMFERENCE", "BODY_MASS_INDEX"])
@pytest.mark.parametrize("sex", ["M", "F"])
def test_curves_never_cross(world: World, kind: str, sex: str) -> None:
    """
    At each age a higher centile is a higher number, and ages ascend.
    """
    items = ask(world, kind, sex).items
    assert [item.months for item in items] == sorted({item.months for item in items})
    for item in items:
        assert list(item.centiles) == list(CENTILES)
        assert list(item.centiles.values()) == sorted(item.centiles.values())


def test_between_two_ages_and_outside() -> None:
    """
    In proportion inside of the table, nothing outside of it.
    """
    growth = read_growth()
    low, middle, high = (growth.at("HEIGHT", "F", months) for months in (60.5, 61.5, 63.5))
    assert low
    assert middle
    assert high
    assert low.m < middle.m < high.m
    assert growth.at("HEIGHT", "F", 300) is None
    assert growth.at("GLUCOSE", "F", 60) is None


@pytest.mark.parametrize(
    ("months", "row"),
    [(0, (1, 10, 0.1)), (0.5, (1.5, 12.5, 0.15)), (1, (2, 15, 0.2)), (2, (3, 20, 0.3))],
)
def test_every_number_of_the_method_goes_in_proportion(
    months: float, row: tuple[float, float, float]
) -> None:
    """
    Power, median and variation alike; at the ages of the table they are the table's.
    """
    table = [Lms(months=0, l=1, m=10, s=0.1), Lms(months=2, l=3, m=20, s=0.3)]

    found = Growth({("WEIGHT", "M"): table}).at("WEIGHT", "M", months)

    assert found
    assert (found.l, found.m, found.s) == pytest.approx(row)


def test_a_curve_is_drawn_from_the_first_measure_to_the_last() -> None:
    """
    Month by month, and not beyond what was measured.
    """
    first, last = (datetime(2026, month, 1, 8, tzinfo=UTC) for month in (2, 11))

    lines = read_growth().charted("HEIGHT", "F", date(2021, 1, 15), first, last)

    assert list(lines) == ["P3", "P50", "P97"]
    for line in lines.values():
        instants = [at for at, _ in line]
        assert (instants[0], instants[-1]) == (first, last)
        assert len(instants) == 10


@pytest.mark.parametrize(
    ("at", "curves"),
    [("2026-01-31T23:30:00+00:00", 3), ("2026-01-31T20:30:00+00:00", 3),
     ("2026-01-31T11:59:00+00:00", 0)],
    ids=["in Paris", "on Réunion", "before any part of France has that day"],
)  # fmt: skip
def test_who_was_measured_at_birth_has_curves_whatever_the_hour(at: str, curves: int) -> None:
    """
    Half past midnight of the first of February is the day before in UTC, where nobody was born yet.
    """
    last = datetime(2026, 6, 1, 8, tzinfo=UTC)

    lines = read_growth().charted("WEIGHT", "F", date(2026, 2, 1), datetime.fromisoformat(at), last)

    assert len(lines) == curves


def words(world: World) -> str:
    answer = world.app.summary_document(r.SummaryDocument(record_id=RECORD), PATIENT)
    pages = PdfReader(BytesIO(base64.b64decode(answer.content))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def test_a_childs_chart_has_the_curves(world: World) -> None:
    """
    An adult's has not.
    """
    for at, height in (("2026-02-01", 108), ("2026-11-01", 113)):
        world.record(measure("HEIGHT", height, unit="cm", at=f"{at}T08:00:00Z"))
    assert "centiles" not in words(world)
    world.people.birth_date = "2021-01-15"
    said = words(world)
    assert "3e, 50e et 97e centiles (CDC 2000, États-Unis)" in said
    for label in ("P3", "P50", "P97"):
        assert label in said


def test_curves_of_others_are_named_as_theirs(world: World) -> None:
    """
    An operator who may use the French ones replaces the files: who reads a chart must know with
    whom a child is compared.
    """
    own = [Lms(months=months, l=1, m=100 + months, s=0.05) for months in (0, 240)]
    french = Growth({("HEIGHT", "F"): own}, Source("AFPA 2018 (France)", "AFPA 2018"))
    world.app.parts = replace(world.app.parts, growth=french)
    for at in ("2026-02-01", "2026-11-01"):
        world.record(measure("HEIGHT", 110, unit="cm", at=f"{at}T08:00:00Z"))
    world.people.birth_date = "2021-01-15"

    assert ask(world, "HEIGHT", "F").source == "AFPA 2018 (France)"
    assert "3e, 50e et 97e centiles (AFPA 2018)" in words(world)
