"""A process whose stores do not answer when it starts: one line for who supervises it."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.machine.postgresql import running_database
from scripts.machine.seaweedfs import ObjectStore, running_object_store
from tests.shared.rpc.place import ROOT, deployment, started
from tests.support.running import free_port, settings_of

SECRET = "not-to-be-told"


@dataclass
class Ended:
    code: int
    out: str
    err: str

    def line(self) -> dict[str, Any]:
        """The one that says why; there are others of libraries."""
        lines = [json.loads(line) for line in self.out.splitlines()]
        [line] = [line for line in lines if line["event"] == "not_started"]
        return {name: value for name, value in line.items() if name != "timestamp"}


def run(name: str, home: Path, settings: Mapping[str, str]) -> Ended:
    ended = subprocess.run(
        [sys.executable, "-m", "services", name],
        cwd=ROOT,
        env=settings_of(home, "pyamqp://guest:guest@127.0.0.1:1//") | dict(settings),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def refused(name: str, home: Path, settings: Mapping[str, str]) -> str:
    """Why, once it was seen that no trace of the code was shown, and no secret."""
    ended = run(name, home, settings)
    assert ended.code == os.EX_UNAVAILABLE, ended
    assert not [line for line in ended.err.splitlines() if line.startswith(("Tra", "Exc"))]
    assert SECRET not in ended.out
    line = ended.line()
    why: str = line.pop("why")
    assert line == {
        "event": "not_started", "level": "error", "services": [name], "error": "unavailable",
    }  # fmt: skip
    return why


@pytest.fixture(scope="module")
def stopped_database() -> Iterator[str]:
    with running_database() as server:
        dsn = server.new_database()
        server.stop()
        yield re.sub("(?<=:)[0-9a-f]+(?=@)", SECRET, dsn)


@pytest.fixture(scope="module")
def stopped_objects(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    with running_object_store(tmp_path_factory.mktemp("objects")) as store:
        return store


@pytest.mark.parametrize("name", ["identity.rpc", "keyring.project"])
def test_postgresql(name: str, stopped_database: str, tmp_path: Path) -> None:
    """Twelve databases, one server: an operator sees which one is missed."""
    why = refused(name, tmp_path, {"CARNET_POSTGRES_DSN": stopped_database})
    assert why == f"the event store of {name.split('.')[0]} is out of reach"


def test_mongodb(tmp_path: Path) -> None:
    address = f"mongodb://somebody:{SECRET}@127.0.0.1:{free_port()}/carnet"
    why = refused("identity.project", tmp_path, {"CARNET_MONGODB_URI": address})
    assert why == "the read models are out of reach"


@pytest.mark.parametrize("name", ["vault.rpc", "messaging.smtp"])
def test_an_object_store(name: str, stopped_objects: ObjectStore, tmp_path: Path) -> None:
    where = {
        "CARNET_S3_ENDPOINT": stopped_objects.endpoint,
        "CARNET_S3_ACCESS_KEY": "somebody",
        "CARNET_S3_SECRET_KEY": SECRET,
    }
    assert refused(name, tmp_path, where) == "the object store is out of reach"


def test_a_file_that_another_process_holds(tmp_path: Path) -> None:
    """A copy that goes on for ever, say: SQLite's own word for it helps to find who."""
    holder = sqlite3.connect(tmp_path / "identity.db", isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN EXCLUSIVE")
    why = refused("identity.rpc", tmp_path, {})
    holder.close()
    assert why == "the event store of identity is out of reach (SQLITE_BUSY)"


@pytest.mark.parametrize(
    ("file", "store"),
    [
        ("identity.db", "the event store of identity"),
        ("identity.views.db", "the read models' file"),
    ],
)
def test_a_file_that_cannot_be_opened(file: str, store: str, tmp_path: Path) -> None:
    (tmp_path / file).mkdir()
    why = refused("identity.rpc", tmp_path, {})
    assert why == f"{store} is out of reach (SQLITE_CANTOPEN)"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "identity.db.lock").mkdir()
    why = refused("identity.rpc", tmp_path, {})
    assert why == "the event store of identity is out of reach (EISDIR)"


def test_a_broker_that_a_key_is_asked_through(tmp_path: Path) -> None:
    """Whoever needs a key to begin with cannot wait for the broker, as the others do."""
    why = refused("directory.rpc", tmp_path, {})
    assert why == "keyring refused: unavailable (the broker is out of reach)"


def test_a_mistake_of_ours_shows_where(tmp_path: Path) -> None:
    """What nobody foresaw is not to be taken for an outage that mends itself."""
    environ, _ = deployment("pyamqp://guest:guest@127.0.0.1:1//", tmp_path, GREETER_BREAKS="yes")
    with started(environ, tmp_path / "log") as process:
        assert process.wait(timeout=20) == 1
    told = (tmp_path / "log").read_text()
    assert "Traceback" in told
    assert "a mistake in build" in told
    assert "not_started" not in told
