"""What is written to a read model in SQLite, as statements.

Documents that are put go many in one: while SQLite works on those, Python's lock is free, and
another thread makes the next (``eventing/project.py``).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

from pydantic_core import to_json

from shared.stores.beside import beside
from shared.stores.documents import (
    At,
    Delete,
    Patch,
    Purge,
    Put,
    Write,
    checked,
    stamp,
    where_all,
)
from shared.stores.guard import Sql
from shared.stores.sqlite_clauses import all_of, clause

# ruff: noqa: S608 - table names are made of a service's and a view's names; sources are checked

SIZES = (500, 50, 1)
"""Documents in one statement: few sizes, for each is prepared once and kept."""


Stamped = tuple[Write, int]
"""With what orders the writes of one source (:func:`stamp`)."""
Change = Patch | Delete | Purge
Row = tuple[str, str | None, str]
"""As the table has it: id, document, stamps; of what was deleted the stamp stays."""


def stamp_all(writes: Sequence[Write], at: At) -> Iterator[Stamped]:
    for index, write in enumerate(checked(writes)):
        yield write, stamp(at, index)


def write_all(sql: Sql, table: str, source: str, writes: Iterable[Stamped]) -> None:
    """What is put goes first, together: the stamps say what came after what, and whatever comes
    late to a document changes nothing."""
    puts: list[Row] = []
    others: list[tuple[Change, int]] = []
    for write, number in writes:
        if isinstance(write, Put):
            puts.append(_row(write, source, number))
        else:
            others.append((write, number))
    _put(sql, table, source, puts)
    for write, number in others:
        _change(sql, table, write, source, number)


def _put(sql: Sql, table: str, source: str, rows: Sequence[Row]) -> None:
    done = 0
    for size in SIZES:
        statement = _putting(table, source, size)
        while len(rows) - done >= size:
            values = [value for row in rows[done : done + size] for value in row]
            if size == 1:
                sql(statement, *values)
            else:
                beside(partial(sql, statement, *values))
            done += size


def _row(write: Put | Delete, source: str, number: int) -> Row:
    doc = to_json(write.doc).decode() if isinstance(write, Put) else None
    return write.id, doc, f'{{"{source}":{number}}}'


@lru_cache(maxsize=256)
def _putting(table: str, source: str, size: int) -> str:
    number = f"json_extract(excluded.stamps, '$.{source}')"
    return (
        f"INSERT INTO {table} VALUES {', '.join(['(?, ?, ?)'] * size)} ON CONFLICT (id) DO UPDATE"
        f" SET doc = excluded.doc, stamps = json_set({table}.stamps, '$.{source}', {number})"
        f" WHERE {_stamp_of(table, source)} < {number}"
    )


def _change(sql: Sql, table: str, write: Change, source: str, number: int) -> None:
    older = f"{_stamp_of(table, source)} < ?"
    stamped = f"json_set({table}.stamps, '$.{source}', ?)"
    match write:
        case Delete():
            sql(_putting(table, source, 1), *_row(write, source, number))
        case Patch(id_, fields):
            for (doc,) in sql(
                f"SELECT doc FROM {table} WHERE id = ? AND doc NOT NULL AND {older}", id_, number
            ):
                changed = json.dumps(json.loads(doc) | dict(fields))
                sql(
                    f"UPDATE {table} SET doc = ?, stamps = {stamped} WHERE id = ?",
                    changed, number, id_,
                )  # fmt: skip
        case Purge(where):
            condition, params = all_of([clause(f) for f in where_all(where)])
            sql(
                f"UPDATE {table} SET doc = NULL, stamps = {stamped} WHERE {condition} AND {older}",
                number,
                *params,
                number,
            )


def _stamp_of(table: str, source: str) -> str:
    return f"COALESCE(json_extract({table}.stamps, '$.{source}'), 0)"
