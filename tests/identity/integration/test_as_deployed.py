"""Identity as deployed: its own processes, a real broker, keys from keyring."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.kernel.errors import Forbidden, InvalidRequest
from tests.identity.people import INS, OTHER_INS, TRAITS
from tests.support.deadline import eventually
from tests.support.running import Running, running

HOSPITAL = {"SubjectOrganizationID": "1750712184"}


@pytest.fixture
def carnet(amqp_uri: str, tmp_path: Path) -> Iterator[Running]:
    with running(
        amqp_uri,
        tmp_path,
        ["keyring.rpc"],
        ["identity.rpc", "identity.project", "identity.timers"],
    ) as services:
        yield services


def announce(carnet: Running, **changes: Any) -> str:
    answer = carnet.command(
        "identity.announce_record", "operator", {"traits": TRAITS, "ins": INS} | changes
    )
    return str(answer["record_id"])


def resolve(carnet: Running) -> dict[str, Any]:
    found: dict[str, Any] = carnet.call("identity.resolve", "facility", {"ins": INS}, **HOSPITAL)
    return found


def test_from_announcement_to_activation(carnet: Running) -> None:
    """
    The first chapter of the story: announced, nobody opposes, six weeks pass, open, activated.
    """
    record_id = announce(carnet)
    opposed = announce(carnet, ins=OTHER_INS)
    proof = carnet.command(
        "identity.oppose", "operator", {"record_id": opposed, "channel": "phone"}
    )["proof"]
    assert proof["pdf"]
    carnet.move(timedelta(days=41, hours=23))
    assert resolve(carnet)["status"] == "none"

    carnet.move(timedelta(days=42))
    found = eventually(lambda: (f := resolve(carnet))["status"] == "open" and f, within=20)
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
    record_id = announce(carnet)
    carnet.move(timedelta(days=42))

    def types() -> list[str]:
        pulled = carnet.call_as_service("access", "identity.events", {"after": 0, "limit": 10})
        assert all(e["record"] == record_id for e in pulled["envelopes"])
        return [e["type"].removeprefix("identity.") for e in pulled["envelopes"]]

    wanted = ["record_announced", "ins_attached", "record_opened"]
    eventually(lambda: types() == wanted, within=20)


def test_refusals_name_the_field_and_people_stay_apart(carnet: Running) -> None:
    """
    Over the wire as in the rules: fields of bad input, forbidden for what is not one's own.
    """
    with pytest.raises(InvalidRequest) as refusal:
        announce(carnet, traits=TRAITS | {"birth_name": "Léa"}, unknown=1)
    assert set(refusal.value.fields) == {"unknown"}
    with pytest.raises(InvalidRequest) as refusal:
        announce(carnet, traits=TRAITS | {"birth_name": "Léa"})
    assert set(refusal.value.fields) == {"traits.birth_name"}

    record_id = announce(carnet)
    mine, nobodys = str(uuid4()), str(uuid4())
    for asked in (record_id, nobodys):
        with pytest.raises(Forbidden) as forbidden:
            carnet.call("identity.get_identity", "patient", {"record_id": asked}, record_id=mine)
        assert forbidden.value.message == Forbidden().message
    with pytest.raises(Forbidden):
        carnet.command("identity.announce_record", "professional", {"traits": TRAITS})


def test_no_line_and_no_file_names_a_person(carnet: Running, tmp_path: Path) -> None:
    """
    Logs, event store, read models: none holds a name, a number or an address in clear.
    """
    announce(carnet, contact={"email": "dominique@example.org"})
    resolve(carnet)

    written = carnet.logs().encode()
    written += b"".join(f.read_bytes() for f in tmp_path.glob("*.db*"))

    assert b"announce_record" in written
    for secret in (b"PAT-TROIS", b"279035121518989", b"dominique", b"1979-03-28"):
        assert secret not in written
