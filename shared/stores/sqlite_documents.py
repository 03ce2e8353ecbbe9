"""Read models in one SQLite file per service: writes and position in one transaction.

An index of an expression cannot see inside a list. So for each field that is indexed as one the
values of its lists are kept in a table beside, by triggers: whoever writes, it follows. Where no
field is, there is none: a trigger is half of what writing a row costs.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from eventsourcing.persistence import PersistenceError

from shared.kernel.errors import StaleRead, Unavailable
from shared.stores.documents import (
    LIST,
    At,
    Cursor,
    Documents,
    Filter,
    Has,
    Json,
    Page,
    Sort,
    Write,
    fields_of,
    is_next,
    names,
    page,
    where_all,
)
from shared.stores.guard import Sql
from shared.stores.opening import opening
from shared.stores.schema import VERSION, needed_by, refuse_if_wrong, shape_of_file
from shared.stores.sqlite import one_at_a_time
from shared.stores.sqlite_clauses import Clause, all_of, beyond, clause, in_list, marks, path_of
from shared.stores.sqlite_transactions import Store, immediate, sql_of
from shared.stores.sqlite_writes import Stamped, stamp_all, write_all

# ruff: noqa: S608 - table names are made of a service's and a view's names; fields are checked

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS views"
        " (view TEXT PRIMARY KEY, version INTEGER NOT NULL, generation INTEGER NOT NULL)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS positions (generation TEXT, source TEXT, epoch TEXT,"
        " previous INTEGER, position INTEGER, PRIMARY KEY (generation, source))"
    ),
)
SOME = 500
"""Ids named in one statement."""
T = TypeVar("T")


def sqlite_store(file: Path) -> Store:
    """Open, or make, the file that holds all views of a service."""
    file.parent.mkdir(parents=True, exist_ok=True)
    store = Store(str(file), derived=True)
    with opening("the read models' file"), one_at_a_time(str(file)), immediate(store) as sql:
        _make(sql, TABLES)
    return store


class SqliteDocuments:
    """``generation`` is set for one that is being rebuilt; else the live one is looked up."""

    def __init__(
        self,
        store: Store,
        view: str,
        version: int,
        indexes: Sequence[str],
        generation: int | None = None,
    ) -> None:
        self._store = store
        self._view = view
        self._version = version
        self._indexes = indexes
        self._generation = generation
        with opening("the read models' file"), immediate(store) as sql:
            sql("INSERT OR IGNORE INTO views VALUES (?, ?, 1)", view, version)
            live_version, generation = self._live(sql)
            if live_version == version:
                self._create(sql, self._table(generation))

    def get(self, id: str) -> Json | None:  # noqa: A002 - the word of the port
        found = self._read(
            lambda sql, table: sql(f"SELECT doc FROM {table} WHERE id = ? AND doc NOT NULL", id)
        )
        return json.loads(found[0][0]) | {"id": id} if found else None

    def find(
        self,
        *where: Filter,
        sort: Sequence[Sort] = (),
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        further = [beyond(Cursor.from_text(after, sort), sort)] if after else []
        order = "".join(f"{path_of(s.field)} {'DESC' if s.descending else 'ASC'}, " for s in sort)

        def select(sql: Sql, table: str) -> Sequence[tuple[Any, ...]]:
            condition, params = all_of([*self._clauses(table, where), *further])
            return sql(
                f"SELECT id, doc FROM {table} WHERE {condition} ORDER BY {order} id LIMIT ?",
                *params, limit + 1,
            )  # fmt: skip

        rows = self._read(select)
        return page([json.loads(doc) | {"id": id_} for id_, doc in rows], sort, limit)

    def count(self, *where: Filter) -> int:
        def select(sql: Sql, table: str) -> Sequence[tuple[Any, ...]]:
            condition, params = all_of(self._clauses(table, where))
            return sql(f"SELECT COUNT(*) FROM {table} WHERE {condition}", *params)

        return int(self._read(select)[0][0])

    def get_all(self, ids: Sequence[str]) -> list[Json]:
        def select(sql: Sql, table: str) -> list[tuple[Any, ...]]:
            return [
                row
                for start in range(0, len(ids), SOME)
                for row in sql(
                    f"SELECT id, doc FROM {table} WHERE doc NOT NULL"
                    f" AND id IN ({marks(ids[start : start + SOME])})",
                    *ids[start : start + SOME],
                )
            ]

        return [json.loads(doc) | {"id": id_} for id_, doc in self._read(select)]

    def columns(self, fields: Sequence[str], *where: Filter) -> list[tuple[Any, ...]]:
        wanted = "".join(f", {path_of(name)}" for name in names(fields))

        def select(sql: Sql, table: str) -> list[tuple[Any, ...]]:
            condition, params = all_of(self._clauses(table, where))
            return [*sql(f"SELECT id{wanted} FROM {table} WHERE {condition}", *params)]

        return self._read(select)

    def apply(self, writes: Sequence[Write], at: At) -> None:
        self.apply_all([(writes, at)])

    def apply_all(self, batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        if not batch:
            return
        with self._reachable(), immediate(self._store) as sql:
            table = self._target(sql)
            reached = _position(sql, table, batch[0][1].source)
            stamped: list[Stamped] = []
            for writes, at in batch:
                if is_next(reached, at):
                    stamped += stamp_all(writes, at)
                    reached = at
            if reached:
                write_all(sql, table, reached.source, stamped)
                sql(
                    "INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?)",
                    table, reached.source, reached.epoch, reached.previous, reached.position,
                )  # fmt: skip

    def amend(self, writes: Sequence[Write], at: At) -> None:
        with self._reachable(), immediate(self._store) as sql:
            write_all(sql, self._target(sql), at.source, stamp_all(writes, at))

    def position(self, source: str) -> At | None:
        return self._read(lambda sql, table: _position(sql, table, source))

    def is_live(self) -> bool:
        with self._reachable(), self._store.transaction(commit=False) as cursor:
            return self._live(sql_of(cursor))[0] == self._version

    def rebuild(self) -> Documents:
        with self._reachable(), immediate(self._store) as sql:
            version, live = self._live(sql)
            generation = live + 1 if version == self._version else 1
            self._drop(sql, self._table(generation))
            self._create(sql, self._table(generation))
        return SqliteDocuments(self._store, self._view, self._version, self._indexes, generation)

    def switch(self, to: Documents) -> None:
        if not isinstance(to, SqliteDocuments) or to._generation is None:
            raise ValueError("only a generation made by rebuild() can be switched to")
        with self._reachable(), immediate(self._store) as sql:
            former = f"{self._view}_v{{}}_g{{}}".format(*self._live(sql))
            sql(
                "UPDATE views SET version = ?, generation = ? WHERE view = ?",
                to._version, to._generation, self._view,
            )  # fmt: skip
            self._drop(sql, former)

    def _read(self, query: Callable[[Sql, str], T]) -> T:
        with self._reachable(), self._store.transaction(commit=False) as cursor:
            return query(sql_of(cursor), self._target(sql_of(cursor)))

    def _target(self, sql: Sql) -> str:
        if self._generation is not None:
            return self._table(self._generation)
        version, generation = self._live(sql)
        if version != self._version:
            raise StaleRead(f"{self._view} is being rebuilt")
        return self._table(generation)

    def _live(self, sql: Sql) -> tuple[int, int]:
        version, generation = sql(
            "SELECT version, generation FROM views WHERE view = ?", self._view
        )[0]
        return version, generation

    def _table(self, generation: int) -> str:
        return f"{self._view}_v{self._version}_g{generation}"

    def _create(self, sql: Sql, table: str) -> None:
        """Raise :class:`WrongSchema` if what is there is not as it has to be; an empty table is
        not made where one was that had come to some position."""
        statements = [
            f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, doc TEXT, stamps TEXT)",
            *(
                f"CREATE INDEX IF NOT EXISTS {table}_i{number} ON {table}"
                f" ({', '.join(map(path_of, fields_of(index)))})"
                for number, index in enumerate(self._indexes)
                if not index.endswith(LIST)
            ),
            *_making_lists(table, self._listed),
        ]
        positions = sql("SELECT 1 FROM positions WHERE generation = ?", table)
        new = _make(sql, statements, [table] if positions else [])
        if not self._listed:
            _drop_lists(sql, table)  # of a file of before, when each field had its lists there
        if f"{table}_lists" in new:  # one made beside documents of before takes their lists in
            sql(f"UPDATE {table} SET doc = doc")

    @property
    def _listed(self) -> Sequence[str]:
        """Fields whose lists are searched through the table beside."""
        return [index.removesuffix(LIST) for index in self._indexes if index.endswith(LIST)]

    def _clauses(self, table: str, where: Sequence[Filter]) -> list[Clause]:
        return [
            in_list(table, f) if isinstance(f, Has) and f.field in self._listed else clause(f)
            for f in where_all(where)
        ]

    def _drop(self, sql: Sql, table: str) -> None:
        sql(f"DROP TABLE IF EXISTS {table}")
        _drop_lists(sql, table)
        sql("DELETE FROM positions WHERE generation = ?", table)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, sqlite3.Error) as error:
            raise Unavailable("the read models are out of reach") from error


def _make(sql: Sql, statements: Sequence[str], made: Sequence[str] = ()) -> set[str]:
    """Names of what was not there. ``made``: what must have been."""
    needed = needed_by(statements)
    found = shape_of_file(sql, needed)
    refuse_if_wrong(needed, found, dict.fromkeys(made, VERSION))
    for statement in statements:
        sql(statement)
    return needed.keys() - found.keys()


def _making_lists(table: str, fields: Sequence[str]) -> list[str]:
    if not fields:
        return []
    entries = " UNION ALL ".join(
        f"SELECT DISTINCT '{field}', value, {{row}}.id FROM json_each({{row}}.doc, '$.{field}')"
        f" WHERE json_type({{row}}.doc, '$.{field}') = 'array'"
        for field in fields
    )
    insert = f"INSERT INTO {table}_lists {entries.format(row='NEW')};"
    return [
        (
            f"CREATE TABLE IF NOT EXISTS {table}_lists (field TEXT, value, id TEXT,"
            " PRIMARY KEY (field, value, id)) WITHOUT ROWID"
        ),
        (f"CREATE TRIGGER IF NOT EXISTS {table}_listed AFTER INSERT ON {table} BEGIN {insert} END"),
        (
            f"CREATE TRIGGER IF NOT EXISTS {table}_relisted AFTER UPDATE OF doc ON {table} BEGIN"
            f" DELETE FROM {table}_lists WHERE (field, value, id) IN ({entries.format(row='OLD')});"
            f" {insert} END"
        ),
    ]


def _drop_lists(sql: Sql, table: str) -> None:
    for trigger in ("listed", "relisted"):
        sql(f"DROP TRIGGER IF EXISTS {table}_{trigger}")
    sql(f"DROP TABLE IF EXISTS {table}_lists")


def _position(sql: Sql, table: str, source: str) -> At | None:
    rows = sql(
        "SELECT epoch, previous, position FROM positions WHERE generation = ? AND source = ?",
        table, source,
    )  # fmt: skip
    if not rows:
        return None
    epoch, previous, position = rows[0]
    return At(source=source, epoch=epoch, previous=previous, position=position)
