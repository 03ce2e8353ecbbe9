"""The shape of tables in PostgreSQL, read from its catalogue: no right to the tables is needed."""

from collections import defaultdict
from collections.abc import Collection

from shared.stores.guard import Sql
from shared.stores.schema import Shape, WrongSchema, column_part, index_parts

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.oid = ANY(?) AND c.relkind <> 'i' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum"""
CONSTRAINTS = """
SELECT c.relname, replace(lower(pg_get_constraintdef(k.oid)), '"', '') AS made
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.oid = ANY(?) AND k.contype IN ('p', 'u') ORDER BY k.contype, made"""
INDEXES = """
SELECT i.relname, t.relname AS of, pg_get_indexdef(i.oid), x.indisvalid
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE i.oid = ANY(?)"""
RIGHTS = """
SELECT c.relname FROM pg_class c WHERE c.oid = ANY(?) AND c.relkind <> 'i'
AND NOT (has_table_privilege(c.oid, 'SELECT')
         AND (has_table_privilege(c.oid, 'INSERT')
              OR (SELECT pg_has_role(oid, 'USAGE') FROM pg_roles
                  WHERE rolname = 'pg_read_all_data')))"""
"""Who reads everything, as the role of backups does, adds to nothing."""


def shape_of_database(sql: Sql, names: Collection[str]) -> Shape:
    """What of these names is there."""
    oids = _oids(sql, names)
    shape: defaultdict[str, list[str]] = defaultdict(list)
    for table, name, kind, required in sql(COLUMNS, oids):
        shape[table].append(column_part(name, kind, required=required))
    for table, constraint in sql(CONSTRAINTS, oids):
        shape[table].append(constraint)
    for index, table, statement, valid in sql(INDEXES, oids):
        shape[index] += [*index_parts(table, statement), *([] if valid else ["not valid"])]
    return shape


def refuse_without_rights(sql: Sql, tables: Collection[str]) -> None:
    """A migration makes tables first and gives rights last. Raise :class:`WrongSchema` if we may
    not read one of them, or may not add to it and are not there to read alone."""
    rows = sql(RIGHTS, _oids(sql, tables))
    if refused := sorted(name for (name,) in rows):
        raise WrongSchema(
            "schema_forbidden", f"no right to {', '.join(refused)}: run carnet ops migrate"
        )


def refuse_without_type(sql: Sql, name: str) -> None:
    if sql("SELECT to_regtype(?)", name) == [(None,)]:
        raise WrongSchema("schema_missing", f"the database lacks {name}: run carnet ops migrate")


def _oids(sql: Sql, names: Collection[str]) -> list[int]:
    rows = sql("SELECT to_regclass(n)::oid AS oid FROM unnest(?::text[]) AS n", list(names))
    return [oid for (oid,) in rows if oid]
