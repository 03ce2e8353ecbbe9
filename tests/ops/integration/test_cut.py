"""Sets taken while services save, follow and sign without end, each restored aside."""

import uuid
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from scripts.cli.processes import SERVICES
from scripts.machine.postgresql import Database
from scripts.ops.sets import sets
from tests.ops.busy import LOGS, going_on, has_begun, torn
from tests.ops.world import Operated, operated
from tests.support.deadline import eventually

SETS = 4


def new_family(postgres: Database) -> str:
    family = f"c{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        for service in SERVICES:
            statement = f"CREATE DATABASE {family}_{service} TEMPLATE template0 STRATEGY file_copy"
            connection.execute(statement.encode())
    return postgres.dsn(f"{family}_{{service}}")


def on_files(home: Path) -> tuple[Operated, Operated]:
    carnet = operated(home)
    aside = home / "aside"
    aside.mkdir()
    environ = carnet.environ | {"CARNET_DATA_DIR": str(aside / "data")}
    return carnet, replace(carnet, environ=environ, home=aside)


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def test_no_set_has_a_service_ahead_of_another(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Or it would stop after the restore, and wait for an operator: nothing followed, and no tree
    seen, that the restored logs do not have."""
    carnet, aside = on_files(tmp_path)
    if store == "postgresql":
        postgres = request.getfixturevalue("postgres")
        for one in (carnet, aside):
            one.environ["CARNET_POSTGRES_DSN"] = new_family(postgres)
    with going_on(carnet):
        eventually(has_begun(carnet), within=60)
        for _ in range(SETS):
            said = carnet.done("backup", str(carnet.folder))
            assert f"a cut of {len(LOGS)} logs: none is ahead of another" in said
    made = [found for _, found in sets(carnet.folder)]
    assert len(made) == SETS
    for found in made:
        assert found.compared is not None
        assert not found.compared.ahead
        said = aside.done("restore", str(carnet.folder), "--at", found.at.isoformat())
        assert "every log is complete" in said
        assert torn(aside) == []
