"""To an instant between two sets, from the archive that PostgreSQL keeps of its changes.

CloudNativePG does with ``recoveryTarget.targetTime`` what is done by hand here: a base backup,
the archived changes up to the instant, and then ``carnet ops finish-restore``.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from scripts.cli.processes import SERVICES
from scripts.machine.postgresql import SYSTEM_USER, Database, new_home, programs
from tests.ops.world import Operated, operated
from tests.support.deadline import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


class Archiving:
    """A server of the test's own whose changes are archived, in a folder beside its data."""

    def __init__(self, home: Path) -> None:
        self.server = Database(home / "server", durable=True)
        self.archive = home / "archive"
        self.base = home / "base"
        self.archive.mkdir()
        home.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.archive, SYSTEM_USER)
            shutil.chown(home, SYSTEM_USER)

    def start(self) -> None:
        self.server.start()
        self.run("ALTER SYSTEM SET archive_mode = 'on'")
        self.run(f"ALTER SYSTEM SET archive_command = 'cp %p {self.archive}/%f'")
        self.server.stop()
        self.server.start()

    def run(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def back_up(self) -> None:
        program = [str(programs() / "pg_basebackup"), f"--pgdata={self.base}", "--checkpoint=fast"]
        as_user = SYSTEM_USER if os.geteuid() == 0 else None
        command = [*program, "--wal-method=none", f"--dbname={self.server.dsn()}"]
        subprocess.run(command, check=True, capture_output=True, user=as_user, cwd=self.archive)

    def recover(self, instant: str) -> None:
        """The data are lost; the base backup and the archive are not."""
        [(wal,)] = self.run("SELECT pg_walfile_name(pg_switch_wal())")
        eventually((self.archive / str(wal)).exists, within=30)
        self.server.stop()
        data = self.server.home / "data"
        shutil.rmtree(data)
        shutil.move(self.base, data)
        (data / "recovery.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {self.archive}/%f %p'\n")
            settings.write(f"recovery_target_time = '{instant}'\n")
            settings.write("recovery_target_action = 'promote'\n")
        self.server.start()
        eventually(lambda: self.run("SELECT NOT pg_is_in_recovery()") == [(True,)], within=60)


@pytest.fixture
def archiving() -> Iterator[Archiving]:
    with new_home() as home:
        found = Archiving(home)
        found.start()
        try:
            yield found
        finally:
            found.server.stop()


@pytest.fixture
def carnet(archiving: Archiving, tmp_path: Path) -> Operated:
    for service in SERVICES:
        archiving.server.new_database(service)
    found = operated(tmp_path)
    found.environ["CARNET_POSTGRES_DSN"] = archiving.server.dsn("{service}")
    return found


def test_what_came_before_the_instant_is_there_and_what_came_after_is_not(
    carnet: Operated, archiving: Archiving
) -> None:
    """Each event of the newest set as it was, those that followed up to the instant, a new epoch;
    and a key that was destroyed after the instant is destroyed."""
    erased, kept = uuid4(), uuid4()
    in_the_set = carnet.write("vault", 3)
    carnet.make_key(erased)
    carnet.make_key(kept)
    archiving.back_up()
    carnet.done("backup", str(carnet.folder))
    epoch, _ = carnet.head("vault")
    up_to_it = carnet.write("vault", 2)
    [(instant,)] = archiving.run("SELECT clock_timestamp()::text")
    carnet.write("vault", 2)
    carnet.destroy_key(erased)
    carnet.done("backup", str(carnet.folder))

    archiving.recover(str(instant))

    [(at,)] = archiving.run(f"SELECT to_json('{instant}'::timestamptz)#>>'{{}}'")
    said = carnet.done("finish-restore", str(carnet.folder), "--at", str(at))
    assert "every log is complete" in said
    assert carnet.streams("vault") == {*in_the_set, *up_to_it}
    assert carnet.head("vault")[0] != epoch
    assert (carnet.key_of(erased), carnet.key_of(kept)) == ("destroyed", "live")
