"""Killed in mid-flight, at moments nobody chose: nothing is lost and nothing doubled."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest

from scripts.machine.kept import Kept
from scripts.machine.rabbitmq import running_broker
from tests.shared.eventing.place import Place
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World
from tests.support.deadline import eventually

ROOT = Path(__file__).parents[4]
RECORDS = 4


@contextmanager
def process(what: str, world: World, home: Path) -> Iterator[Kept]:
    """Started and, however the test ends, gone."""
    home.mkdir(exist_ok=True)
    kept = Kept(what, home)
    start(kept, world)
    try:
        yield kept
    finally:
        kept.stop()


def start(kept: Kept, world: World) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": world.amqp_uri,
        "CARNET_SERVICE_KEYS_DIR": str(world.views),
        "CARNET_ISSUERS_FILE": str(world.views / "issuers.json"),
        "CARNET_DATA_DIR": str(world.views),
    }
    module = "tests.shared.eventing.process"
    kept.start(
        [sys.executable, "-m", module, kept.name, Place.of(world).to_text()], environ=environ
    )


def tell(world: World, mine: list[UUID], numbers: range) -> None:
    for number in numbers:
        world.notes.write(mine[number % RECORDS], str(number), reads=number % 2)


def assert_told(world: World, mine: list[UUID], count: int) -> bool:
    """Each record its own numbers, in order, once."""
    for index, record in enumerate(mine):
        expected = [str(n) for n in range(count) if n % RECORDS == index]
        assert world.tally.texts(record) == expected
    assert world.documents("journal").count() == count
    assert world.documents("notes").count() == count
    assert world.tally.places.parked("notes") == []
    return True


@pytest.mark.timeout(240)
@pytest.mark.parametrize("victim", ["project", "follow"])
@pytest.mark.parametrize(
    "kills", [1, pytest.param(3, marks=pytest.mark.long)], ids=["once", "again and again"]
)
def test_a_killed_process_loses_and_doubles_nothing(wired: World, victim: str, kills: int) -> None:
    """The relay between publishing and its position, the follower between effect and answer."""
    chance, mine = random.Random(7), records(RECORDS)
    home = wired.views / "processes"
    with process("project", wired, home) as relay, process("follow", wired, home) as follower:
        dies = {"project": relay, "follow": follower}[victim]
        for part in range(kills):
            tell(wired, mine, range(part * 100, part * 100 + 50))
            some = part * 100 + chance.randrange(10)
            eventually(partial(reached, wired, victim, some), within=60)
            dies.kill()
            tell(wired, mine, range(part * 100 + 50, part * 100 + 100))
            start(dies, wired)
        eventually(lambda: assert_told(wired, mine, kills * 100), within=90)


def reached(world: World, what: str, position: int) -> bool:
    return progress(world, what) >= position


def progress(world: World, what: str) -> int:
    """How many events (of about 1.5 per message) the process has done with."""
    if what == "project":
        return world.notes.places.published("messages").position
    followed = world.tally.places.followed("notes")
    return followed.position if followed else 0


@pytest.mark.long
@pytest.mark.timeout(240)
def test_a_killed_broker_loses_and_doubles_nothing(tmp_path: Path, world: World) -> None:
    """What it had confirmed, what it had not, and what was on its way."""
    mine = records(RECORDS)
    with running_broker(tmp_path / "broker") as broker:
        world.amqp_uri = broker.uri()
        home = world.views / "processes"
        with process("project", world, home), process("follow", world, home):
            with telling(world, mine) as told:
                eventually(lambda: progress(world, "follow") > 20, within=60)
                broker.crash()
                broker.start()
            eventually(lambda: assert_told(world, mine, len(told)), within=120)


@contextmanager
def telling(world: World, mine: list[UUID]) -> Iterator[list[int]]:
    """Somebody goes on writing, about a hundred notes a second, whatever is down."""
    told: list[int] = []
    enough = Event()

    def write() -> None:
        while not enough.wait(0.01):
            tell(world, mine, range(len(told), len(told) + 1))
            told.append(len(told))

    writer = Thread(target=write)
    writer.start()
    try:
        yield told
    finally:
        enough.set()
        writer.join()
