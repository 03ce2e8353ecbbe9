"""A store whose tables are not as this program needs them is refused by name, and left as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from scripts.machine.postgresql import Database
from scripts.manifests.postgresql import grants
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.guard import Sql
from shared.stores.schema import VERSION, WrongSchema
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Boxes, OpenBox
from tests.shared.stores.conftest import NOW

# ruff: noqa: S608 - the names in these statements are ours

WRONG = {
    "a column was dropped": (
        "ALTER TABLE boxes_causes DROP COLUMN traceparent",
        "schema_differs: boxes_causes lacks traceparent text not null",
    ),
    "a column was renamed": (
        "ALTER TABLE boxes_followed RENAME COLUMN digest TO hash",
        "boxes_followed lacks digest text not null and has hash text not null",
    ),
    "a column was added": (
        "ALTER TABLE boxes_logged ADD COLUMN more TEXT",
        "schema_differs: boxes_logged has more text",
    ),
    "a column of the log itself was renamed": (
        "ALTER TABLE {events} RENAME COLUMN state TO body",
        "schema_differs: {events} lacks state",
    ),
    "a table was made with another type": (
        """DROP TABLE boxes_epochs;
        CREATE TABLE boxes_epochs (began_after TEXT PRIMARY KEY, epoch TEXT NOT NULL)""",
        "lacks began_after bigint not null and has began_after text not null",
    ),
    "a table was made with another key": (
        """DROP TABLE boxes_parked;
        CREATE TABLE boxes_parked (publisher TEXT, position BIGINT, held_by TEXT NOT NULL,
        envelope TEXT NOT NULL, error TEXT NOT NULL, parked_at TEXT NOT NULL,
        PRIMARY KEY (position, publisher))""",
        "lacks primary key (publisher, position) and has primary key (position, publisher)",
    ),
    "an index is on another column": (
        """DROP INDEX boxes_requests_asked_at;
        CREATE INDEX boxes_requests_asked_at ON boxes_requests (position)""",
        "boxes_requests_asked_at lacks (asked_at) and has (position)",
    ),
    "an index lets each value be there once": (
        """DROP INDEX boxes_requests_asked_at;
        CREATE UNIQUE INDEX boxes_requests_asked_at ON boxes_requests (asked_at)""",
        "has unique (asked_at)",
    ),
    "columns changed places": (
        """DROP TABLE boxes_checkpoints; CREATE TABLE boxes_checkpoints
        (size BIGINT PRIMARY KEY, vkey TEXT NOT NULL, note TEXT NOT NULL)""",
        "boxes_checkpoints has its columns in another order",
    ),
    "the log was taken away": (
        "DROP TABLE {events}",
        "schema_lost: {events} was made once and is not there",
    ),
    "a table beside it was taken away": (
        "DROP TABLE boxes_requests",
        "schema_lost: boxes_requests was made once and is not there",
    ),
    "the program was rolled back": (
        f"UPDATE {{events}}_schema SET version = {VERSION + 1} WHERE made = 'boxes_epochs'",
        f"schema_newer: tables are of version {VERSION + 1}, this program knows {VERSION}",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_store_is_refused_and_left_as_it_is(store: EventStoreSettings, wrong: str) -> None:
    """By who may make tables too: nothing is made that would hide it."""
    change, told = (text.replace("{events}", events_table(store)) for text in WRONG[wrong])
    with opened(store) as log:
        log.open_box(OpenBox(request_id=uuid4(), record_id=uuid4(), label="x"), PATIENT)
        with log.guarded.writing() as sql:
            for statement in change.split(";"):
                sql(statement)
            before = everything(store, sql)

        with pytest.raises(WrongSchema) as refused, opened(store):
            pass

        assert told in str(refused.value)
        with log.guarded.reading() as sql:
            assert everything(store, sql) == before


def test_what_is_right_is_left_as_it_is(store: EventStoreSettings) -> None:
    with opened(store) as log:
        log.open_box(OpenBox(request_id=uuid4(), record_id=uuid4(), label="x"), PATIENT)
        with log.guarded.reading() as sql:
            before = everything(store, sql)
        with opened(store), log.guarded.reading() as sql:
            assert everything(store, sql) == before


def test_a_migration_that_ended_half_way_is_done_to_its_end(store: EventStoreSettings) -> None:
    """Of tables it had not come to nothing says that they were made: they are new."""
    with opened(store) as log, log.guarded.writing() as sql:
        sql("DROP TABLE boxes_causes")
        sql(f"DELETE FROM {events_table(store)}_schema WHERE made = 'boxes_causes'")
        sql("DROP INDEX boxes_parked_held_by")
    with opened(store) as log, log.guarded.reading() as sql:
        assert sql("SELECT * FROM boxes_causes") == []


def test_tables_of_before_there_was_a_note_are_taken_over(store: EventStoreSettings) -> None:
    with opened(store) as log, log.guarded.writing() as sql:
        sql(f"DROP TABLE {events_table(store)}_schema")
    with opened(store) as log, log.guarded.reading() as sql:
        assert len(sql(f"SELECT made FROM {events_table(store)}_schema")) > 8


@pytest.fixture
def migrated(postgres: Database) -> Iterator[tuple[str, Callable[[str], object]]]:
    """The address of a service that may make no table, and what runs a statement as the owner."""
    dsn = postgres.new_database()
    role = f"boxes_{uuid4().hex[:10].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    with opened(EventStoreSettings(postgres_dsn=dsn)) as log, log.guarded.reading() as sql:
        names = [n for (n,) in sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    with psycopg.connect(dsn, autocommit=True) as owner:

        def run(text: str) -> object:
            return owner.execute(text.encode())

        run(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        for statement in grants("boxes", names):
            run(statement.replace("TO boxes", f"TO {role}").replace("FROM boxes", f"FROM {role}"))
        address = urlsplit(dsn)
        yield f"postgresql://{role}:x@{address.hostname}:{address.port}{address.path}", run


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TABLE boxes_causes", "schema_lost: boxes_causes"),
        ("DROP TYPE stored_event_uuid", "schema_missing: .* lacks stored_event_uuid: run"),
        ("DROP INDEX boxes_parked_held_by", "schema_missing: .* lacks boxes_parked_held_by: run"),
        ("DROP TABLE boxes_events_schema", "schema_missing: .* lacks .*boxes_events_schema"),
        ("DELETE FROM boxes_events_schema WHERE made = 'boxes_logged'", "lacks boxes_logged: run"),
        ("UPDATE boxes_events_schema SET version = 0", "schema_missing"),
        ("REVOKE ALL ON boxes_parked FROM {role}", "schema_forbidden: no right to boxes_parked"),
        ("ALTER TABLE boxes_followed RENAME COLUMN digest TO hash", "schema_differs"),
    ],
)  # fmt: skip
def test_a_service_that_may_make_no_table_says_what_is_missing(
    migrated: tuple[str, Callable[[str], object]], change: str, told: str
) -> None:
    """It starts on what a migration made whole, with its rights, and on nothing less."""
    dsn, as_owner = migrated
    with opened(EventStoreSettings(postgres_dsn=dsn)):
        pass

    as_owner(change.format(role=urlsplit(dsn).username))

    with pytest.raises(WrongSchema, match=told), opened(EventStoreSettings(postgres_dsn=dsn)):
        pass


def events_table(store: EventStoreSettings) -> str:
    return "boxes_events" if store.postgres_dsn else "stored_events"


@contextmanager
def opened(store: EventStoreSettings) -> Iterator[Boxes]:
    log = Boxes(store, LocalKeys(bytes(range(32)), "boxes"), FixedClock(NOW))
    yield log
    log.close()


def everything(store: EventStoreSettings, sql: Sql) -> list[Any]:
    """What there is, and every row of it."""
    if store.postgres_dsn:
        there = sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        columns = (
            "SELECT table_name, column_name, data_type, is_nullable"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        found = [*there, *(rows := sql(columns))]
        tables = sorted({table for table, *_ in rows})
    else:
        found = [*sql("SELECT type, name, sql FROM sqlite_master ORDER BY name")]
        tables = [name for kind, name, _ in found if kind == "table"]
    return [*found, *(sorted(map(str, sql(f"SELECT * FROM {table}"))) for table in tables)]
