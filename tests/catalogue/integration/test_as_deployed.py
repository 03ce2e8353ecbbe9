"""The catalogue as deployed: with identity, keyring and access, over a real broker."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from scripts.machine.rabbitmq import Broker
from shared.kernel.errors import Forbidden, StaleRead
from tests.catalogue.sample import CHART, FOLLOW, description, evidence
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

SENSOR = {"description": description(), "finalities": [FOLLOW, CHART]}


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One deployment for all: every test has a service and a record of its own."""
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("catalogue"),
        ["keyring.rpc"],
        # One process: access is ready once it hears the catalogue, which asks access.
        [
            *("identity.rpc", "identity.project", "identity.timers"),
            *("access.rpc", "access.follow"),
            *("catalogue.rpc", "catalogue.project", "catalogue.follow", "catalogue.timers"),
        ],
    ) as services:
        yield services


@pytest.fixture
def record_id(carnet: Running) -> str:
    """An open record that access knows to be open."""
    made = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": new_ins()}
    )
    record = str(made["record_id"])
    carnet.move(timedelta(days=42))

    def is_open() -> bool:
        with suppress(Forbidden):
            rights = carnet.call(
                "access.rights", "patient", {"record_id": record}, record_id=record
            )
            return bool(rights["status"] == "open")
        return False

    eventually(is_open, within=30)
    return record


@pytest.fixture
def service(carnet: Running) -> dict[str, Any]:
    """A referenced glucose sensor, as others read it."""
    oid = f"1.2.250.1.999.{uuid4().int}"[:60]
    made = carnet.command("catalogue.propose_service", "operator", SENSOR | {"oid": oid})
    asked = {"service_id": made["service_id"], "evidence": evidence_on_the_wire()}
    done = carnet.command("catalogue.reference_service", "operator", asked)
    where = {"text": "elan capteur", "at_least": {"catalogue": done["position"]}}
    listed = carnet.call("catalogue.services", "patient", where, record_id=str(uuid4()))
    (found,) = (item for item in listed["items"] if item["oid"] == oid)
    return dict(found)


def evidence_on_the_wire() -> list[dict[str, Any]]:
    return [item | {"criterion": item["criterion"].value} for item in evidence()]


def connected(carnet: Running, record_id: str) -> list[dict[str, Any]]:
    listed = carnet.call(
        "catalogue.authorisations", "patient", {"record_id": record_id}, record_id=record_id
    )
    return list(listed["items"])


def test_what_was_decided_stands_though_access_has_not_said_so(
    carnet: Running, record_id: str, service: dict[str, Any]
) -> None:
    """
    An answer that did not come in time undoes nothing: connected is connected, revoked is
    revoked, and others hear of both once.
    """
    person = {"record_id": record_id}
    start = carnet.call_as_service("access", "catalogue.head", {})["position"]
    asked = person | {"service": service["service_id"], "finalities": ["SUIVI"]}
    with suppress(StaleRead):
        carnet.command("catalogue.authorise", "patient", asked, **person)
    (authorisation,) = connected(carnet, record_id)
    assert authorisation["finalities"] == ["SUIVI"]
    ended = person | {"authorisation_id": authorisation["authorisation_id"]}
    with suppress(StaleRead):
        carnet.command("catalogue.revoke", "patient", ended, **person)
    assert connected(carnet, record_id) == []

    pulled = carnet.call_as_service("access", "catalogue.events", {"after": start, "limit": 10})
    heard = [e["type"] for e in pulled["envelopes"] if e["record"] == record_id]
    assert heard == ["catalogue.authorisation_granted", "catalogue.authorisation_revoked"]


def test_a_closed_record_connects_to_nothing(
    carnet: Running, record_id: str, service: dict[str, Any]
) -> None:
    """
    Access says so, with a decision that the person can have explained.
    """
    person = {"record_id": record_id}
    closing = person | {"motive": "person_request"}
    carnet.command("identity.close", "patient", closing, **person)
    asked = person | {"service": service["service_id"], "finalities": ["SUIVI"]}
    with pytest.raises(Forbidden) as refusal:
        carnet.command("catalogue.authorise", "patient", asked, **person)

    assert refusal.value.decision_id
    assert refusal.value.message_fr
    assert connected(carnet, record_id) == []


def test_a_token_from_its_grant_to_its_end(
    carnet: Running, record_id: str, service: dict[str, Any]
) -> None:
    """
    The story's sensor: connected, its token works; revoked, it is worth nothing at the answer.
    And no line and no file shows it.
    """
    person = {"record_id": record_id}
    asked = person | {"service": service["service_id"], "finalities": ["SUIVI"]}
    given = carnet.command("catalogue.authorise", "patient", asked, **person)

    def worth() -> dict[str, Any]:
        state = carnet.call_as_service("vault", "catalogue.introspect", {"token": given["token"]})
        return dict(state)

    assert (worth()["active"], worth()["client_id"]) == (True, service["oid"])
    ended = person | {"authorisation_id": given["authorisation_id"]}
    carnet.command("catalogue.revoke", "patient", ended, **person)
    assert worth() == worth() | {"active": False, "record_id": None}
    with pytest.raises(Forbidden):
        carnet.call("catalogue.introspect", "application", {"token": "x"}, client_id="x")

    written = carnet.logs().encode()
    written += b"".join(file.read_bytes() for file in carnet.home.glob("*.db*"))
    assert b"introspect" in written
    assert given["token"].encode() not in written
