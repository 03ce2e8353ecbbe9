"""Measures as they are read: pages, windows, aggregates, and what is computed of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.profile.contract import measures as m
from services.profile.domain.series import Point, aggregated
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from tests.profile.world import IN_SECRET, PARENT, PATIENT, RECORD, World, measure


def test_pages_meet(world: World) -> None:
    """
    No reading twice, none missing, at the same instant neither.
    """
    readings = [
        measure("GLUCOSE", 80 + n, unit="mg/dL", at=f"2026-11-20T07:0{n // 3}:00Z")
        for n in range(9)
    ]
    world.record(*readings)

    seen, cursor = [], None
    while True:
        page = world.listed("GLUCOSE", limit=4, cursor=cursor)
        seen += [line.values["value"] for line in page.items if line.values]
        cursor = page.next_cursor
        assert page.total == 9
        if cursor is None:
            break

    assert sorted(seen) == [80 + n for n in range(9)]


@pytest.mark.parametrize("cursor", ["garbage", "W1tb" * 900], ids=["words", "lists in lists"])
def test_a_cursor_of_nowhere_is_refused(world: World, cursor: str) -> None:
    """
    A field is named, nothing breaks.
    """
    with pytest.raises(InvalidRequest):
        world.listed("GLUCOSE", cursor=cursor)


def test_window_holds_its_start_and_not_its_end(world: World) -> None:
    """
    Two windows that meet show each measure once.
    """
    world.record(
        measure("WEIGHT", 70, unit="kg", at="2026-11-01T00:00:00Z"),
        measure("WEIGHT", 71, unit="kg", at="2026-11-02T00:00:00Z"),
    )
    window: dict[str, Any] = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}

    assert [line.values for line in world.listed("WEIGHT", **window).items] == [{"value": 70.0}]


@pytest.mark.parametrize("every", ["hour", "day", "week"])
@pytest.mark.parametrize("day", [1, 2, 3])
def test_a_measure_of_year_one_spoils_no_aggregate(every: str, day: int) -> None:
    """
    Software without a date says 1 January 1; some were taken before they were refused.
    """
    said = [datetime(1, 1, day, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)]
    points = [Point(measure_id=None, at=at, values=(70.0,)) for at in said]

    assert [bucket.count for bucket in aggregated(points, every)] == [1, 1]


def test_aggregates_say_min_mean_max_last(world: World) -> None:
    """
    By day, in the civil time of France: 23:30 in Paris is 22:30 UTC in winter.
    """
    world.record(
        measure("GLUCOSE", 90, unit="mg/dL", at="2026-11-19T23:10:00Z"),
        measure("GLUCOSE", 120, unit="mg/dL", at="2026-11-20T12:00:00Z"),
        measure("GLUCOSE", 99, unit="mg/dL", at="2026-11-20T22:30:00Z"),
        measure("GLUCOSE", 500, unit="mg/dL", at="2026-11-20T23:00:00Z"),
    )

    first, second = world.listed("GLUCOSE", every="day").items

    assert first.spreads == {"value": m.SpreadView(min=90, mean=103, max=120, last=99)}
    assert (first.count, second.count) == (3, 1)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29, 12, tzinfo=UTC), 23), (datetime(2026, 10, 25, 12, tzinfo=UTC), 25),
     (datetime(2026, 6, 1, 12, tzinfo=UTC), 24)],
    ids=["spring", "autumn", "summer"],
)  # fmt: skip
def test_a_day_is_as_long_as_clocks_make_it(day: datetime, hours: int) -> None:
    """
    The two changes of the clock make days of 23 and 25 hours.
    """
    (bucket,) = aggregated([Point(measure_id=None, at=day, values=(1.0,))], "day")

    assert bucket.end - bucket.start == timedelta(hours=hours)


def test_a_week_begins_on_monday_in_paris() -> None:
    """
    Sunday 23:30 UTC is Monday in Paris (ISO 8601 week).
    """
    sunday = datetime(2026, 11, 15, 22, 59, tzinfo=UTC)
    points = [
        Point(measure_id=None, at=at, values=(1.0,)) for at in (sunday, sunday + timedelta(hours=1))
    ]

    before, after = aggregated(points, "week")

    assert (before.count, after.count) == (1, 1)
    assert before.end == after.start == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert after.end == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_an_hour_begins_on_the_hour_and_holds_no_next_one() -> None:
    """
    By UTC, also where the clocks of France show the same hour twice.
    """
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)
    points = [
        Point(measure_id=None, at=first + timedelta(minutes=minutes), values=(1.0,))
        for minutes in (0, 59, 60, 125)
    ]

    buckets = aggregated(points, "hour")

    assert [bucket.count for bucket in buckets] == [2, 1, 1]
    assert [(b.start - first, b.end - b.start) for b in buckets] == [
        (timedelta(hours=hour), timedelta(hours=1)) for hour in range(3)
    ]


def test_bmi_is_computed_from_the_height_known_then(world: World) -> None:
    """
    81 kg and 180 cm are 25.0 kg/m2; a weight before the first height gives none.
    """
    world.record(
        measure("WEIGHT", 80, unit="kg", at="2026-01-01T00:00:00Z"),
        measure("HEIGHT", 180, unit="cm", at="2026-02-01T00:00:00Z"),
        measure("WEIGHT", 81, unit="kg", at="2026-03-01T00:00:00Z"),
    )

    (line,) = world.listed("BODY_MASS_INDEX").items

    assert (line.values, line.computed) == ({"value": 25.0}, True)


def test_bmi_of_a_day_whose_height_is_older_or_of_that_moment(world: World) -> None:
    """
    The height that was known counts, however long ago it was measured, and at the same instant.
    """
    world.record(measure("HEIGHT", 180, unit="cm", at="2020-02-01T00:00:00Z"))
    world.record(
        measure("WEIGHT", 81, unit="kg", at="2026-11-01T08:00:00Z"),
        measure("WEIGHT", 100, unit="kg", at="2026-11-02T08:00:00Z"),
        measure("HEIGHT", 200, unit="cm", at="2026-11-02T08:00:00Z"),
    )
    window: dict[str, Any] = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-03T00:00:00Z"}

    lines = world.listed("BODY_MASS_INDEX", **window).items

    assert [line.values for line in lines] == [{"value": 25.0}, {"value": 25.0}]


def test_nothing_is_computed_from_what_is_hidden(world: World) -> None:
    """
    A BMI, a count or a mean would give a secret weight away.
    """
    world.record(measure("HEIGHT", 180, unit="cm", at="2026-02-01T00:00:00Z"))
    world.record(measure("WEIGHT", 45, unit="kg"), by=IN_SECRET)

    assert world.listed("BODY_MASS_INDEX").total == 1
    for kind, every in (("BODY_MASS_INDEX", None), ("WEIGHT", None), ("WEIGHT", "week")):
        shown = world.listed(kind, by=PARENT, every=every)
        assert (shown.items, shown.total) == ([], 0)


def test_the_last_of_each_kind(world: World) -> None:
    """
    Of what the reader may see: a synthesis is made of it. Looked for as far back as it is.
    """
    world.record(measure("WEIGHT", 70, unit="kg", at="2024-01-02T08:00:00Z"))
    world.record(measure("HEIGHT", 170, unit="cm", at="2023-01-02T08:00:00Z"))
    world.record(measure("GLUCOSE", 90, unit="mg/dL", at="2026-11-02T08:00:00Z"))
    world.record(measure("GLUCOSE", 99, unit="mg/dL", at="2026-11-20T08:00:00Z"), by=IN_SECRET)

    def latest(by: Actor) -> dict[str, dict[str, float]]:
        found = world.app.latest_measures(m.LatestMeasures(record_id=RECORD), by)
        return {item.kind: item.values for item in found.items}

    both = {"WEIGHT": {"value": 70}, "HEIGHT": {"value": 170}, "BODY_MASS_INDEX": {"value": 24.2}}
    assert latest(PATIENT) == both | {"GLUCOSE": {"value": 99}}
    assert latest(PARENT) == both | {"GLUCOSE": {"value": 90}}
