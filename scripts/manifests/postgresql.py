"""PostgreSQL: a database per service, two roles for each, and one that copies them all.

``<service>_owner`` makes and alters the tables, and is used by migrations only. ``<service>``
runs the service: it adds events and can neither change nor delete one. The table lock of an
append (EXCLUSIVE) asks for a right to update, so that one is given, and a trigger that only the
owner could take away refuses every use of it.
"""

import re
from collections.abc import Sequence

from scripts.cli.processes import SERVICES

NAME = re.compile(r"[a-z][a-z_]*")
BACKUP = "backup"
"""Reads every database, for ``carnet ops backup`` and ``sweep``, and writes to none."""
KEPT_FOR_EVER = """\
CREATE OR REPLACE FUNCTION events_are_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an event is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$"""


def database_of(service: str) -> str:
    return f"carnet_{service}"


def owner_of(service: str) -> str:
    return f"{service}_owner"


def roles() -> str:
    """Run once as superuser by ``psql``, with the passwords as its variables
    (``-v identity=... -v identity_owner=...``)."""
    backup = [
        f"CREATE ROLE {BACKUP} LOGIN PASSWORD :'{BACKUP}';",
        f"GRANT pg_read_all_data TO {BACKUP};",
    ]
    services = [line for service in SERVICES for line in _roles(service)]
    return "\n".join([*backup, *services]) + "\n"


def _roles(service: str) -> Sequence[str]:
    owner, database = owner_of(service), database_of(service)
    return [
        f"CREATE ROLE {owner} LOGIN PASSWORD :'{owner}';",
        f"CREATE ROLE {service} LOGIN PASSWORD :'{service}';",
        (
            f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0"
            " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';"
        ),
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {database} TO {service}, {BACKUP};",
    ]


def grants(service: str, tables: Sequence[str]) -> list[str]:
    """What a migration runs, as the owner, once the tables are there. ``tables``: those of the
    schema; the service's own rights are set anew, none is left over."""
    if not all(NAME.fullmatch(name) for name in (service, *tables)):
        raise ValueError("a table's name is not ours")
    events = f"{service}_events"
    others = [table for table in tables if table != events]
    return [
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {service}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {service}",
        f"GRANT SELECT, INSERT, UPDATE ON {events} TO {service}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {service}",
        *(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}" for table in others),
        KEPT_FOR_EVER,
        (
            f"CREATE OR REPLACE TRIGGER events_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE"
            f" ON {events} FOR EACH STATEMENT EXECUTE FUNCTION events_are_for_ever()"
        ),
    ]
