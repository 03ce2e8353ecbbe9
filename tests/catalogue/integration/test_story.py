"""The story of a glucose sensor: referenced, authorised, a year of readings, seen by the doctor,
revoked; then its next reading is refused."""

import base64
import math
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from services.catalogue.domain.criteria import Criterion
from shared.kernel.errors import Forbidden
from tests.catalogue.sample import CHART, FOLLOW, description
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

DOCTOR = "899700366240"
KIND = "INTERSTITIAL_GLUCOSE"
READINGS = 365 * 12
"""One every two hours; 100,000 are brought in by tests/profile/integration/test_stores.py."""


@pytest.fixture(scope="module")
def carnet(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("story"),
        ["keyring.rpc"],
        [
            *("identity.rpc", "identity.project", "identity.timers", "access.rpc", "access.follow"),
            *("catalogue.rpc", "catalogue.project", "vault.rpc", "vault.project"),
            *("profile.rpc", "profile.project"),
        ],
        objects=objects,
    ) as services:
        yield services


def as_patient(carnet: Running, record_id: str, target: str, **said: Any) -> Any:
    arguments = {"record_id": record_id} | said
    return carnet.command(target, "patient", arguments, record_id=record_id)


def as_doctor(carnet: Running, target: str, **said: Any) -> Any:
    return carnet.call(
        target, "professional", said, SubjectNameID=DOCTOR, SubjectOrganizationID="1750712184",
        exercice={"codeProfession": "10"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def record_id(carnet: Running) -> str:
    """An open record, whose treating doctor the person has named."""
    announced = {"traits": TRAITS, "ins": new_ins()}
    made = carnet.command("identity.announce_record", "operator", announced)
    record = str(made["record_id"])
    carnet.move(timedelta(days=42))

    def is_open() -> bool:
        with suppress(Forbidden):
            asked = {"record_id": record}
            rights = carnet.call("access.rights", "patient", asked, record_id=record)
            return bool(rights["status"] == "open")
        return False

    eventually(is_open, within=30)
    as_patient(carnet, record, "access.name_treating_doctor", professional=DOCTOR)
    return record


@pytest.fixture
def sensor(carnet: Running) -> dict[str, str]:
    """A referenced service: its id, and the OID that its token carries."""
    oid = f"1.2.250.1.999.{uuid4().int}"[:60]
    proposal = {"oid": oid, "description": description(), "finalities": [FOLLOW, CHART]}
    made = carnet.command("catalogue.propose_service", "operator", proposal)
    shown = [
        {"criterion": each.value, "reference": "R-1", "checked_on": "2026-06-01"}
        for each in Criterion
    ]
    evidence = {"service_id": made["service_id"], "evidence": shown}
    carnet.command("catalogue.reference_service", "operator", evidence)
    return {"service": made["service_id"], "oid": oid}


def send(carnet: Running, record_id: str, oid: str, readings: list[dict[str, Any]]) -> Any:
    said = {"record_id": record_id, "measures": readings}
    who = {"client_id": oid, "record_id": record_id}
    return carnet.command("profile.record_measures", "application", said, **who)


def reading(number: int, last: datetime) -> dict[str, Any]:
    at = last - timedelta(hours=2 * number)
    level = round(110 + 30 * math.sin(number / 6), 1)
    return {
        "kind": KIND, "values": [level], "unit": "mg/dL", "source_id": f"reading-{number}",
        "at": at.isoformat().replace("+00:00", "Z"), "device": "Capteur Élan",
    }  # fmt: skip


def test_a_year_of_readings(carnet: Running, record_id: str, sensor: dict[str, str]) -> None:
    """
    What the person allowed comes in, once; their doctor sees the chart; revoked, nothing more.
    """
    last = carnet.clock.now().replace(microsecond=0)
    year = [reading(number, last) for number in range(READINGS)]
    with pytest.raises(Forbidden):
        send(carnet, record_id, sensor["oid"], year[:1])

    asked = {"service": sensor["service"], "finalities": ["SUIVI"]}
    given = as_patient(carnet, record_id, "catalogue.authorise", **asked)
    token = {"token": given["token"]}
    state = carnet.call_as_service("vault", "catalogue.introspect", token)
    assert (state["client_id"], state["record_id"]) == (sensor["oid"], record_id)

    send(carnet, record_id, sensor["oid"], year)
    done = send(carnet, record_id, sensor["oid"], year[-100:])
    assert {item["known"] for item in done["items"]} == {True}

    fresh = {"record_id": record_id, "at_least": {"profile": done["position"]}}
    weeks = as_doctor(carnet, "profile.measures", **fresh, kind=KIND, every="week", limit=100)

    assert sum(week["count"] for week in weeks["items"]) == READINGS
    paper = as_doctor(carnet, "profile.summary_document", **fresh)
    pages = PdfReader(BytesIO(base64.b64decode(paper["content"]))).pages
    words = " ".join("\n".join(page.extract_text() for page in pages).split())
    assert "Glucose interstitiel" in words
    assert f"{READINGS} mesures" in words

    revoked = {"authorisation_id": given["authorisation_id"]}
    as_patient(carnet, record_id, "catalogue.revoke", **revoked)
    with pytest.raises(Forbidden) as refusal:
        send(carnet, record_id, sensor["oid"], [reading(-1, last) | {"at": year[0]["at"]}])
    assert refusal.value.decision_id


def test_exactly_what_its_finalities_say(
    carnet: Running, record_id: str, sensor: dict[str, str]
) -> None:
    """
    Neither another kind of measure, nor reading what it may add; suspended, nothing at all, and it
    can still be disconnected.
    """
    last = carnet.clock.now().replace(microsecond=0)
    asked = {"service": sensor["service"], "finalities": ["SUIVI"]}
    given = as_patient(carnet, record_id, "catalogue.authorise", **asked)
    weight = reading(0, last) | {"kind": "WEIGHT", "values": [70], "unit": "kg"}
    with pytest.raises(Forbidden):
        send(carnet, record_id, sensor["oid"], [weight])
    who = {"client_id": sensor["oid"], "record_id": record_id}
    said = {"record_id": record_id, "kind": KIND}
    with pytest.raises(Forbidden):
        carnet.call("profile.measures", "application", said, **who)
    send(carnet, record_id, sensor["oid"], [reading(0, last)])

    stopping = {"service_id": sensor["service"], "reason": "security"}
    carnet.command("catalogue.suspend_service", "operator", stopping)
    with pytest.raises(Forbidden):
        send(carnet, record_id, sensor["oid"], [reading(1, last)])
    revoked = {"authorisation_id": given["authorisation_id"]}
    as_patient(carnet, record_id, "catalogue.revoke", **revoked)
    listed = carnet.call(
        "catalogue.authorisations", "patient", {"record_id": record_id}, record_id=record_id
    )
    assert given["authorisation_id"] not in {i["authorisation_id"] for i in listed["items"]}
