"""A service's role on a real server: it adds events, and can neither change nor delete one."""

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.domain import Aggregate, event
from psycopg.sql import SQL, Identifier
from pydantic import BaseModel

from scripts.cli.processes import ROOT, SERVICES
from scripts.machine.postgresql import Database, programs
from scripts.machine.seaweedfs import ObjectStore
from scripts.manifests.postgresql import BACKUP, database_of, grants, owner_of, roles
from shared.auth.service_keys import generate_service_keys
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.kernel.settings import SettingsError
from shared.stores.event_log import EventLog
from shared.stores.outcome import Outcome
from shared.stores.settings import EventStoreSettings

FORBIDDEN = (
    "UPDATE {0}_events SET state = ''",
    "UPDATE {0}_events SET state = '' WHERE false",
    "DELETE FROM {0}_events",
    "TRUNCATE {0}_events",
    "DROP TABLE {0}_events",
    "ALTER TABLE {0}_events DISABLE TRIGGER ALL",
    "DROP TRIGGER events_are_for_ever ON {0}_events",
    (
        "CREATE OR REPLACE FUNCTION events_are_for_ever() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'"
    ),
    "SET session_replication_role = replica",
    "ALTER TABLE {0}_requests ADD COLUMN more text",
    "CREATE TABLE more (id text)",
    "SELECT setval(pg_get_serial_sequence('{0}_events', 'notification_id'), 1)",
    (
        "INSERT INTO {0}_events (originator_id, originator_version, topic, state)"
        " SELECT originator_id, originator_version, topic, '' FROM {0}_events"
        " ON CONFLICT (originator_id, originator_version) DO UPDATE SET state = ''"
    ),
)


STARTS = """
import os
import shared.rpc.green
from shared.crypto.local_keys import LocalKeys
from shared.rpc import keys
keys.remote_keys = lambda client, common, service, **more: LocalKeys(os.urandom(32), service)
from services.{}.bootstrap import served
served()
os._exit(0)
"""
"""What answers, built as its process builds it, but for keyring, whom nobody asks here."""


@dataclass(frozen=True)
class Migrated:
    address: str
    password: str

    def dsn(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.password}@{self.address}/{database}"

    def of(self, service: str) -> str:
        return self.dsn(service, database_of(service))


class Note(Aggregate):
    TOPIC = "database_roles.note"

    class Created(Aggregate.Created):
        TOPIC = "database_roles.note_written"
        record_id: UUID

    @event(Created)
    def __init__(self, record_id: UUID) -> None:
        self.record_id = record_id


class Answer(BaseModel):
    """Nobody asked."""


class Catalogue(EventLog):
    """The log of a service, without the rest of it."""

    name = "catalogue"


@pytest.fixture(scope="module")
def migrated(
    postgres: Database, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Migrated:
    home = tmp_path_factory.mktemp("migrated")
    found = Migrated(urlsplit(postgres.dsn()).netloc.rpartition("@")[2], secrets.token_hex(8))
    names = [BACKUP, *(name for s in SERVICES for name in (s, owner_of(s)))]
    given = [f"--set={name}={found.password}" for name in names]
    (home / "roles.sql").write_text(roles())
    subprocess.run(
        [programs() / "psql", "-qX", "--set=ON_ERROR_STOP=1", *given, "-f", home / "roles.sql",
         postgres.dsn()],
        check=True, capture_output=True,
    )  # fmt: skip
    migrate = _carnet(home, found, objects, "ops", "migrate")
    assert migrate.returncode == 0, migrate.stderr
    return found


def _carnet(
    home: Path, found: Migrated, objects: ObjectStore, *words: str, role: str = "{service}_owner"
) -> subprocess.CompletedProcess[str]:
    """The command as a Job runs it."""
    return _python(environment(home, found, objects, role), "-m", "scripts.cli", *words)


def environment(home: Path, found: Migrated, objects: ObjectStore, role: str) -> dict[str, str]:
    """Settings of a production but for the host."""
    generate_service_keys(home / "keys", SERVICES)
    (home / "issuers.json").write_text("[]")
    kek = home / "kek"
    kek.touch(mode=0o600)
    kek.write_text(secrets.token_hex(32))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": "amqp://nobody@127.0.0.1:1/",
        "CARNET_SERVICE_KEYS_DIR": str(home / "keys"),
        "CARNET_ISSUERS_FILE": str(home / "issuers.json"),
        "CARNET_KEK_FILE": str(kek),
        "CARNET_DATA_DIR": str(home),
        "CARNET_S3_ENDPOINT": objects.endpoint,
        "CARNET_S3_ACCESS_KEY": objects.access_key,
        "CARNET_S3_SECRET_KEY": objects.secret_key,
        "CARNET_POSTGRES_DSN": found.dsn(role, "carnet_{service}"),
    }


def _python(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_can_touch_an_event(migrated: Migrated, service: str) -> None:
    """Whoever has a service's password can add to the log, and that is all."""
    assert allowed(migrated.of(service), service, FORBIDDEN) == []


@pytest.mark.parametrize("service", SERVICES)
def test_who_copies_the_logs_can_write_to_none(migrated: Migrated, service: str) -> None:
    dsn = migrated.dsn(BACKUP, database_of(service))
    with psycopg.connect(dsn) as connection:
        connection.execute(SQL("TABLE {}").format(Identifier(f"{service}_events")))
    assert allowed(dsn, service, (*FORBIDDEN, "INSERT INTO {0}_requests DEFAULT VALUES")) == []


def allowed(dsn: str, service: str, statements: Sequence[str]) -> list[str]:
    """Those that the server does not refuse for want of a right."""
    found = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            try:
                connection.execute(statement.format(service).encode())
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
                continue
            found.append(statement)
    return found


def test_the_role_of_backups_copies_every_log(
    migrated: Migrated, objects: ObjectStore, tmp_path: Path
) -> None:
    """With no owner's password, as the CronJob has none."""
    done = _carnet(tmp_path, migrated, objects, "ops", "backup", str(tmp_path / "b"), role=BACKUP)
    assert done.returncode == 0, done.stderr
    [made] = (tmp_path / "b" / "sets").iterdir()
    assert {file.stem for file in made.glob("*.dump")} == set(SERVICES)


def test_a_migration_that_does_not_reach_a_store_says_so(
    migrated: Migrated, tmp_path: Path
) -> None:
    """In one sentence, and ends with 1, so that its Job tries again."""
    never_started = ObjectStore(tmp_path / "objects")
    done = _carnet(tmp_path, migrated, never_started, "ops", "migrate", "vault")
    assert done.returncode == 1
    assert "carnet: unavailable: the object store is out of reach" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_what_answers_finds_every_table_that_it_uses(
    migrated: Migrated, objects: ObjectStore, tmp_path: Path, service: str
) -> None:
    """A migration builds the parts that a service's projections have: a table that another of its
    processes alone would make, with rights it has not, would keep it from ever starting."""
    given = environment(tmp_path, migrated, objects, service)
    done = _python(given, "-c", STARTS.format(service))
    assert done.returncode == 0, done.stderr[-2000:]


def test_no_service_reaches_the_database_of_another(migrated: Migrated) -> None:
    """A database each, and the right to connect to one's own only."""
    for service in SERVICES:
        other = next(s for s in SERVICES if s != service)
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(migrated.dsn(service, database_of(other)))


def test_with_these_rights_a_service_saves_and_reads(migrated: Migrated) -> None:
    """The append takes its table lock, keeps requests, follows: nothing it does is refused."""
    log = _log(migrated.of("catalogue"))
    try:
        note = Note(uuid4())
        log.commit(Outcome(answer=Answer(), save=[note], relied_on={uuid4(): 0}))
        assert log.version_of(note.id) == 1
        with log.leader("relay") as leadership:
            assert leadership.held()
        log.forget_requests()
    finally:
        log.close()


def test_a_service_whose_tables_are_missing_does_not_start(postgres: Database) -> None:
    """It verifies and never alters: who migrates has other credentials."""
    role = f"r{uuid4().hex[:10]}"
    dsn = postgres.new_database()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'".encode())
    address = urlsplit(dsn)
    with pytest.raises(SettingsError, match="run carnet ops migrate"):
        _log(f"postgresql://{role}:x@{address.hostname}:{address.port}{address.path}")


def test_a_name_that_is_not_ours_gets_no_rights() -> None:
    """Names go into statements as they are."""
    with pytest.raises(ValueError, match="not ours"):
        grants("vault", ["vault_events; DROP TABLE x"])


def _log(dsn: str) -> Catalogue:
    keys = LocalKeys(b"k" * 32, "catalogue")
    return Catalogue(EventStoreSettings(postgres_dsn=dsn), keys, SystemClock())
