"""From the issue to the last box, as deployed: identity, directory, access, vault and keyring are
the real ones, over a real broker and object store."""

import base64
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from shared.kernel.errors import Forbidden, InvalidRequest, Refusal
from tests.identity.people import TRAITS, new_ins
from tests.prescription.world import DOCTOR, LYON, PARIS, given, line
from tests.support.deadline import eventually
from tests.support.running import Running, running

PEOPLE = {
    "doctor": (DOCTOR.id, "10", "1750512345"),
    "nurse": ("860000000001", "60", "1750512345"),
    "paris": ("810000000001", "21", PARIS),
    "lyon": ("810000000002", "21", LYON),
}


@dataclass
class Deployed:
    services: Running
    record_id: str

    def call(self, who: str, method: str, **arguments: Any) -> Any:
        target = method if "." in method else f"prescription.{method}"
        if who == "patient":
            return self.services.call(target, "patient", arguments, record_id=self.record_id)
        national_id, profession, facility = PEOPLE[who]
        return self.services.call(
            target,
            "professional",
            arguments,
            SubjectNameID=national_id,
            SubjectOrganizationID=facility,
            exercice={"codeProfession": profession},
        )

    def command(self, who: str, method: str, **arguments: Any) -> Any:
        return self.call(who, method, request_id=str(uuid4()), **arguments)


@pytest.fixture(scope="module")
def deployed(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("prescription"),
        ["keyring.rpc"],
        [
            *("identity.rpc", "identity.project", "identity.timers", "directory.rpc"),
            *("catalogue.rpc", "catalogue.project", "access.rpc", "access.follow"),
            *("vault.rpc", "vault.project", "prescription.rpc", "prescription.project"),
            *("prescription.follow", "prescription.timers"),
        ],
        objects=objects,
    ) as services:
        for structure, name in ((PARIS, "Pharmacie du Lion"), (LYON, "Pharmacie du Rhône")):
            services.command(
                "directory.register_facility",
                "operator",
                {"finess": structure[1:], "name": name, "sector": "SA33"},
            )
        yield Deployed(services, open_record(services))


def open_record(services: Running) -> str:
    """Of someone whose INS is qualified, which access knows to be open."""
    announced = {"traits": TRAITS, "ins": new_ins(), "checked_with": "CN"}
    made = services.command("identity.announce_record", "operator", announced)
    record_id = str(made["record_id"])
    services.move(timedelta(days=42))

    def is_open() -> bool:
        with suppress(Forbidden):
            rights = services.call(
                "access.rights", "patient", {"record_id": record_id}, record_id=record_id
            )
            return bool(rights["status"] == "open")
        return False

    eventually(is_open, within=30)
    return record_id


def issue(deployed: Deployed, *lines: dict[str, Any]) -> Any:
    return deployed.command(
        "doctor", "issue", record_id=deployed.record_id, lines=list(lines or [line()])
    )


def test_from_the_issue_to_the_last_box(deployed: Deployed) -> None:
    """Issued, shown by its code, sent, dispensed in two towns, completed; then nothing more."""
    issued = issue(deployed, line(), line("B", quantity=1))
    with Image.open(BytesIO(base64.b64decode(issued["qr_png"]))) as png:
        (code,) = zxingcpp.read_barcodes(png)
    number = code.text

    document = deployed.call("patient", "vault.open", document_id=issued["document_id"])
    assert base64.b64decode(document["content"]).startswith(b"%PDF")
    assert document["document"]["type"]["code"] == "57833-6"

    sent = deployed.command("patient", "send_to_pharmacy", number=number, facility=PARIS)
    received = deployed.call("paris", "received", at_least={"prescription": sent["position"]})
    assert [item["number"] for item in received["items"]] == [number]
    assert deployed.call("lyon", "received")["items"] == []

    deployed.call("paris", "present", number=number)
    later = given(0, 2, "later")
    first = deployed.command("paris", "dispense", number=number, outcomes=[given(1), later])
    last = deployed.command("lyon", "dispense", number=number, outcomes=[given(1), given(1, 2)])
    assert (first["state"], last["state"]) == ("partially_dispensed", "dispensed")

    with pytest.raises(Refusal) as used:
        deployed.call("paris", "present", number=number)
    assert used.value.code == "number_used"
    told = deployed.call("doctor", "history", number=number)
    assert [one["facility"] for one in told["dispensations"]] == [PARIS, LYON]
    listed = deployed.call(
        "patient", "prescriptions", record_id=deployed.record_id, state="dispensed",
        at_least={"prescription": last["position"]},
    )  # fmt: skip
    assert [item["number"] for item in listed["items"]] == [number]
    for one in told["dispensations"]:
        kept = deployed.call("patient", "vault.open", document_id=one["document_id"])
        assert kept["document"]["type"]["code"] == "60593-1"
        assert kept["document"]["format"]["code"] == "urn:ihe:pharm:dis:2010"
        assert b"urn:hl7-org:v3" in base64.b64decode(kept["content"])


def test_refused_over_the_wire(deployed: Deployed) -> None:
    """Codes that callers branch on; the field that is wrong."""
    with pytest.raises(InvalidRequest) as wrong:
        deployed.command("nurse", "issue", record_id=deployed.record_id, lines=[line()])
    assert list(wrong.value.fields) == ["lines.0.kind"]
    with pytest.raises(Refusal) as mistyped:
        deployed.call("paris", "present", number="AAAAA-AAAAA-AAAAA-AAAAB")
    assert mistyped.value.code == "number_mistyped"
    with pytest.raises(Forbidden):
        deployed.command("patient", "issue", record_id=deployed.record_id, lines=[line()])
    number = issue(deployed)["number"]
    with pytest.raises(InvalidRequest) as nowhere:
        deployed.command("patient", "send_to_pharmacy", number=number, facility="1990000019")
    assert list(nowhere.value.fields) == ["facility"]


def test_a_blocked_pharmacist_is_shown_nothing(deployed: Deployed) -> None:
    """What access forbids, the number does not open."""
    number = issue(deployed)["number"]
    deployed.command(
        "patient", "access.block_professional", record_id=deployed.record_id,
        professional=PEOPLE["lyon"][0], reason="other",
    )  # fmt: skip
    with pytest.raises(Forbidden):
        deployed.call("lyon", "present", number=number)


def test_nothing_of_it_reaches_a_log_line(deployed: Deployed) -> None:
    """No product, name, number or professional."""
    logged = deployed.services.logs()
    for word in ("PARACETAMOL", "PAT-TROIS", DOCTOR.id):
        assert word not in logged
