"""As deployed: keyring, identity and access in their processes, over a real broker."""

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.cli.access import COLUMNS
from scripts.cli.app import app
from scripts.machine.rabbitmq import Broker
from services.access.adapters.reference import read_reference
from shared.auth.development import DevelopmentIssuer
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.access.support.people import (
    DOCTOR,
    HOSPITAL_DOCTOR,
    NURSE,
    OTHER_RECORD,
    PRACTICE,
)
from tests.access.support.reader import Reader
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

MANDATE = {
    "id": "mandate-1",
    "scope": ["all"],
    "expires": "2030-01-01T00:00:00Z",
    "physician_present": False,
}
READERS = 4
TREATING = {"SubjectNameID": DOCTOR.id, "SubjectOrganizationID": PRACTICE}


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("access"),
        ["keyring.rpc"],
        ["identity.rpc", "identity.project", "identity.timers"],
        ["catalogue.rpc", "catalogue.project"],
        ["access.rpc", "access.project", "access.follow", "access.timers"],
        ["access.rpc"],
    ) as services:
        yield services


@pytest.fixture(scope="module")
def record(carnet: Running) -> str:
    """A record that identity opened and access heard of."""
    announced = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": new_ins()}
    )
    record_id = str(announced["record_id"])
    carnet.move(timedelta(days=42))
    eventually(lambda: status(carnet, record_id) == "open", within=30)
    return record_id


def status(carnet: Running, record_id: str) -> Any:
    asked = {"record_id": record_id}
    return carnet.call_as_service("identity", "access.rights", asked)["status"]


def decide(carnet: Running, record_id: str, **asked: Any) -> dict[str, Any]:
    request = {"record_id": record_id, "action": "read", "resource": {"kind": "record"}, **asked}
    answer: dict[str, Any] = carnet.call_as_service("vault", "access.decide", request)
    return answer


def test_a_person_names_and_blocks_and_it_counts_at_once(carnet: Running, record: str) -> None:
    """
    From identity's log to a right, over two brokers' queues and two stores.
    """
    named = {"record_id": record, "professional": DOCTOR.id}

    carnet.command("access.name_treating_doctor", "patient", named, record_id=record)
    asked = {"record_id": record}
    assert carnet.call("access.my_status", "professional", asked, **TREATING)["treating_doctor"]

    blocked = {**named, "reason": "lost trust"}
    carnet.command("access.block_professional", "patient", blocked, record_id=record)
    told = carnet.call("access.my_status", "professional", asked, **TREATING)
    assert told["status"] == "blocked"
    with pytest.raises(Forbidden) as refused:
        carnet.command(
            "access.break_glass", "professional",
            {"record_id": record, "reason": "unconscious", "unable_to_consent": True}, **TREATING,
        )  # fmt: skip
    assert refused.value.message_fr


def test_a_decision_is_explained_and_decided_again(carnet: Running, record: str) -> None:
    """
    Only services ask for decisions; the person and auditors ask about them.
    """
    decided = decide(carnet, record)
    about = {"decision_id": decided["decision_id"]}

    explained = carnet.call("access.explain", "patient", about, record_id=record)
    assert explained["permit"] is False
    assert carnet.call("access.redecide", "auditor", about, mandate=MANDATE)["why"] == []
    with pytest.raises(Forbidden):
        carnet.call("access.redecide", "patient", about, record_id=record)
    with pytest.raises(Forbidden):
        carnet.call(
            "access.decide", "patient", {"record_id": record, "action": "read"}, record_id=record
        )


def test_refusals_over_the_wire(carnet: Running, record: str) -> None:
    """
    A field that does not fit is named; a record that is none reads like one not yours.
    """
    with pytest.raises(InvalidRequest) as bad:
        decide(carnet, record, action="burn")
    assert "action" in bad.value.fields
    unknown = decide(carnet, str(OTHER_RECORD))
    assert "record_not_active" in unknown["reasons"]
    named = {"record_id": str(OTHER_RECORD), "professional": DOCTOR.id}
    with pytest.raises(Forbidden):
        carnet.command("access.name_treating_doctor", "patient", named, record_id=str(OTHER_RECORD))


def test_no_permit_is_answered_after_a_block(carnet: Running, record: str) -> None:
    """
    DESIGN 4, read your revocation: readers of two replicas race a block; every question asked
    after its acknowledgement is refused.
    """
    named = {"record_id": record, "professional": HOSPITAL_DOCTOR.id}
    carnet.command("access.name_administrator", "patient", named, record_id=record)
    readers = [Reader(carnet, record) for _ in range(READERS)]
    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(reader.read) for reader in readers]
        eventually(lambda: all(reader.permits for reader in readers), within=60)

        blocked = {**named, "reason": "lost trust"}
        carnet.command("access.block_professional", "patient", blocked, record_id=record)
        acknowledged = monotonic()

        for done in reading:
            done.result(60)
    assert [at for reader in readers for at in reader.permits if at >= acknowledged] == []
    assert all(reader.refusals for reader in readers)
    answering = [file for file in carnet.home.glob("*.log") if "decide" in file.read_text()]
    assert len(answering) == 2, "one replica answered everything: the race was not run"


def test_time_says_that_a_consent_has_expired(carnet: Running, record: str) -> None:
    """
    From the log to the waiting list, from there by the timer to an event that others hear.
    """
    given = {"record_id": record, "professional": NURSE.id, "means": "checkbox"}
    carnet.command("access.declare_consent", "patient", given, record_id=record)

    carnet.move(timedelta(hours=25))

    eventually(lambda: "access.consent_expired" in told(carnet), within=60)


def test_what_was_just_said_waits_to_be_judged(carnet: Running, record: str) -> None:
    """
    The queue is a read model's: asked for by a position, it is not shown without what stands there.
    """
    beside = {**MANDATE, "physician_present": True}
    for number, feeder in enumerate((DOCTOR, HOSPITAL_DOCTOR, NURSE), start=1):
        opposed = {"record_id": record, "professional": feeder.id, "legitimate_reason": "mistakes"}
        done = carnet.command("access.oppose_feeding", "patient", opposed, record_id=record)
        asked = {"at_least": {"access": done["position"]}}
        listed = carnet.call("access.oppositions_to_judge", "auditor", asked, mandate=beside)
        assert listed["total"] == number


def told(carnet: Running) -> set[str]:
    pulled = carnet.call_as_service("audit", "access.events", {"after": 0, "limit": 500})
    return {envelope["type"] for envelope in pulled["envelopes"]}


def test_an_operator_sees_what_a_matrix_changes_and_loads_it(
    carnet: Running, tmp_path: Path
) -> None:
    """
    By the command: shown first, then in force.
    """
    matrix, token = tmp_path / "matrix.csv", tmp_path / "token"
    with matrix.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.DictWriter(lines, COLUMNS)
        rows.writeheader()
        rows.writerows(
            {**cell, "sourced": "yes" if cell["sourced"] else "no"}
            for cell in read_reference().cells
            if (cell["profession"], cell["document_class"]) != ("40", "31")
        )
    issuer = DevelopmentIssuer.at(carnet.home / "issuer.pem", carnet.clock)
    token.write_text(issuer.token("operator"))
    (carnet.home / "environment").write_text(f"CARNET_AMQP_URI='{carnet.amqp_uri}'\n")
    arguments = ["access", "load-matrix", str(matrix), "--version", "less", "--yes"]

    shown = CliRunner().invoke(
        app, [*arguments, "--dir", str(carnet.home), "--token-file", str(token)]
    )

    assert shown.exit_code == 0, shown.output
    assert "2 rights change; 0 cells are new, 1 are gone." in shown.output
    assert "In force: " in shown.output


def test_closing_is_answered_once_access_has_applied_it(carnet: Running, record: str) -> None:
    """
    DESIGN 4: whoever closed a record finds it closed at the next decision.
    """
    carnet.command(
        "identity.close",
        "patient",
        {"record_id": record, "motive": "person_request"},
        record_id=record,
    )

    assert status(carnet, record) == "closed"


def test_no_line_of_the_logs_says_what_people_wrote(carnet: Running, record: str) -> None:
    """
    Neither the reason of a block nor a professional's number: logs are not sealed.
    """
    decide(carnet, record)

    written = carnet.logs()
    assert "decide" in written
    assert "lost trust" not in written
    assert DOCTOR.id not in written
