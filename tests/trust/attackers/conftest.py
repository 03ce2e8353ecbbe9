"""Pairs of records on one running Carnet, filled once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from scripts.cli.deployment import Deployment, running_carnet
from scripts.demo.cast import Cast
from shared.rpc.client import RpcClient
from tests.support.collector import collecting
from tests.trust.attackers.building import open_pairs, open_pharmacy, referenced_service
from tests.trust.attackers.counting import running_counting
from tests.trust.attackers.filling import Filling
from tests.trust.attackers.records import OPEN_SERVICE, SECRET_SERVICE, Pair, People
from tests.trust.conftest import SETTINGS

TRACES = "CARNET_TELEMETRY_OTLP_ENDPOINT"


@dataclass(frozen=True)
class Besieged:
    """``since``: when the records began to be filled."""

    deployment: Deployment
    people: People
    pairs: dict[str, Pair]
    since: str


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """Its services count what they do."""
    home = tmp_path_factory.mktemp("attackers") / "carnet"
    with (
        collecting(home.parent) as collector,
        running_counting(home, SETTINGS | {TRACES: collector.endpoint}) as deployment,
        filled(deployment) as besieged,
    ):
        yield besieged


@pytest.fixture(scope="module")
def besieged_as_deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """Its services do nothing beside."""
    home = tmp_path_factory.mktemp("timed") / "carnet"
    with running_carnet(home, settings=SETTINGS) as deployment, filled(deployment) as besieged:
        yield besieged


@contextmanager
def filled(deployment: Deployment) -> Iterator[Besieged]:
    with RpcClient(deployment.broker.uri()) as rpc:
        people = People(Cast(rpc, deployment.place.issuer))
        pairs = open_pairs(people, deployment.place.home)
        yield Besieged(deployment, people, pairs, fill(people, pairs, deployment))


def fill(people: People, pairs: dict[str, Pair], deployment: Deployment) -> str:
    """Both of each pair alike, then what one alone holds; the instant before it all."""
    open_one, secret_one = (
        referenced_service(people, oid) for oid in (OPEN_SERVICE, SECRET_SERVICE)
    )
    open_pharmacy(people)
    since = deployment.place.clock.now().isoformat(timespec="milliseconds")
    filling = Filling(people, open_one, secret_one)
    for pair in pairs.values():
        for record in (pair.one, pair.twin):
            filling.rights(record)
            if record.name != "ALONE":
                filling.plain(record)
        getattr(filling, pair.one.name.lower())(pair.one, pair.word)
    return since.replace("+00:00", "Z")
