"""Measures as they are taken: units, limits, once each, targets, and what is removed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.profile.contract import measures as m
from services.profile.domain.errors import AlreadyRemoved, NotSecret, WrittenByAnother
from shared.kernel.errors import Forbidden, InvalidRequest, TooMany
from tests.profile.world import (
    DOCTOR,
    IN_SECRET,
    NOW,
    PARENT,
    PATIENT,
    RECORD,
    SENSOR,
    World,
    measure,
)


@pytest.mark.parametrize(
    ("kind", "value", "unit", "kept"),
    [
        ("WEIGHT", 154.0, "[lb_av]", 69.853),  # 1 lb = 0.45359237 kg
        ("HEIGHT", 1.72, "m", 172.0),
        ("BODY_TEMPERATURE", 98.6, "[degF]", 37.0),
        ("GLUCOSE", 5.5, "mmol/L", 99.1),  # 5.5 x 18.0156
        ("GLUCOSE", 1.1, "g/L", 110.0),
        ("HEART_RATE", 61.0, "{beats}/min", 61.0),
        ("STEPS_BY_DAY", 8000.0, "/d", 8000.0),
    ],
)
def test_units_are_converted(world: World, kind: str, value: float, unit: str, kept: float) -> None:
    """
    Two devices with two units must draw one curve.
    """
    world.record(measure(kind, value, unit=unit))

    (line,) = world.listed(kind).items
    assert line.values == {"value": kept}


def test_blood_pressure_has_two_parts(world: World) -> None:
    """
    In kPa too: 16 kPa are 120 mm[Hg].
    """
    world.record(measure("BLOOD_PRESSURE", 16, 10.6, unit="kPa"))

    (line,) = world.listed("BLOOD_PRESSURE").items
    assert line.values == {"systolic": 120.0, "diastolic": 79.5}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (measure("WEIGHT", 701, unit="kg"), "value"),
        (measure("WEIGHT", 700_001, unit="g"), "value"),
        (measure("WEIGHT", 70, unit="m"), "unit"),
        (measure("WEIGHT", 70, 80, unit="kg"), "values"),
        (measure("WEIGHT", float("nan"), unit="kg"), "values"),
        (measure("BLOOD_PRESSURE", 120, unit="mm[Hg]"), "values"),
        (measure("BLOOD_PRESSURE", 80, 120, unit="mm[Hg]"), "diastolic"),
        (measure("BLOOD_PRESSURE", 80, 80, unit="mm[Hg]"), "diastolic"),
        (measure("MOOD", 1, unit="1"), "kind"),
        (measure("WEIGHT", 70, unit="kg", at="2026-11-21T08:36:00Z"), "at"),
        (measure("WEIGHT", 70, unit="kg", at="0001-01-01T00:00:00Z"), "at"),
        (measure("WEIGHT", 70, unit="kg", at="1899-12-31T23:59:59Z"), "at"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    world: World, said: dict[str, object], field: str
) -> None:
    """
    All or none: the one before it is not kept either.
    """
    with pytest.raises(InvalidRequest) as refused:
        world.record(measure("WEIGHT", 70, unit="kg"), said)

    assert set(refused.value.fields) == {f"measures.1.{field}"}
    assert world.topics() == []


def test_the_clock_of_a_device_may_be_five_minutes_ahead(world: World) -> None:
    """
    Of ours, which shows 08:30.
    """
    world.record(measure("WEIGHT", 70, unit="kg", at="2026-11-21T08:35:00Z"))
    with pytest.raises(InvalidRequest):
        world.record(measure("WEIGHT", 70, unit="kg", at="2026-11-21T08:35:00.001Z"))


@pytest.mark.parametrize(
    ("value", "warnings"),
    [(300, []), (300.1, ["implausible_value"]), (700, ["implausible_value"]), (0.5, [])],
)
def test_what_is_unlikely_is_taken_with_a_warning(
    world: World, value: float, warnings: list[str]
) -> None:
    """
    Rare is not false: the caller is told, and the measure is kept.
    """
    answer = world.record(measure("WEIGHT", value, unit="kg"))

    assert answer.items[0].warnings == warnings
    assert world.listed("WEIGHT").items[0].warnings == warnings


def test_a_source_s_measure_comes_in_once(world: World) -> None:
    """
    A sensor that lost our answer sends its reading again, in another call.
    """
    first = world.record(measure("GLUCOSE", 100, unit="mg/dL", source_id="r1"), by=SENSOR)
    again = world.record(
        measure("GLUCOSE", 100, unit="mg/dL", source_id="r1"),
        measure("GLUCOSE", 101, unit="mg/dL", source_id="r2", at="2026-11-20T07:05:00Z"),
        measure("GLUCOSE", 101, unit="mg/dL", source_id="r2", at="2026-11-20T07:05:00Z"),
        by=SENSOR,
    )

    assert [one.known for one in again.items] == [True, False, True]
    assert again.items[0].measure_id == first.items[0].measure_id
    assert world.listed("GLUCOSE").total == 2


def test_naming_a_secret_measure_tells_parents_nothing_of_it(world: World) -> None:
    """
    The same phone, held by the minor in secret and then by a parent: theirs is taken, once, and
    they are not told that it was there.
    """
    said = measure("WEIGHT", 60, unit="kg", source_id="w1")
    (secret,) = world.record(said, by=IN_SECRET).items

    first, again = (world.record(said, by=PARENT).items[0] for _ in range(2))

    assert [first.known, again.known] == [False, True]
    assert first.measure_id == again.measure_id != secret.measure_id
    assert [line.measure_id for line in world.listed("WEIGHT", PARENT).items] == [first.measure_id]
    assert world.record(said, by=IN_SECRET).items[0].measure_id == secret.measure_id


def test_one_source_cannot_spend_another_s_ids(world: World) -> None:
    """
    Else a service could keep another's readings out by sending their ids first.
    """
    world.record(measure("GLUCOSE", 100, unit="mg/dL", source_id="r1"), by=SENSOR)

    answer = world.record(measure("GLUCOSE", 90, unit="mg/dL", source_id="r1"), by=DOCTOR)

    assert not answer.items[0].known


def _all(world: World) -> list[m.MeasureLine]:
    return world.listed("INTERSTITIAL_GLUCOSE", limit=100).items


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12), min_size=1, max_size=6))
def test_imported_in_any_portions_is_imported_once(world: World, calls: list[list[int]]) -> None:
    """
    However a source cuts and repeats its year, each reading is there once.
    """
    start = NOW - timedelta(days=10)
    for call in calls:
        readings = [
            measure(
                "INTERSTITIAL_GLUCOSE",
                100 + n,
                unit="mg/dL",
                source_id=f"n{n}",
                at=(start + timedelta(minutes=5 * n)).isoformat(),
            )
            for n in call
        ]
        world.record(*readings, by=SENSOR)

    wanted = {n for call in calls for n in call}
    seen = [line.values["value"] - 100 for line in _all(world) if line.values]
    assert set(seen) >= wanted
    assert len(seen) == len(set(seen))


def test_too_many_at_once(world: World) -> None:
    """
    A setting bounds what one call may bring.
    """
    with pytest.raises(TooMany):
        world.record(*[measure("GLUCOSE", 100, unit="mg/dL")] * 5_001)


def test_a_removed_measure_is_gone_and_stays_gone(world: World) -> None:
    """
    The source that sends it again does not bring back what the person took away.
    """
    said = measure("WEIGHT", 99, unit="kg", source_id="w1")
    (taken,) = world.record(said).items
    request = m.RemoveMeasure(request_id=uuid4(), measure_id=taken.measure_id)
    world.app.remove_measure(request, PATIENT)
    world.project()

    assert world.record(said).items[0].known
    assert world.listed("WEIGHT").total == 0
    with pytest.raises(AlreadyRemoved):
        world.app.remove_measure(request.model_copy(update={"request_id": uuid4()}), PATIENT)


def test_the_person_does_not_edit_a_service_s_measure(world: World) -> None:
    """
    Production's rule: what a synchronised service sent is corrected at its source.
    """
    (taken,) = world.record(measure("GLUCOSE", 100, unit="mg/dL"), by=SENSOR).items
    request = m.RemoveMeasure(request_id=uuid4(), measure_id=taken.measure_id)

    with pytest.raises(WrittenByAnother):
        world.app.remove_measure(request, PATIENT)
    unknown = m.RemoveMeasure(request_id=uuid4(), measure_id=uuid4())
    with pytest.raises(Forbidden):
        world.app.remove_measure(unknown, PATIENT)


def test_a_secret_session_removes_nothing_that_parents_see(world: World) -> None:
    """
    A weight that vanished without anybody would show that there was a secret session.
    """
    (seen,) = world.record(measure("WEIGHT", 70, unit="kg")).items
    (own,) = world.record(measure("WEIGHT", 60, unit="kg"), by=IN_SECRET).items

    def remove(measure_id: UUID) -> None:
        request = m.RemoveMeasure(request_id=uuid4(), measure_id=measure_id)
        world.app.remove_measure(request, IN_SECRET)
        world.project()

    with pytest.raises(NotSecret):
        remove(seen.measure_id)
    remove(own.measure_id)

    assert [line.values for line in world.listed("WEIGHT").items] == [{"value": 70.0}]


def test_revoked_the_next_reading_is_refused(world: World) -> None:
    """
    The story of a sensor: a year comes in, the person revokes, nothing more does.
    """
    world.record(measure("GLUCOSE", 100, unit="mg/dL"), by=SENSOR)
    world.access.forbid(RECORD, SENSOR)

    with pytest.raises(Forbidden):
        world.record(measure("GLUCOSE", 101, unit="mg/dL"), by=SENSOR)
    with pytest.raises(Forbidden):
        world.listed("GLUCOSE", by=SENSOR)
    assert world.listed("GLUCOSE").total == 1


def test_the_last_target_stands(world: World) -> None:
    """
    One target per kind, in the kind's unit; without a bound there is none any more.
    """

    def aim(by: object = PATIENT, **bounds: object) -> m.TargetSet:
        said = {"request_id": uuid4(), "record_id": RECORD, "kind": "GLUCOSE", "unit": "g/L"}
        request = m.SetTarget.model_validate(said | bounds)
        answer = world.app.set_target(request, by)  # type: ignore[arg-type]  # an Actor
        world.project()
        world.clock.move(timedelta(seconds=1))
        return answer

    assert aim(low=[0.7], high=[1.8]).high == [180.0]
    aim(by=IN_SECRET, high=[1.5])
    target, for_parent = world.listed("GLUCOSE").target, world.listed("GLUCOSE", by=PARENT).target
    assert [shown.high for shown in (target, for_parent) if shown] == [[150.0], [180.0]]

    aim()
    assert world.listed("GLUCOSE").target is None
    with pytest.raises(InvalidRequest):
        aim(low=[2.0], high=[1.0])
    with pytest.raises(InvalidRequest):
        aim(high=[99.0])
