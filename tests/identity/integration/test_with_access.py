"""Closing and suspending, with access as deployed: the answer means that it is applied there."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from scripts.machine.rabbitmq import Broker
from shared.kernel.errors import Conflict, Forbidden
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("access"),
        ["keyring.rpc"],
        ["catalogue.rpc", "catalogue.project", "identity.rpc", "identity.project"],
        ["identity.timers", "access.rpc", "access.follow"],
    ) as services:
        yield services


@pytest.fixture
def record_id(carnet: Running) -> str:
    """An open record that access knows to be open."""
    made = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": new_ins()}
    )
    carnet.move(timedelta(days=42))
    eventually(lambda: status(carnet, made["record_id"]) == "open", within=30)
    return str(made["record_id"])


def status(carnet: Running, record_id: str) -> Any:
    """What access believes of the record, as the person reads it; None before it heard of it."""
    with suppress(Forbidden):
        rights = carnet.call(
            "access.rights", "patient", {"record_id": record_id}, record_id=record_id
        )
        return rights["status"]
    return None


@pytest.mark.parametrize(
    ("method", "argument", "believed"),
    [
        ("close", {"motive": "person_request"}, "closed"),
        ("suspend", {"reason": "security"}, "suspended"),
    ],
)
def test_access_knows_when_the_answer_comes(
    carnet: Running, record_id: str, method: str, argument: dict[str, str], believed: str
) -> None:
    """
    DESIGN 4: no waiting, no second look: at the answer it is applied.
    """
    carnet.command(f"identity.{method}", "operator", {"record_id": record_id} | argument)

    assert status(carnet, record_id) == believed
    with pytest.raises(Conflict):
        carnet.command(f"identity.{method}", "operator", {"record_id": record_id} | argument)
