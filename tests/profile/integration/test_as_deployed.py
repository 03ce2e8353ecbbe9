"""The profile as callers meet it, with keyring, identity, access and vault as deployed."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

DOCTOR = "899700366240"
FACILITY = "1750712184"


@pytest.fixture(scope="module")
def carnet(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("profile"),
        ["keyring.rpc"],
        [
            *("identity.rpc", "identity.project", "identity.timers", "access.rpc", "access.follow"),
            *("catalogue.rpc", "catalogue.project", "vault.rpc", "vault.project"),
        ],
        ["profile.rpc", "profile.project", "profile.follow", "profile.timers"],
        objects=objects,
    ) as services:
        yield services


@pytest.fixture(scope="module")
def record_id(carnet: Running) -> str:
    """An open record, whose treating doctor the person has named."""
    traits = {"traits": TRAITS, "ins": new_ins()}
    record_id = carnet.command("identity.announce_record", "operator", traits)["record_id"]
    carnet.move(timedelta(days=42))

    eventually(lambda: status(carnet, record_id) == "open", within=30)
    as_patient(carnet, record_id, "access.name_treating_doctor", professional=DOCTOR)
    return str(record_id)


def status(carnet: Running, record_id: str) -> Any:
    """What access believes of the record; None before it heard of it."""
    with suppress(Forbidden):
        asked = {"record_id": record_id}
        return carnet.call("access.rights", "patient", asked, record_id=record_id)["status"]
    return None


def as_patient(carnet: Running, record_id: str, target: str, **arguments: Any) -> Any:
    said = {"record_id": record_id} | arguments
    return carnet.command(target, "patient", said, record_id=record_id)


def as_doctor(carnet: Running, target: str, national_id: str = DOCTOR, **arguments: Any) -> Any:
    return carnet.call(
        target,
        "professional",
        arguments,
        SubjectNameID=national_id,
        SubjectOrganizationID=FACILITY,
        exercice={"codeProfession": "10"},
    )


def add(carnet: Running, record_id: str, label: str, **how: Any) -> Any:
    said = {"section": "allergies", "entry": {"label": label}}
    return as_patient(carnet, record_id, "profile.add_entry", **said, **how)


def test_entered_read_and_masked(carnet: Running, record_id: str) -> None:
    """
    By the real rules of access: the treating doctor sees; a stranger and the masked, no.
    """
    add(carnet, record_id, "Latex")
    last = add(carnet, record_id, "Iode", hidden_from=["professionals"])
    asked: dict[str, Any] = {
        "record_id": record_id,
        "at_least": {"profile": last["position"]},
    }

    mine = carnet.call("profile.get_profile", "patient", asked, record_id=record_id)
    assert {view["entry"]["label"] for view in mine["sections"]["allergies"]} == {"Latex", "Iode"}
    seen = as_doctor(carnet, "profile.get_profile", **asked)
    assert {view["entry"]["label"] for view in seen["sections"]["allergies"]} >= {"Latex"}
    with pytest.raises(Forbidden) as refused:
        as_doctor(carnet, "profile.get_profile", "801234567897", **asked)
    assert refused.value.decision_id


def test_measures_and_summary(carnet: Running, record_id: str) -> None:
    """
    A reading comes in, is aggregated, and is on the paper the person takes away.
    """
    measures = [{"kind": "WEIGHT", "values": [70], "unit": "kg", "at": "2026-11-20T07:00:00Z"}]
    done = as_patient(carnet, record_id, "profile.record_measures", measures=measures)
    fresh: dict[str, Any] = {
        "at_least": {"profile": done["position"]},
        "record_id": record_id,
    }
    asked = fresh | {"kind": "WEIGHT", "every": "day"}

    shown = as_doctor(carnet, "profile.measures", **asked)
    assert shown["items"][0]["spreads"]["value"]["mean"] == 70
    paper = carnet.call("profile.summary_document", "patient", fresh, record_id=record_id)
    assert base64.b64decode(paper["content"]).startswith(b"%PDF")


def test_a_refusal_names_the_field(carnet: Running, record_id: str) -> None:
    """
    Over the wire too, a form shows the fault where it is.
    """
    said = {"section": "blood_group", "entry": {"group": "C"}}

    with pytest.raises(InvalidRequest) as refused:
        as_patient(carnet, record_id, "profile.add_entry", **said)

    assert any(field.startswith("entry") for field in refused.value.fields)


def test_a_service_without_authorisation_sends_nothing(carnet: Running, record_id: str) -> None:
    """
    No rule of access lets an unknown application in.
    """
    said = {
        "request_id": uuid4(),
        "record_id": record_id,
        "bundle": {"resourceType": "Bundle", "type": "collection"},
    }

    with pytest.raises(Forbidden):
        carnet.call("profile.import_observations", "application", said, client_id="sensor")


def test_logs_say_nothing_of_health(carnet: Running, record_id: str) -> None:
    """
    Logs are kept by people who may see no health data.
    """
    add(carnet, record_id, "Pollen-très-rare")

    assert "Pollen" not in carnet.logs()
