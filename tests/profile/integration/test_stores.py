"""The promises that stores keep: once each in a race, a sensor's year, on both databases."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.profile.contract import measures as m
from services.profile.contract import requests as r
from tests.profile.world import NOW, PATIENT, RECORD, SENSOR, World, measure

POINTS = 100_000
CALL = 5_000
"""Readings of one call."""


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on each of the two kinds of database."""
    on_postgres = request.param == "postgresql"
    world = World(
        tmp_path, postgres_dsn=request.getfixturevalue("postgres_dsn") if on_postgres else None
    )
    yield world
    world.app.close()


def test_racing_calls_keep_a_measure_once(stored: World) -> None:
    """
    Four calls at once bring the same reading, each with one of its own.
    """
    answers: list[m.MeasuresRecorded] = []

    def bring(number: int) -> None:
        measures = [
            measure("GLUCOSE", 100, unit="mg/dL", source_id=one) for one in ("same", f"own{number}")
        ]
        said = {"request_id": uuid4(), "record_id": RECORD, "measures": measures}
        answers.append(stored.app.record_measures(m.RecordMeasures.model_validate(said), SENSOR))

    racers = [threading.Thread(target=bring, args=(number,)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    stored.project()

    assert sorted(answer.items[0].known for answer in answers) == [False, True, True, True]
    assert len({answer.items[0].measure_id for answer in answers}) == 1
    assert stored.listed("GLUCOSE").total == 5


def test_one_row_of_directives(stored: World) -> None:
    """
    The row is overwritten in the save that says so, on both databases.
    """
    for text in ("Première", "Seconde"):
        said = {"request_id": uuid4(), "record_id": RECORD, "directives": {"text": text}}
        stored.app.set_directives(r.SetDirectives.model_validate(said), PATIENT)

    with stored.app.guarded.reading() as sql:
        assert sql("SELECT count(*) FROM profile_directives") == [(1,)]
    shown = stored.profile().directives
    assert shown
    assert shown.text == "Seconde"


@pytest.mark.parametrize(
    "points",
    [POINTS // 10, pytest.param(POINTS, marks=pytest.mark.long)],
    ids=["a month", "a year"],
)
def test_a_sensor_s_year(world: World, points: int) -> None:
    """
    A reading every five minutes for a year, sent twice, is there once, and read in seconds.
    """
    start = NOW - timedelta(minutes=5 * points)

    def lot(first: int) -> list[dict[str, Any]]:
        return [
            measure(
                "INTERSTITIAL_GLUCOSE",
                80 + n % 100,
                unit="mg/dL",
                source_id=f"n{n}",
                at=(start + timedelta(minutes=5 * n)).isoformat(),
            )
            for n in range(first, first + CALL)
        ]

    for first in range(0, points, CALL):
        world.record(*lot(first), by=SENSOR)
    again = world.record(*lot(0), by=SENSOR)
    began = time.monotonic()
    by_week = world.listed("INTERSTITIAL_GLUCOSE", every="week", limit=100)

    assert time.monotonic() - began < 20
    assert all(one.known for one in again.items)
    assert sum(line.count for line in by_week.items) == points
    assert world.listed("INTERSTITIAL_GLUCOSE", limit=1).total == points
