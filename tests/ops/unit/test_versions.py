"""Two versions of a small service, each in a tree of its own, and the events of a day."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from scripts.cli.processes import ROOT
from scripts.ops import versions
from shared.kernel.clock import FixedClock
from tests.ops.world import Operated, operated

PROJECT = """
import os
from types import SimpleNamespace
from shared.crypto import fields
from shared.kernel.common import CommonSettings
from shared.stores.documents import Put
from shared.stores.event_log import EventLog
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
import tests.ops.note


class View:
    NAME = "notes"
    VERSION = 1

    def writes(self, event):
        SEALED
        return [Put(str(event.originator_id), {"text": text, "kind": "KIND"})]

    def purge(self, record_id):
        return []


def build():
    named = type("Log", (EventLog,), {"name": "catalogue"})
    settings = EventStoreSettings.of(CommonSettings.read(os.environ))
    log = named(settings, LocalKeys(b"k" * 32, "catalogue"), SystemClock())
    view = SimpleNamespace(projection=View())
    return SimpleNamespace(log=log, views=[view], message_for=lambda e: "MESSAGE", close=log.close)


SERVICE = SimpleNamespace(build=build)
"""
SEALED = 'text = fields.seal_field(LocalKeys(b"k" * 32, "x").current(None), "notes.text", "words")'


def tree(place: Path, *, kind: str = "a", message: str = "m", writes: str = SEALED) -> Path:
    """A checkout: ours but for one service."""
    for name in ("shared", "scripts", "tests"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "services" / "keyring", place / "services" / "keyring")
    (place / "services" / "__init__.py").touch()
    code = PROJECT.replace("SEALED", writes).replace("KIND", kind).replace("MESSAGE", message)
    folder = place / "services" / "catalogue" / "entrypoints"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder.parent / "__init__.py").touch()
    (folder / "project.py").write_text(code)
    return place


@pytest.fixture
def carnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operated:
    """The newer version is the tree that the command takes for its own."""
    monkeypatch.setattr(versions, "ROOT", tree(tmp_path / "ours"))
    found = operated(tmp_path)
    found.write("catalogue", 3)
    return found


def compared(carnet: Operated, other: Path, *options: str) -> tuple[int, str]:
    result = carnet.run("compare-versions", "catalogue", str(other), *options)
    return result.exit_code, result.stdout


def test_the_same_code_makes_the_same_of_every_event(carnet: Operated, tmp_path: Path) -> None:
    """Although each sealing takes another nonce."""
    same = tree(tmp_path / "same")
    assert compared(carnet, same) == (0, "3 events replayed, 0 differences\n")


def test_what_differs_is_named_by_position_and_topic(carnet: Operated, tmp_path: Path) -> None:
    """Of the newest events only, if so asked; never by what an event says."""
    code, said = compared(carnet, tree(tmp_path / "other", kind="b"), "--events", "2")
    assert code == 1
    assert said.splitlines() == [
        "2 operating.note_written: view notes differs",
        "3 operating.note_written: view notes differs",
        "2 events replayed, 2 differences",
    ]


def test_a_day_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its first event to its last one, in UTC, whatever came before and after."""
    monkeypatch.setattr(versions, "ROOT", tree(tmp_path / "ours"))
    carnet = operated(tmp_path)
    for hour in ("20T23:59:59", "21T00:00:00", "21T23:59:59", "22T00:00:00"):
        at = datetime.fromisoformat(f"2026-11-{hour}+00:00")
        carnet.write("catalogue", 1, FixedClock(at))
    code, said = compared(carnet, tree(tmp_path / "o", kind="b"), "--day", "2026-11-21")
    assert (code, said.splitlines()) == (
        1,
        [
            "2 operating.note_written: view notes differs",
            "3 operating.note_written: view notes differs",
            "2 events replayed, 2 differences",
        ],
    )


@pytest.mark.long
def test_a_version_that_fails_on_an_event_is_noticed(carnet: Operated, tmp_path: Path) -> None:
    """An upcast that was forgotten, found before the upgrade and not after."""
    failing = tree(tmp_path / "failing", writes='raise KeyError("forgotten")')
    code, said = compared(carnet, failing, "--events", "1")
    assert (code, said.count("view notes differs")) == (1, 1)


def test_a_dry_run_only_counts(carnet: Operated, tmp_path: Path) -> None:
    """Nothing is started."""
    code, said = compared(carnet, tree(tmp_path / "same"), "--dry-run")
    assert (code, said) == (0, "events of catalogue after 0, up to 3, would be replayed twice\n")
