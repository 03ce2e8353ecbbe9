"""Making the tables, with credentials that services do not have.

Run as ``<service>_owner`` (see ``scripts/manifests/postgresql.py``): the service's own parts
are built once, which makes what is missing, and its role is given its rights anew.
"""

import os
from collections.abc import Sequence

import typer

from scripts.manifests.postgresql import grants
from scripts.ops.parts import DryRun, Services, log_of, named, progress, refuse
from scripts.ops.snapshots import connect
from shared.crypto.local_keys import LocalKeys
from shared.kernel.common import CommonSettings
from shared.rpc import keys

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"


def migrate(services: Services = None, dry_run: DryRun = False) -> None:
    """Make the tables of services and give their roles the rights they need, and no more.

    Safe to repeat. Services verify their tables when they start, and never alter one.
    """
    dsn = CommonSettings.read(os.environ).postgres_dsn
    if dsn is None:
        refuse("CARNET_POSTGRES_DSN must be set: embedded stores need no migration")
    keys.remote_keys = _throw_away  # type: ignore[assignment]  # for this process only
    with progress() as bar:
        task = bar.add_task("migrated", total=len(named(services)))
        for service in named(services):
            before = _tables(dsn, service)
            if dry_run:
                typer.echo(_plan(service, before))
            else:
                with log_of(service):
                    after = _tables(dsn, service)
                _grant(dsn, service, after)
                typer.echo(f"{service}: {len(after)} tables, {len(after) - len(before)} new")
            bar.advance(task)


def _throw_away(_client: object, _common: object, service: str, **_: object) -> LocalKeys:
    """Comes before keyring's own tables are there. Nothing is sealed by a migration; what were
    to be sealed with these keys could never be opened."""
    return LocalKeys(os.urandom(32), service)


def _plan(service: str, tables: Sequence[str]) -> str:
    what = f"verified, of which there are {len(tables)}" if tables else "made"
    return f"{service}: tables would be {what}; rights of the role {service} would be set anew"


def _tables(dsn: str, service: str) -> list[str]:
    with connect(dsn.format(service=service)) as connection:
        return [str(name) for (name,) in connection.execute(TABLES)]


def _grant(dsn: str, service: str, tables: Sequence[str]) -> None:
    with connect(dsn.format(service=service)) as connection:
        if not connection.execute(ROLE, (service,)).fetchone():
            refuse(f"there is no role {service}: run deploy/postgresql/roles.sql first")
        for statement in grants(service, tables):
            connection.execute(statement.encode())
