"""Sets, instants and programs that a restore cannot use: named, before anything is touched."""

import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from errno import ENOSPC
from pathlib import Path
from subprocess import PIPE, CompletedProcess

import pytest

from scripts.machine.kept import NotInstalled
from scripts.ops.sets import sets
from scripts.ops.snapshots import run
from shared.kernel.errors import Unavailable
from tests.ops.world import Operated, operated


@pytest.fixture
def carnet(tmp_path: Path) -> Operated:
    found = operated(tmp_path)
    for service in ("vault", "audit"):
        found.write(service, 3)
    found.done("backup", str(found.folder))
    return found


@pytest.mark.parametrize("at", ["yesterday", "2026-11-23", "2026-11-23T10:00:00"])
def test_an_instant_that_is_none_is_wrong_usage(carnet: Operated, at: str) -> None:
    """One without its offset would be taken for another hour than was meant."""
    for command in ("restore", "finish-restore"):
        refused = carnet.run(command, str(carnet.folder), "--at", at)
        assert refused.exit_code == 2
        assert "--at" in refused.stderr


def test_a_set_that_lacks_a_file_touches_nothing(carnet: Operated) -> None:
    """As one whose volume was not copied whole."""
    [(place, _)] = sets(carnet.folder)
    (place / "vault.db").unlink()
    before = carnet.head("vault")
    refused = carnet.run("restore", str(carnet.folder))
    assert refused.exit_code == 1
    assert "the file of vault is not the one that was written" in refused.stderr
    assert carnet.head("vault") == before


@pytest.mark.parametrize("command", ["restore", "sweep", "expire-backups", "backup"])
def test_a_manifest_that_cannot_be_read_is_named(carnet: Operated, command: str) -> None:
    """Of a newer version, or cut off: which one is to be looked at."""
    [(place, _)] = sets(carnet.folder)
    (place / "set.json").write_text('{"at": "2026-11-23T10:00')
    refused = carnet.run(command, str(carnet.folder))
    assert refused.exit_code == 1
    assert f"{place / 'set.json'} is not of a set that this version knows" in refused.stderr


def test_where_there_is_no_room_nothing_is_touched(
    carnet: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up while logs are put back left some of them, and nothing of the others,
    in the place of what had served."""
    copied: list[str] = []
    whole = shutil.copyfile

    def full(source: Path, target: Path) -> None:
        copied.append(whole(source, target).name)
        if len(copied) == 2:
            raise OSError(ENOSPC, "No space left on device")

    before = carnet.head("vault"), sorted(carnet.data.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(OSError, match="No space"):
            carnet.run("restore", str(carnet.folder))
    assert (carnet.head("vault"), sorted(carnet.data.iterdir())) == before
    carnet.done("restore", str(carnet.folder))


HOLD = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM epochs')"


@pytest.mark.parametrize("command", ["restore", "finish-restore"])
@pytest.mark.parametrize("name", ["vault.db", "vault.views.db"])
def test_nothing_is_put_back_under_who_serves(carnet: Operated, command: str, name: str) -> None:
    """They would go on writing into what was put aside, and answer what nobody finds again."""
    store = carnet.data / name
    before = carnet.head("vault")
    with closing(sqlite3.connect(store)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE IF NOT EXISTS epochs (a)")
    program = f"{HOLD}; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, store], stdin=PIPE, stdout=PIPE, text=True
    ) as serving:
        assert serving.stdout
        serving.stdout.readline()
        refused = carnet.run(command, str(carnet.folder))
        serving.communicate("")
    assert refused.exit_code == 1
    assert f"{name} is in use: stop every process of the services first" in refused.stderr
    assert carnet.head("vault") == before
    carnet.done(command, str(carnet.folder))


WORD = secrets.token_hex(8)
DSN = f"postgresql://backup:{WORD}@127.0.0.1:1/none"


def test_what_a_program_of_the_database_says_is_passed_on() -> None:
    """A server that is newer than it, a missing right: nobody could know from its exit code. The
    password of who reads all databases is said to nobody."""
    with pytest.raises(Unavailable, match=r"pg_dump: error: .*Connection refused") as refused:
        run("pg_dump", DSN)
    assert WORD not in str(refused.value)


def test_no_password_is_among_the_words_of_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is on the machine can list those."""
    given: list[tuple[list[str], Mapping[str, str]]] = []

    def ran(command: list[str], *, env: Mapping[str, str], **_: object) -> CompletedProcess[str]:
        given.append((command, env))
        return CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", ran)
    run("pg_dump", DSN, "--format=custom")
    [(command, environ)] = given
    assert WORD not in " ".join(command)
    assert "host=127.0.0.1" in " ".join(command)
    assert environ["PGPASSWORD"] == WORD
    assert environ["PATH"]


def test_a_program_that_is_not_there_is_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(NotInstalled, match="apt-get install postgresql-client"):
        run("pg_dump", DSN)
