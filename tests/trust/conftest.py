"""All of Carnet on private servers, once for the tests that attack it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.cli.deployment import Deployment, running_carnet
from scripts.demo.cast import Cast
from shared.kernel.ins import INS_NIR_TEST
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually

REPORT = Path(__file__).parents[2] / "var" / "trust" / "report.json"
PEOPLE = 6
SETTINGS = {"CARNET_INS_STRICT_KEYS": ""}
OPEN_AFTER = timedelta(weeks=6, hours=1)


@dataclass(frozen=True)
class Attacked:
    """``records``: open, by INS."""

    deployment: Deployment
    cast: Cast
    records: dict[str, str]

    def lines(self) -> list[dict[str, Any]]:
        """What its processes logged."""
        logs = sorted((self.deployment.place.home / "services").glob("*.log"))
        return [
            json.loads(line)
            for log in logs
            for line in log.read_text().splitlines()
            if line.startswith("{")
        ]

    def pids(self) -> dict[str, int | None]:
        return {name: part.pid() for name, part in self.deployment.parts.items()}


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """What a test tried and what it found, kept under its name in ``var/trust/report.json``."""
    found: dict[str, Any] = {}
    yield found
    kept = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({**kept, request.node.name: found}, indent=2) + "\n")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    home = tmp_path_factory.mktemp("trust") / "carnet"
    with (
        running_carnet(home, settings=SETTINGS) as deployment,
        RpcClient(deployment.broker.uri()) as rpc,
    ):
        cast = Cast(rpc, deployment.place.issuer)
        yield Attacked(deployment, cast, open_records(cast, home))


def open_records(cast: Cast, home: Path) -> dict[str, str]:
    """Some people's records, by INS, once their six weeks to object are over."""
    numbers = [f"27903512151{n:02}89" for n in range(PEOPLE)]
    rows = [
        {
            "traits": {
                "birth_name": "ESSAI",
                "birth_given_names": "CLAIRE",
                "first_given_name": "CLAIRE",
                "sex": "F",
                "birth_date": f"1979-03-{n + 1:02}",
                "birth_place": "51215",
            },
            "ins": {"value": number, "oid": INS_NIR_TEST},
            "checked_with": "CN",
        }
        for n, number in enumerate(numbers)
    ]
    announced = cast.insurer().do("identity.announce_records", rows=rows)["rows"]
    assert all(row.get("fault") is None for row in announced), announced
    (home / "clock").write_text(str(OPEN_AFTER.total_seconds()))
    hospital = cast.hospital()
    for number in numbers:
        ins = {"value": number, "oid": INS_NIR_TEST}
        eventually(
            lambda ins=ins: hospital.ask("identity.resolve", ins=ins)["status"] == "open",  # type: ignore[misc]  # mypy infers no type for a default
            within=60,
            every=0.6,  # as often as existence may be asked for
        )
    return {number: row["record_id"] for number, row in zip(numbers, announced, strict=True)}
