"""Round trips with another implementation of iCalendar, ical.js: it reads what we write, we read
what it writes, and both show the same hours."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from dateutil.rrule import rrulestr

from services.agenda.contract.appointments import CancelAppointment, ChangeAppointment
from services.agenda.contract.views import AppointmentView, ExportCalendar
from services.agenda.domain.ics.timezones import timezone_component
from shared.kernel.clock import instant, parse_instant
from tests.agenda.ics import calendar, importing, vevent
from tests.agenda.world import PATIENT, RECORD, World

HERE = Path(__file__).parent / "ical_js"
SINCE, UNTIL = "2026-01-01T00:00:00.000Z", "2028-01-01T00:00:00.000Z"
PARIS = timezone_component("Europe/Paris", parse_instant("2020-01-01T00:00:00Z")).to_ical()
SERIES = [
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR", "FREQ=DAILY;COUNT=30",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270401T070000Z", "FREQ=MONTHLY;BYDAY=2WE",
    "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
]  # fmt: skip

Ask = Callable[[str], dict[str, Any]]
Hours = list[tuple[str, str]]


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """ical.js, of the version and integrity that its lock names, in a folder of its own."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    home = tmp_path_factory.mktemp("ical_js")
    shutil.copytree(HERE, home, dirs_exist_ok=True)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(install, cwd=home, capture_output=True, timeout=90, check=False)
    if done.returncode:
        pytest.skip("ical.js could not be had from the npm registry")

    def ask(ics: str) -> dict[str, Any]:
        asked = json.dumps({"ics": ics, "from": SINCE, "to": UNTIL})
        answer = subprocess.run(
            ["node", "other.mjs"],  # noqa: S607 - found above
            cwd=home,
            input=asked,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    return ask


def theirs(answer: dict[str, Any]) -> Hours:
    return sorted((one["start"], one["end"]) for one in answer["shown"])


def ours(world: World) -> Hours:
    world.catch_up()
    views: list[AppointmentView] = []
    first = parse_instant(SINCE)
    while first < parse_instant(UNTIL):  # pages of one answer are tested elsewhere
        asked = {"from": instant(first), "to": instant(first + timedelta(days=7))}
        week = world.show(**asked)
        assert len(week) < 100
        views += [v for v in week if first <= v.starts_at < first + timedelta(days=7)]
        first += timedelta(days=7)
    return sorted(hours(view) for view in views if view.starts_at < parse_instant(UNTIL))


def hours(view: AppointmentView) -> tuple[str, str]:
    if view.day and view.last_day:
        return view.day.isoformat(), (view.last_day + timedelta(days=1)).isoformat()
    return instant(view.starts_at), instant(view.ends_at)


def feed(world: World) -> str:
    world.catch_up()
    return world.app.export_calendar(ExportCalendar(record_id=RECORD), PATIENT).ics


def series(rule: str, seed: int) -> list[str]:
    """A series of 2026 by that rule, its hour, length and days left out by the seed."""
    dice = random.Random(seed)
    day = timedelta(days=dice.randint(0, 180), hours=dice.randint(4, 20))
    drawn = datetime.fromisoformat("2026-01-01T00:30") + day
    # RFC 5545 leaves open what a start that is no day of its rule means, and libraries differ.
    start = rrulestr(rule.partition(";UNTIL")[0], dtstart=drawn)[0]
    text = start.strftime("%Y%m%dT%H%M%S")
    lines = [f"DTSTART;TZID=Europe/Paris:{text}", f"RRULE:{rule}"]
    lines.append(f"DURATION:PT{dice.randint(15, 600)}M")
    following = list(islice(rrulestr(rule.partition(";UNTIL")[0], dtstart=start), 1, 12))
    left_out = sorted(dice.sample(following, dice.randint(0, 3)))
    return lines + [f"EXDATE;TZID=Europe/Paris:{out.strftime('%Y%m%dT%H%M%S')}" for out in left_out]


def source(seed: int) -> str:
    zone = PARIS.decode().strip()
    many = [vevent(f"{n}@{seed}", *series(rule, seed + n)) for n, rule in enumerate(SERIES[:9])]
    single = vevent("one", "DTSTART:20260325T013000Z", "DTEND:20260325T020000Z")
    days = vevent("days", "DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330",
                  "RRULE:FREQ=MONTHLY;COUNT=5")  # fmt: skip
    return calendar(zone, *many, single, days)


@pytest.mark.parametrize("seed", range(4))
def test_we_read_what_it_writes(world: World, other: Ask, seed: int) -> None:
    """
    Series over both changes of the clock, days left out, whole days: rewritten by it, the same.
    """
    answer = other(source(seed))

    done = world.app.import_calendar(importing(answer["rewritten"]), PATIENT)

    assert done.counts == {"added": 11}
    assert ours(world) == theirs(answer)
    assert len(ours(world)) > 100


@pytest.mark.parametrize("seed", range(4, 8))
def test_it_reads_what_we_write(world: World, other: Ask, seed: int) -> None:
    """
    The feed, with an occurrence moved and one cancelled here, by its own zones alone.
    """
    imported = world.app.import_calendar(importing(source(seed)), PATIENT)
    weekly = imported.parts[0].appointment_id
    world.catch_up()
    mine = sorted(
        named
        for month in range(1, 10)
        for v in world.show(
            **{"from": f"2026-0{month}-01T00:00:00Z", "to": f"2026-0{month}-28T00:00:00Z"}
        )
        if v.appointment_id == weekly and (named := v.occurrence)
    )
    said = {"record_id": RECORD, "appointment_id": weekly}
    moved = {"occurrence": mine[1], "starts_at": "2026-10-25T01:30:00Z"}
    world.app.change_appointment(
        ChangeAppointment.model_validate({"request_id": uuid4()} | said | moved), PATIENT
    )
    gone = {"request_id": uuid4(), "occurrence": mine[2]}
    world.app.cancel_appointment(CancelAppointment.model_validate(said | gone), PATIENT)

    assert theirs(other(feed(world))) == ours(world)


@pytest.mark.parametrize("rule", SERIES[9:])
def test_rules_of_years(world: World, other: Ask, rule: str) -> None:
    """
    Those that come too rarely to be drawn with the others.
    """
    first = rrulestr(rule, dtstart=datetime.fromisoformat("2026-03-01T04:00"))[0]
    start = f"DTSTART;TZID=Europe/Paris:{first.strftime('%Y%m%dT%H%M%S')}"
    ics = calendar(PARIS.decode().strip(), vevent("y", start, f"RRULE:{rule}", "DURATION:PT1H"))

    world.app.import_calendar(importing(ics), PATIENT)

    assert ours(world) == theirs(other(ics))
    assert ours(world)
