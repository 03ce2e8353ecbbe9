"""The drill on PostgreSQL: dumps of one snapshot each, restored in the place of what is there."""

import secrets
import uuid
from pathlib import Path

import psycopg
import pytest

from scripts.cli.processes import SERVICES
from scripts.machine.postgresql import Database
from tests.ops.world import Operated, operated

pytestmark = pytest.mark.long
SECRET = secrets.token_hex(8)


@pytest.fixture
def carnet(postgres: Database, tmp_path: Path) -> Operated:
    family = f"r{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        for service in SERVICES:
            statement = f"CREATE DATABASE {family}_{service} TEMPLATE template0 STRATEGY file_copy"
            connection.execute(statement.encode())
    found = operated(tmp_path)
    found.environ["CARNET_POSTGRES_DSN"] = postgres.dsn(f"{family}_{{service}}")
    return found


def test_a_set_is_restored_in_the_place_of_what_is_there(carnet: Operated) -> None:
    """Up to the position of the dump, each event as it was, and a new epoch from there on."""
    kept = carnet.write("vault", 3)
    carnet.done("backup", str(carnet.folder))
    epoch, position = carnet.head("vault")
    lost = carnet.write("vault", 2)
    carnet.done("restore", str(carnet.folder))
    assert carnet.streams("vault") == set(kept)
    assert not carnet.streams("vault") & set(lost)
    assert carnet.head("vault")[1] == position == 3
    assert carnet.head("vault")[0] != epoch
    more = carnet.write("vault", 1)
    assert carnet.streams("vault") == {*kept, *more}


def test_nothing_is_put_back_under_who_serves(carnet: Operated, postgres: Database) -> None:
    """A session of the service's own role: the owner, who restores, sees that it is there."""
    carnet.write("vault", 3)
    carnet.done("backup", str(carnet.folder))
    head = carnet.head("vault")
    role = f"CREATE ROLE vault LOGIN SUPERUSER PASSWORD '{SECRET}'"
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute(role.encode())
    try:
        dsn = carnet.environ["CARNET_POSTGRES_DSN"].format(service="vault")
        with psycopg.connect(dsn, user="vault", password=SECRET):
            refused = carnet.run("restore", str(carnet.folder))
            finish = carnet.run("finish-restore", str(carnet.folder))
    finally:
        with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
            connection.execute("DROP ROLE vault")
    for result in (refused, finish):
        assert result.exit_code == 1
        assert "the database of vault is in use" in result.stderr
    assert carnet.head("vault") == head
