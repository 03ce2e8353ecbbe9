"""Event log in PostgreSQL: the library's recorder with guarded append.

Named by ``PERSISTENCE_MODULE``. An insert takes the events table's EXCLUSIVE lock; what a
decision relied on is read after that lock, when nobody else can commit. (The library's own
hooks run before it: a guard there lets racing permits through.) What is done under the lock is
sent at once, see :mod:`shared.stores.pipelined`.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing import postgres as library
from eventsourcing.persistence import ApplicationRecorder, StoredEvent, Subscription
from psycopg.sql import SQL, Identifier
from psycopg.waiting import wait, wait_selector

from shared.kernel.settings import SettingsError
from shared.stores.group_commit import GroupCommit, Save, in_our_words, save_each
from shared.stores.guard import Row, Sql, Step, refuse_if_moved
from shared.stores.pipelined import Cursor, Pipelined, in_psycopgs_words, pipelined, rows_of
from shared.stores.postgres_connections import (
    ConnectionLeadership,
    check_if_idle,
    connection_class,
    not_silent,
)
from shared.stores.postgres_schema import (
    refuse_without_rights,
    refuse_without_type,
    shape_of_database,
)
from shared.stores.schema import Tables

MAKES_A_TABLE = re.compile(r"CREATE (TABLE|(UNIQUE )?INDEX) ")
INSERT = SQL(
    "INSERT INTO {table} (originator_id, originator_version, topic, state)"
    " SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[])"
    " RETURNING notification_id"
)
"""Positions are given in the order of the arrays."""
VERSIONS = SQL(
    "SELECT s.id, (SELECT COALESCE(MAX(originator_version), 0) FROM {table} AS e"
    " WHERE e.originator_id = s.id) AS version,"
    " (SELECT COALESCE(MAX(notification_id), 0) FROM {table}) AS head"
    " FROM unnest(array_append(%s::uuid[], NULL)) AS s(id)"
)
"""A row for no stream at all comes with the others: the head is told even then."""


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
        table = Identifier(datastore.schema, self.events_table_name)
        self._insert_statement = INSERT.format(table=table)
        self._versions_statement = VERSIONS.format(table=table)
        self._lock_statements = (
            SQL("SET LOCAL lock_timeout = '{}s'").format(datastore.lock_timeout),
            SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(table),
        )

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
        alone = len(group) == 1
        with self.datastore.get_connection() as connection, pipelined(connection) as statements:
            if any(save.stored_events or save.relied_on for save in group):
                for statement in self._lock_statements:
                    statements.send(statement)
            write = self._save if alone else self._save_in_group
            save_each(group, statements.sql, lambda save: write(statements, save))

    def _save_in_group(self, statements: Pipelined, save: Save) -> Sequence[int]:
        """How it ended is known when it returns: the next one is written after it, or instead."""
        try:
            positions = self._save(statements, save)
            statements.settle()
        except psycopg.Error as error:
            statements.recover()
            raise in_our_words(error) from error
        except Exception:
            statements.recover()
            raise
        return positions

    def _save(self, statements: Pipelined, save: Save) -> Sequence[int]:
        """What its steps do and nobody looks at is answered with the commit."""
        inserted = self._insert(statements, save.stored_events)
        refuse_if_moved(
            save.relied_on, save.stored_events, lambda ids: self._versions(statements, ids)[0]
        )
        statements.settle()
        positions = [row["notification_id"] for row in inserted] if inserted else []
        reached = positions[-1] if positions else self._versions(statements, ())[1]
        for step in save.steps:
            step(statements.sql, reached)
        return positions

    def _insert(self, statements: Pipelined, stored_events: Sequence[StoredEvent]) -> Cursor | None:
        """What the library does under the table's lock, which the group has taken."""
        if not stored_events:
            return None
        return statements.send(
            self._insert_statement,
            [event.originator_id for event in stored_events],
            [event.originator_version for event in stored_events],
            [event.topic for event in stored_events],
            [event.state for event in stored_events],
        )

    def _versions(
        self, statements: Pipelined, ids: Collection[UUID]
    ) -> tuple[dict[UUID, int], int]:
        answer = statements.send(self._versions_statement, [*ids])
        statements.settle()
        return _versions_in(answer)

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Refused: a save that notifies holds a lock of the whole server until it has committed,
        so that no two of its databases could do so at the same time. Who follows, pulls.
        """
        raise NotImplementedError

    def rows(self, after: int, limit: int) -> list[Row]:
        statement = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            " FROM {}.{} WHERE notification_id > %s ORDER BY notification_id LIMIT %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        with self.datastore.cursor() as cursor:
            return [Row(*row.values()) for row in cursor.execute(statement, (after, limit))]

    def version_of(self, originator_id: UUID, *, at: int | None = None) -> int:
        """Version of the stream's last event (up to position ``at``); 0 if there is none."""
        statement = SQL(
            "SELECT COALESCE(MAX(originator_version), 0) AS version"
            " FROM {}.{} WHERE originator_id = %s AND notification_id <= %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        upto = 2**63 - 1 if at is None else at  # bigint's last
        with self.datastore.cursor() as cursor:
            row = cursor.execute(statement, (originator_id, upto)).fetchone()
            return int(row["version"]) if row else 0

    def versions_of(self, originator_ids: Collection[UUID]) -> tuple[dict[UUID, int], int]:
        """Versions of these streams' last events (0: absent) and the head, of one instant."""
        with self.datastore.cursor() as cursor:
            return _versions_in(cursor.execute(self._versions_statement, ([*originator_ids],)))

    def position_of(self, originator_id: UUID, version: int) -> int:
        """Position in the log of one event; 0 if it is not there."""
        statement = SQL(
            "SELECT COALESCE(MAX(notification_id), 0) AS position"
            " FROM {}.{} WHERE originator_id = %s AND originator_version = %s"
        ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name))
        with self.datastore.cursor() as cursor:
            row = cursor.execute(statement, (originator_id, version)).fetchone()
            return int(row["position"]) if row else 0

    @contextmanager
    def writing(self, *, synced: bool = True) -> Iterator[Sql]:
        with self.datastore.get_connection() as connection, pipelined(connection) as statements:
            if not synced:
                statements.send(b"SET LOCAL synchronous_commit TO off")
            yield statements.sql

    @contextmanager
    def reading(self) -> Iterator[Sql]:
        with self.datastore.cursor() as cursor:
            yield _sql(cursor)

    @contextmanager
    def leader(self, role: str) -> Iterator[ConnectionLeadership]:
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
        try:
            connection = psycopg.connect(**parameters, autocommit=True)
        except psycopg.Error as error:
            raise in_our_words(error) from error
        with connection:
            yield connection


def _versions_in(answer: Cursor) -> tuple[dict[UUID, int], int]:
    rows = answer.fetchall()
    return {r["id"]: int(r["version"]) for r in rows if r["id"]}, int(rows[0]["head"])


def _sql(cursor: Cursor) -> Sql:
    def run(statement: str, *params: object) -> list[tuple[Any, ...]]:
        return rows_of(cursor.execute(in_psycopgs_words(statement), params))

    return run


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
        self.datastore.pool.connection_class = connection_class()
        kwargs = self.datastore.pool.kwargs
        if isinstance(kwargs, dict):
            kwargs.update(not_silent(json.loads(self.env.get(self.CONNECTION_PARAMETERS) or "{}")))
