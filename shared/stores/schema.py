"""What tables a program needs, against those it finds: nothing is written where they differ.

Tables are made once and never altered, so what is needed is what our own statements make: they
are run in an empty file of SQLite's, which takes the names of types as they come, and read back.
Beside the tables one more says which were made, by a program of which version: an empty one is
never made in the place of one that was lost.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from shared.kernel.settings import SettingsError
from shared.stores.guard import Sql

VERSION = 1
"""Of the tables that this program makes. Raised when a program of before could not use them."""
RUNBOOK = "see docs/runbooks/wrong-migration.md"

Shape = Mapping[str, Collection[str]]
"""By name, of each table its columns and keys, of each index and trigger what it is on, in order
and in words that SQLite and PostgreSQL share."""


class WrongSchema(SettingsError):
    """The process must not start. ``reason``: ``schema_missing``, ``schema_differs``,
    ``schema_lost``, ``schema_newer`` or ``schema_forbidden``."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason = reason


class Tables:
    """What some ``CREATE`` statements make beside the log in ``events_table``, or that log itself.
    ``shape_of``: reads in the catalogue of the database what of some names is there."""

    def __init__(
        self,
        events_table: str,
        statements: Iterable[str],
        shape_of: Callable[[Sql, Collection[str]], Shape],
    ) -> None:
        self._note = f"{events_table}_schema"
        note = (
            f"CREATE TABLE IF NOT EXISTS {self._note}"
            " (made TEXT PRIMARY KEY, version BIGINT NOT NULL)"
        )
        self._statements = [note, *statements]
        self._needed = needed_by(self._statements)
        self._shape_of = shape_of
        self.names = [name for name, parts in self._needed.items() if not _is_index(parts)]

    def make(self, sql: Sql) -> None:
        """What is not there yet, in a transaction that nobody else makes tables beside. Raise
        :class:`WrongSchema`, having written nothing, if what is there is not as it has to be."""
        _, made = self._compared(sql)
        for statement in self._statements:
            sql(statement)
        for name in self.names:
            if made.get(name) != VERSION:
                sql(
                    f"INSERT INTO {self._note} VALUES (?, ?)"  # noqa: S608 - our own table name
                    " ON CONFLICT (made) DO UPDATE SET version = excluded.version",
                    name, VERSION,
                )  # fmt: skip

    def verify(self, sql: Sql) -> None:
        """Of one who may make none. Raise :class:`WrongSchema` also if something is not there, or
        not of this version yet."""
        found, made = self._compared(sql)
        older = {name for name in self.names if made.get(name) != VERSION}
        if missing := sorted(self._needed.keys() - found.keys() | older):
            raise WrongSchema(
                "schema_missing", f"the database lacks {', '.join(missing)}: run carnet ops migrate"
            )

    def _compared(self, sql: Sql) -> tuple[Shape, Mapping[str, int]]:
        found = self._shape_of(sql, self._needed)
        made: dict[str, int] = {}
        if self._note in found:
            made = dict(sql(f"SELECT made, version FROM {self._note}"))  # noqa: S608 - our own table name
        refuse_if_wrong(self._needed, found, made)
        return found, made


def refuse_if_wrong(needed: Shape, found: Shape, made: Mapping[str, int]) -> None:
    """Raise :class:`WrongSchema` unless what is there is as it has to be, and what is not there
    never was."""
    newest = max(made.values(), default=VERSION)
    if newest > VERSION:
        raise WrongSchema(
            "schema_newer",
            f"tables are of version {newest}, this program knows {VERSION}: {RUNBOOK}",
        )
    if gone := sorted(made.keys() & needed.keys() - found.keys()):
        raise lost(gone)
    if wrong := [_told(name, needed[name], found[name]) for name in _differing(needed, found)]:
        raise differs(wrong)


def lost(tables: Iterable[str]) -> WrongSchema:
    sentence = f"{', '.join(tables)} was made once and is not there: {RUNBOOK}"
    return WrongSchema("schema_lost", sentence)


def differs(told: Iterable[str]) -> WrongSchema:
    return WrongSchema("schema_differs", f"{'; '.join(told)}: {RUNBOOK}")


def needed_by(statements: Iterable[str]) -> Shape:
    """What these ``CREATE`` statements make, of either database."""
    with closing(sqlite3.connect(":memory:")) as file:
        for statement in statements:
            file.execute(_plain(statement))

        def sql(statement: str, *params: object) -> list[tuple[Any, ...]]:
            return file.execute(statement, params).fetchall()

        return shape_of_file(sql)


def shape_of_file(sql: Sql, names: Collection[str] | None = None) -> Shape:
    """Of an SQLite file: all that is in it, or what of these names is there."""
    rows = sql("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql NOT NULL")
    return {
        name: _parts(sql, kind, name, table, text)
        for kind, name, table, text in rows
        if names is None or name in names
    }


def _parts(sql: Sql, kind: str, name: str, table: str, text: str) -> tuple[str, ...]:
    match kind:
        case "table":
            return tuple(_columns(sql, name))
        case "index":
            return index_parts(table, text)
        case _:
            return (f"on {table}", " ".join(text.split()))


def _columns(sql: Sql, table: str) -> Iterator[str]:
    columns = sql('SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid', table)
    for name, kind, required, key in columns:
        yield column_part(name, kind, required=bool(required or key))
    if key := [name for name, _, _, place in sorted(columns, key=lambda c: c[3]) if place]:
        yield f"primary key ({', '.join(key)})"
    unique = sql("SELECT name FROM pragma_index_list(?) WHERE origin = 'u'", table)
    for names in sorted(_columns_of_index(sql, index) for (index,) in unique):
        yield f"unique ({', '.join(names)})"


def _columns_of_index(sql: Sql, index: str) -> list[str]:
    return [name for (name,) in sql("SELECT name FROM pragma_index_info(?) ORDER BY seqno", index)]


def column_part(name: str, kind: str, *, required: bool) -> str:
    kind = kind.strip('"').lower()
    if kind == "bigserial":
        kind, required = "bigint", True
    return " ".join([name, kind, *(["not null"] if required else [])])


def index_parts(table: str, statement: str) -> tuple[str, ...]:
    """Of a ``CREATE INDEX`` statement as either database gives it back."""
    unique = "unique " if statement.upper().startswith("CREATE UNIQUE") else ""
    columns = statement[statement.index("(") : statement.rindex(")") + 1]
    return (f"on {table}", unique + re.sub(r' ASC\b|"', "", columns))


def _is_index(parts: Collection[str]) -> bool:
    return any(part.startswith("on ") for part in parts)


def _plain(statement: str) -> str:
    """Without what only PostgreSQL says: the schema, and how a table is cleaned up after."""
    return re.sub(r'"\w+"\.', "", statement).partition(" WITH (")[0]


def _differing(needed: Shape, found: Shape) -> list[str]:
    return [name for name, parts in needed.items() if name in found and [*found[name]] != [*parts]]


def _told(name: str, needed: Collection[str], found: Collection[str]) -> str:
    said: list[tuple[str, Callable[[str], bool], Collection[str]]] = [
        ("lacks", lambda part: part not in found, needed),
        ("has", lambda part: part not in needed, found),
    ]
    parts = [
        f"{word} {', '.join(wrong)}"
        for word, is_wrong, of in said
        if (wrong := [part for part in of if is_wrong(part)])
    ]
    return f"{name} {' and '.join(parts) or 'has its columns in another order'}"
