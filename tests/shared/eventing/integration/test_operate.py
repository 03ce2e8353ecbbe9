"""The operator's commands, on a real follower: what they print and what they leave."""

from dataclasses import replace
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from scripts.ops import parts
from scripts.ops.app import app
from shared.eventing.entrypoints import follow, project
from shared.eventing.following import Following
from shared.stores.documents import Put
from tests.shared.eventing.deliveries import restore
from tests.shared.eventing.integration.test_parking import Service, cured_following
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World
from tests.support.projecting import catch_up


@pytest.fixture
def waiting(world: World) -> UUID:
    """A record with a message that fails, and one behind it."""
    [record] = records(1)
    for text in ["a", "poison", "c"]:
        world.notes.write(record, text)
    Service(world).follower.start()
    return record


def run(
    world: World, monkeypatch: pytest.MonkeyPatch, *command: str, following: Following | None = None
) -> Result:
    services = {
        "follow": follow("tally", lambda: following or world.following()),
        "project": project("notes", world.projecting),
    }
    monkeypatch.setenv("CARNET_ENVIRONMENT", "development")  # the settings are not looked for
    monkeypatch.setattr(parts, "declared", lambda _, entrypoint: services[entrypoint])
    return CliRunner().invoke(app, command)


def test_what_waits_is_listed_without_what_it_says(
    world: World, waiting: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator sees that something waits and why, never health data."""
    lines = run(world, monkeypatch, "parked", "tally").stdout.splitlines()
    assert [line.split()[:5] for line in lines] == [
        ["notes", "2", str(waiting), "notes.note_written", "ValueError"],
        ["notes", "3", str(waiting), "notes.note_written", "behind"],
    ]


def test_a_retry_says_how_many_or_that_it_failed_again(
    world: World, waiting: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code tells a Job whether to look."""
    failed = run(world, monkeypatch, "retry", "tally", str(waiting))
    assert (failed.exit_code, failed.stderr) == (1, "it failed again: ValueError\n")
    mended = cured_following(world)
    done = run(world, monkeypatch, "retry", "tally", str(waiting), following=mended)
    assert (done.exit_code, done.stdout) == (0, "2 handled\n")
    assert world.tally.texts(waiting) == ["a", "cure", "c"]


def test_a_discard_needs_a_name_and_a_code_word(
    world: World, waiting: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone answers for it."""
    discard = ["discard", "tally", "notes", "2"]
    nobody = run(world, monkeypatch, *discard, "sent_by_mistake")
    prose = run(world, monkeypatch, *discard, "Mrs Ruth was ill", "--by", "op-1")
    done = run(world, monkeypatch, *discard, "sent_by_mistake", "--by", "op-1")
    assert (nobody.exit_code, prose.exit_code, done.exit_code) == (2, 1, 0)
    assert [item.position for item in Service(world).parking.parked()] == [3]


def test_after_a_restore_both_sides_say_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The publisher's operator first, then the follower's."""
    [record] = records(1)
    for text in "abc":
        world.notes.write(record, text)
    Service(world).follower.start()
    restore(world, 2)
    realign = ["realign", "tally", "notes", "2", "backup_restored", "--by", "op-1"]
    assert run(world, monkeypatch, *realign).exit_code == 1
    assert run(world, monkeypatch, "renew-epoch", "notes").exit_code == 0
    assert run(world, monkeypatch, *realign).exit_code == 0


def test_a_read_model_is_rebuilt_while_it_serves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one answers until the switch; what it had wrong is gone afterwards."""
    [record] = records(1)
    for text in "abc":
        world.notes.write(record, text)
    view = world.projecting().views[0]
    catch_up(world.notes, view)
    right = view.documents.find().items
    at = view.documents.position("notes")
    assert at is not None
    spoilt = view.documents.rebuild()
    spoilt.apply([Put("nobody's", {"record_id": "spoilt"})], replace(at, previous=0))
    view.documents.switch(spoilt)
    assert view.documents.find().items != right
    dry = run(world, monkeypatch, "rebuild", "notes", "notes", "--dry-run")
    assert (dry.exit_code, dry.stdout) == (0, "notes would be built from 3 events\n")
    assert view.documents.find().items != right
    done = run(world, monkeypatch, "rebuild", "notes", "notes")
    assert (done.exit_code, done.stdout) == (0, "notes was built anew and serves\n")
    assert view.documents.find().items == right


def test_a_followed_read_model_is_rebuilt_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the messages of those it follows; an unknown name is refused."""
    [record] = records(1)
    world.notes.write(record, "a")
    Service(world).follower.start()
    done = run(world, monkeypatch, "rebuild", "tally", "journal")
    assert (done.exit_code, done.stdout) == (0, "journal was built anew and serves\n"), done.output
    assert run(world, monkeypatch, "rebuild", "tally", "nothing").exit_code == 1
