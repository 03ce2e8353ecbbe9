"""Event log in PostgreSQL: the library's recorder with guarded append.

Named by ``PERSISTENCE_MODULE``. An insert takes the events table's EXCLUSIVE lock; what a
decision relied on is read after that lock, when nobody else can commit. (The library's own
hooks run before it: a guard there lets racing permits through.)
"""

import json
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
import psycopg_pool
from eventsourcing import postgres as library
from eventsourcing.persistence import StoredEvent
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier
from psycopg.waiting import wait, wait_selector

from shared.kernel.settings import SettingsError
from shared.stores.group_commit import GroupCommit, Save, in_our_words, save_each
from shared.stores.guard import Row, Sql, Step, refuse_if_moved
from shared.stores.postgres_schema import (
    refuse_without_rights,
    refuse_without_type,
    shape_of_database,
)
from shared.stores.schema import Tables

Cursor = psycopg.Cursor[DictRow]
MAKES_A_TABLE = re.compile(r"CREATE (TABLE|(UNIQUE )?INDEX) ")


def at_once(method: Any) -> Any:
    """The library's method without its ten attempts: a caller waits for its deadline, not for
    nearly a minute while the database is down.
    """
    return method.__wrapped__


class GuardedPostgresRecorder(library.PostgresApplicationRecorder):
    bytes_type = "BYTEA"

    select_events = at_once(library.PostgresApplicationRecorder.select_events)
    select_notifications = at_once(library.PostgresApplicationRecorder.select_notifications)
    max_notification_id = at_once(library.PostgresApplicationRecorder.max_notification_id)

    def __init__(self, datastore: library.PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        del self.sql_create_statements[self.create_insert_function_statement_index]
        self._together = GroupCommit(self._save_group)
        self._notify = SQL("NOTIFY {}").format(Identifier(self.channel_name))

    def create_table(self) -> None:
        """Compared and made as any other; the type of a row then, which the library saves by."""
        statements = [statement.as_string() for statement in self.sql_create_statements]
        self.create(*(text for text in statements if MAKES_A_TABLE.match(text)))
        if not self._may_create:
            with self.reading() as sql:
                refuse_without_type(sql, self.stored_event_type_name)
            return
        with self._lock_connection() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (self.events_table_name,))
            super().create_table()

    def create(self, *statements: str) -> None:
        """One process at a time: two that create the same table together would fail."""
        tables = Tables(self.events_table_name, statements, shape_of_database)
        if not self._may_create:
            with self.reading() as sql:
                refuse_without_rights(sql, tables.names)
                tables.verify(sql)
            return
        with self.writing() as sql:
            sql("SELECT pg_advisory_xact_lock(hashtext(?))", self.events_table_name)
            tables.make(sql)

    @cached_property
    def _may_create(self) -> bool:
        """Whether we log in as the owner of the schema, as a migration does."""
        with self.reading() as sql:
            [(may,)] = sql("SELECT has_schema_privilege(?, 'CREATE')", self.datastore.schema)
        return bool(may)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        relied_on: Mapping[UUID, int] | None = None,
        steps: Sequence[Step] = (),
        **_: Any,
    ) -> Sequence[int] | None:
        return self._together.save(Save(stored_events, relied_on or {}, steps))

    def _save_group(self, group: Sequence[Save]) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            if any(save.stored_events or save.relied_on for save in group):
                cursor.execute(SQL("; ").join([*self.lock_table_statements, self._notify]))
            save_each(group, _sql(cursor), lambda save: self._save(cursor, save))

    def _save(self, cursor: Cursor, save: Save) -> Sequence[int]:
        try:
            positions = self._insert(cursor, save.stored_events)
            refuse_if_moved(
                save.relied_on, save.stored_events, lambda ids: self._versions_of(cursor, ids)[0]
            )
            reached = positions[-1] if positions else self._head(cursor)
            for step in save.steps:
                step(_sql(cursor), reached)
        except psycopg.Error as error:
            raise in_our_words(error) from error
        return positions

    def _insert(self, cursor: Cursor, stored_events: Sequence[StoredEvent]) -> Sequence[int]:
        """What the library does under the table's lock, which the group has taken."""
        if not stored_events:
            return []
        library.PostgresAggregateRecorder._insert_stored_events(self, cursor, stored_events)
        return self._fetch_ids_after_insert_events(cursor, stored_events) or []

    def rows(self, after: int, limit: int) -> list[Row]:
        statement = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            " FROM {}.{} WHERE notification_id > %s ORDER BY notification_id LIMIT %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        with self.datastore.cursor() as cursor:
            return [Row(*row.values()) for row in cursor.execute(statement, (after, limit))]

    def version_of(self, originator_id: UUID, *, at: int | None = None) -> int:
        """Version of the stream's last event (up to position ``at``); 0 if there is none."""
        with self.datastore.cursor() as cursor:
            return self._version_of(cursor, originator_id, at)

    def versions_of(self, originator_ids: Collection[UUID]) -> tuple[dict[UUID, int], int]:
        """Versions of these streams' last events (0: absent) and the head, of one instant."""
        with self.datastore.cursor() as cursor:
            return self._versions_of(cursor, originator_ids)

    def _versions_of(
        self, cursor: Cursor, originator_ids: Collection[UUID]
    ) -> tuple[dict[UUID, int], int]:
        statement = SQL(
            "SELECT s.id, (SELECT COALESCE(MAX(originator_version), 0) FROM {table} AS e"
            " WHERE e.originator_id = s.id) AS version,"
            " (SELECT COALESCE(MAX(notification_id), 0) FROM {table}) AS head"
            " FROM (SELECT unnest(%s::uuid[]) AS id UNION SELECT NULL) AS s"
        ).format(table=Identifier(self.datastore.schema, self.events_table_name))
        rows = cursor.execute(statement, (list(originator_ids),)).fetchall()
        return {r["id"]: int(r["version"]) for r in rows if r["id"]}, int(rows[0]["head"])

    def position_of(self, originator_id: UUID, version: int) -> int:
        """Position in the log of one event; 0 if it is not there."""
        statement = SQL(
            "SELECT COALESCE(MAX(notification_id), 0) AS position"
            " FROM {}.{} WHERE originator_id = %s AND originator_version = %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        with self.datastore.cursor() as cursor:
            row = cursor.execute(statement, (originator_id, version)).fetchone()
            return int(row["position"]) if row else 0

    def _version_of(self, cursor: Cursor, originator_id: UUID, at: int | None = None) -> int:
        statement = SQL(
            "SELECT COALESCE(MAX(originator_version), 0) AS version"
            " FROM {}.{} WHERE originator_id = %s AND notification_id <= %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        upto = 2**63 - 1 if at is None else at  # bigint's last
        row = cursor.execute(statement, (originator_id, upto)).fetchone()
        return int(row["version"]) if row else 0

    def _head(self, cursor: Cursor) -> int:
        row = cursor.execute(self.max_notification_id_statement).fetchone()
        return int(row["max"] or 0) if row else 0

    @contextmanager
    def writing(self) -> Iterator[Sql]:
        with self.datastore.transaction(commit=True) as cursor:
            yield _sql(cursor)

    @contextmanager
    def reading(self) -> Iterator[Sql]:
        with self.datastore.cursor() as cursor:
            yield _sql(cursor)

    @contextmanager
    def leader(self, role: str) -> Iterator["ConnectionLeadership"]:
        """An advisory lock on a connection of its own, freed by the server if we die."""
        with self._lock_connection() as connection:
            row = connection.execute(
                "SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))",
                (self.events_table_name, role),
            ).fetchone()
            yield ConnectionLeadership(connection, leads=bool(row and row[0]))

    @contextmanager
    def _lock_connection(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        kwargs = self.datastore.pool.kwargs
        parameters = {} if kwargs is None or callable(kwargs) else dict(kwargs)
        parameters.pop("row_factory", None)
        with psycopg.connect(**parameters, autocommit=True) as connection:
            yield connection


class ConnectionLeadership:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], *, leads: bool) -> None:
        self._connection = connection
        self._leads = leads

    def held(self) -> bool:
        """False also when the connection, and the lock with it, was lost."""
        try:
            self._leads = self._leads and bool(self._connection.execute("SELECT 1").fetchone())
        except psycopg.OperationalError:
            self._leads = False
        return self._leads


def _sql(cursor: Cursor) -> Sql:
    def run(statement: str, *params: object) -> list[tuple[Any, ...]]:
        cursor.execute(statement.replace("?", "%s").encode(), params)
        if cursor.description is None:
            return []
        return [tuple(row.values()) for row in cursor.fetchall()]

    return run


def check_if_idle(connection: psycopg.Connection[Any]) -> None:
    """Ask the server only of a connection that was not in use a moment ago: asking costs as much
    as most of what it is wanted for. One that broke since says so when it is used.
    """
    now = time.monotonic()
    if now - _used.get(connection, 0.0) > IDLE:
        psycopg_pool.ConnectionPool.check_connection(connection)
    _used[connection] = now


IDLE = 1.0
"""Seconds."""
_used: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()


class GuardedPostgresFactory(library.PostgresFactory):
    """Refuses the library's database-function mode, whose insert would skip the guard."""

    application_recorder_class = GuardedPostgresRecorder
    CONNECTION_PARAMETERS = "POSTGRES_CONNECTION_PARAMETERS"

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        if self.datastore.enable_db_functions:
            raise SettingsError("POSTGRES_ENABLE_DB_FUNCTIONS is refused: it saves unguarded")
        if wait is not wait_selector:
            raise SettingsError("PSYCOPG_WAIT_FUNC must be wait_selector, before psycopg is used")
        self.datastore.pool._check = check_if_idle
        kwargs = self.datastore.pool.kwargs
        if isinstance(kwargs, dict):
            kwargs.update(json.loads(self.env.get(self.CONNECTION_PARAMETERS) or "{}"))
