"""Limits and single effects hold whoever races, on both event stores."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from services.agenda.contract.reminders import AddReminder
from services.agenda.domain.errors import TooManyReminders
from shared.kernel.errors import Conflict
from shared.stores.settings import EventStoreSettings
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import PATIENT, RECORD, World


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[World]]:
    """Two replicas on one store."""
    settings = (
        EventStoreSettings(data_dir=tmp_path)
        if request.param == "sqlite"
        else EventStoreSettings(postgres_dsn=request.getfixturevalue("postgres_dsn"))
    )
    worlds = [World(tmp_path, settings) for _ in range(2)]
    yield worlds
    for world in worlds:
        world.close()


def test_a_day_holds_ten_reminders_whoever_races(two: list[World]) -> None:
    """
    Sixteen telephones at once: ten are taken, and not one more.
    """

    def add(number: int) -> str:
        said = {"request_id": uuid4(), "record_id": RECORD, "title": "x", "date": "2026-12-01"}
        request = AddReminder.model_validate(said)
        for _ in range(50):
            try:
                two[number % 2].app.add_reminder(request, PATIENT)
            except TooManyReminders:
                return "full"
            except Conflict:
                continue
            return "added"
        return "busy"

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(add, range(16)))

    assert answers == {"added": 10, "full": 6}
    assert two[0].topics().count("reminder_added") == 10


def test_one_calendar_imported_at_once_is_imported_once(two: list[World]) -> None:
    """
    Eight imports of the same calendar: each appointment is added once, by one of them.
    """
    ics = calendar(*(vevent(f"e{n}", "DTSTART:20261201T093000Z") for n in range(5)))

    def take(number: int) -> Counter[str]:
        for _ in range(50):
            try:
                done = two[number % 2].app.import_calendar(importing(ics), PATIENT)
            except Conflict:
                continue
            return Counter(done.counts)
        return Counter()

    with ThreadPoolExecutor(8) as pool:
        total = sum(pool.map(take, range(8)), Counter())

    assert total == {"added": 5, "unchanged": 35}
    assert two[0].topics().count("appointment_added") == 5
    assert len(two[0].show()) == 5
