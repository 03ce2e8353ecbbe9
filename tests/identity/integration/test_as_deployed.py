"""Identity as deployed: its own processes, a real broker, keys from keyring."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scripts.cli.identity_import import Outcomes, Row, announce_file
from scripts.cli.identity_sample import write_sample
from scripts.machine.rabbitmq import Broker
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.ins import INS_NIR_TEST
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

HOSPITAL = {"SubjectOrganizationID": "1750712184"}


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One deployment for all: every test announces people of its own."""
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("identity"),
        ["keyring.rpc"],
        ["identity.rpc", "identity.project", "identity.timers"],
    ) as services:
        yield services


def announce(carnet: Running, ins: dict[str, str], **changes: Any) -> str:
    answer = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": ins} | changes
    )
    return str(answer["record_id"])


def resolve(carnet: Running, ins: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = carnet.call("identity.resolve", "facility", {"ins": ins}, **HOSPITAL)
    return found


def test_from_announcement_to_activation(carnet: Running) -> None:
    """
    The first chapter of the story: announced, nobody opposes, six weeks pass, open, activated.
    """
    ins = new_ins()
    record_id = announce(carnet, ins)
    opposed = announce(carnet, new_ins())
    proof = carnet.command(
        "identity.oppose", "operator", {"record_id": opposed, "channel": "phone"}
    )["proof"]
    assert proof["pdf"]
    carnet.move(timedelta(days=41, hours=23))
    assert resolve(carnet, ins)["status"] == "none"

    carnet.move(timedelta(hours=1))
    found = eventually(lambda: (f := resolve(carnet, ins))["status"] == "open" and f, within=20)
    assert (found["record_id"], found["activated"]) == (record_id, False)

    given = carnet.command("identity.new_activation_code", "operator", {"record_id": record_id})
    carnet.command(
        "identity.activate",
        "patient",
        {"record_id": record_id, "activation_code": given["activation_code"]},
        record_id=record_id,
    )
    seen = carnet.call(
        "identity.get_identity", "patient", {"record_id": record_id}, record_id=record_id
    )
    assert (seen["status"], seen["activated"]) == ("open", True)
    kept = carnet.call("identity.get_identity", "operator", {"record_id": opposed})
    assert kept["status"] == "opposed"


def test_others_hear_of_it(carnet: Running) -> None:
    """
    The outbox answers what access follows: announced with its dates, then opened by the timer.
    """
    start = carnet.call_as_service("access", "identity.head", {})["position"]
    record_id = announce(carnet, new_ins())
    carnet.move(timedelta(days=42))

    def types() -> list[str]:
        pulled = carnet.call_as_service("access", "identity.events", {"after": start, "limit": 10})
        of_this = [e for e in pulled["envelopes"] if e["record"] == record_id]
        return [e["type"].removeprefix("identity.") for e in of_this]

    wanted = ["record_announced", "ins_attached", "record_opened"]
    eventually(lambda: types() == wanted, within=20)


def test_refusals_name_the_field_and_people_stay_apart(carnet: Running) -> None:
    """
    Over the wire as in the rules: fields of bad input, forbidden for what is not one's own.
    """
    with pytest.raises(InvalidRequest) as refusal:
        announce(carnet, new_ins(), traits=TRAITS | {"birth_name": "Léa"}, unknown=1)
    assert set(refusal.value.fields) == {"unknown"}
    with pytest.raises(InvalidRequest) as refusal:
        announce(carnet, new_ins(), traits=TRAITS | {"birth_name": "Léa"})
    assert set(refusal.value.fields) == {"traits.birth_name"}

    record_id = announce(carnet, new_ins())
    mine, nobodys = str(uuid4()), str(uuid4())
    for asked in (record_id, nobodys):
        with pytest.raises(Forbidden) as forbidden:
            carnet.call("identity.get_identity", "patient", {"record_id": asked}, record_id=mine)
        assert forbidden.value.message == Forbidden().message
    with pytest.raises(Forbidden):
        carnet.command("identity.announce_record", "facility", {"traits": TRAITS}, **HOSPITAL)


def test_insi_is_asked_over_the_wire_and_lots_come_back(carnet: Running) -> None:
    """
    By traits, by card, and many at once, which the timer sends and collects.
    """
    ruth = {"birth_name": "de Vinci", "given_name": "Ruth", "sex": "F", "birth_date": "1977-07-14"}
    one = carnet.call("identity.retrieve_ins", "facility", {"traits": ruth}, **HOSPITAL)
    card = {"reading": {"serial": "8025000000002"}, "beneficiary": 1}
    same = carnet.call("identity.retrieve_ins_by_card", "facility", card, **HOSPITAL)
    assert one["code"] == same["code"] == "00"
    assert one["ins"] == same["ins"] == {"value": "277076322082910", "oid": INS_NIR_TEST}

    traits = one["traits"] | {"used_name": None, "used_given_name": None}
    right, wrong = announce(carnet, one["ins"], traits=traits), announce(carnet, new_ins())
    asked = carnet.command("identity.verify_ins_batch", "operator", {"record_ids": [right, wrong]})

    def results() -> dict[str, str]:
        status = carnet.call(
            "identity.verification_status", "operator", {"batch_id": asked["batch_id"]}
        )
        return dict(status["results"])

    assert eventually(results, within=20) == {right: "OK", wrong: "KO"}


def test_a_file_of_people_is_announced_once(carnet: Running, tmp_path: Path) -> None:
    """
    From the file to the records, with an outcome for each line; run again, nothing happens twice.
    """
    file, outcome = tmp_path / "people.csv", tmp_path / "outcome.csv"
    write_sample(file, 250, 100)

    def announce_rows(request_id: UUID, rows: Sequence[Row]) -> dict[str, Any]:
        batch = {"request_id": request_id, "rows": rows}
        answer: dict[str, Any] = carnet.call("identity.announce_records", "operator", batch)
        return answer

    def run() -> int:
        found = announce_file(file, Outcomes(outcome), announce_rows, at_once=2)
        return sum(reached.announced for reached in found)

    assert run() == 248
    lines = outcome.read_text().splitlines()
    outcome.write_text("\n".join(lines[: 2 + 120]) + "\n")

    assert run() == 149
    assert outcome.read_text().splitlines() == lines


def test_no_line_and_no_file_names_a_person(carnet: Running) -> None:
    """
    Logs, event store, read models: none holds a name, a number or an address in clear.
    """
    ins = new_ins()
    announce(carnet, ins, contact={"email": "dominique@example.org"})
    resolve(carnet, ins)

    written = carnet.logs().encode()
    written += b"".join(file.read_bytes() for file in carnet.home.glob("*.db*"))

    assert b"announce_record" in written
    for secret in ("PAT-TROIS", ins["value"], "dominique", "1979-03-28"):
        assert secret.encode() not in written
