"""Filters and cursors of read models as SQLite's conditions on JSON documents."""

from collections.abc import Sequence
from typing import Any

from shared.stores.documents import Cursor, Eq, Filter, Has, In, Range, Scalar, Sort

# ruff: noqa: S608 - table names are made of a service's and a view's names; fields are checked

Clause = tuple[str, list[Any]]
"""A condition, and its parameters in order."""


def in_list(table: str, item: Has) -> Clause:
    """From the table of lists, which an index serves."""
    return (
        f"id IN (SELECT id FROM {table}_lists WHERE field = ? AND value = ?)",
        [item.field, item.value],
    )


def path_of(field: str) -> str:
    return f"json_extract(doc, '$.{field}')"


def all_of(clauses: Sequence[Clause]) -> Clause:
    """And that the document was not deleted."""
    texts = [text for text, _ in clauses]
    return " AND ".join(["doc NOT NULL", *texts]), [p for _, params in clauses for p in params]


def marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def clause(item: Filter) -> Clause:
    field = path_of(item.field)
    match item:
        case Eq(name, bool(value)):  # json_extract makes them 1 and 0, which numbers are too
            kind = "true" if value else "false"
            return f"{field} IS ? AND json_type(doc, '$.{name}') = ?", [int(value), kind]
        case Eq(_, value):
            return f"{field} IS ?", [value]
        case In(_, values):
            return f"{field} IN ({marks(values)})", list(values)
        case Has(name, value):
            return f"EXISTS (SELECT 1 FROM json_each(doc, '$.{name}') WHERE value = ?)", [value]
        case Range(_, ge, lt):
            bounds = [(f"{field} >= ?", ge), (f"{field} < ?", lt)]
            given = [(text, bound) for text, bound in bounds if bound is not None]
            texts = [f"{field} IS NOT NULL", *(text for text, _ in given)]
            return " AND ".join(texts), [bound for _, bound in given]


def beyond(cursor: Cursor, sort: Sequence[Sort]) -> Clause:
    """Strictly after the cursor in the order of the sort, then of the id. That nothing comes before
    its first value is said once more, alone: an index is entered there, where the alternatives
    would be tried from its beginning, for each page anew."""
    text = "id > ?"
    params: list[Any] = [cursor.id]
    for order, value in reversed(list(zip(sort, cursor.values, strict=True))):
        further, own = _further(order, value)
        same = f"{path_of(order.field)} IS ?"
        text, params = f"({further} OR ({same} AND {text}))", [*own, value, *params]
    if sort and not sort[0].descending and cursor.values[0] is not None:
        text, params = f"{path_of(sort[0].field)} >= ? AND {text}", [cursor.values[0], *params]
    return text, params


def _further(order: Sort, value: Scalar) -> Clause:
    field = path_of(order.field)
    if value is None:
        return ("FALSE" if order.descending else f"{field} IS NOT NULL"), []
    if order.descending:
        return f"({field} < ? OR {field} IS NULL)", [value]
    return f"{field} > ?", [value]
