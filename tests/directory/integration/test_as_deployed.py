"""The directory as deployed: its own processes, a real broker, keys from keyring."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from scripts.machine.rabbitmq import Broker
from shared.kernel.errors import Forbidden, InvalidRequest, NotFound
from tests.directory.sample import DOCTOR, registration
from tests.support.running import Running, running

PATIENT = {"record_id": str(uuid4())}


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("directory"),
        ["keyring.rpc"],
        ["directory.rpc", "directory.project", "directory.timers"],
    ) as services:
        yield services


def test_registered_then_found_by_anyone(carnet: Running) -> None:
    """
    An operator registers; whoever reads with the position answered finds it at once.
    """
    request = registration().model_dump(exclude={"request_id"})
    done = carnet.command("directory.register_professional", "operator", request)

    found = carnet.call(
        "directory.search_professionals",
        "patient",
        {"text": "anne ness", "place": "Paris", "at_least": {"directory": done["position"]}},
        **PATIENT,
    )

    assert found["total"] == 1
    assert found["items"][0]["national_id"] == DOCTOR
    assert found["items"][0]["profession_fr"] == "Médecin"
    one = carnet.call("directory.get_professional", "patient", {"national_id": DOCTOR}, **PATIENT)
    assert one == found["items"][0]


def test_refusals_over_the_wire(carnet: Running) -> None:
    """
    A patient registers nobody; an unknown id is not_found; bad input names its field.
    """
    request = registration().model_dump(exclude={"request_id"})
    with pytest.raises(Forbidden):
        carnet.command("directory.register_professional", "patient", request, **PATIENT)
    with pytest.raises(NotFound):
        carnet.call("directory.get_professional", "operator", {"national_id": "801234567890"})
    with pytest.raises(InvalidRequest) as refusal:
        carnet.command(
            "directory.register_professional", "operator", request | {"profession": "11"}
        )
    assert set(refusal.value.fields) == {"profession"}

    written = carnet.logs().encode()
    written += b"".join(file.read_bytes() for file in carnet.home.glob("*.db*"))
    assert b"Nessi" not in written
