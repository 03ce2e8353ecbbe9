"""The directory as deployed: its own processes, a real broker, keys from keyring."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.cli.processes import ROOT
from scripts.machine.rabbitmq import Broker
from shared.auth.development import DevelopmentIssuer
from shared.kernel.errors import Forbidden, InvalidRequest, NotFound
from tests.directory.sample import DOCTOR, registration
from tests.support.running import Running, running

EXAMPLES = ROOT / "scripts" / "conformance" / "examples"
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


def has_node() -> bool:
    try:
        asked = ["node", "-e", "require('amqplib')"]
        return subprocess.run(asked, cwd=EXAMPLES, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


JARS = [Path(f"/usr/share/java/{name}.jar") for name in ("amqp-client", "slf4j-api", "slf4j-nop")]
JAVA = ["java", "-cp", ":".join(map(str, JARS)), "Call.java"]


def has_java() -> bool:
    return shutil.which("java") is not None and all(jar.exists() for jar in JARS)


@pytest.mark.parametrize(
    "client",
    [
        [sys.executable, "call.py"],
        ["node", "call.js"],
        pytest.param(JAVA, marks=pytest.mark.long),  # compiled at each call
    ],
    ids=["python", "node", "java"],
)
def test_the_example_clients_of_the_kit_call_and_are_refused(
    carnet: Running, client: list[str]
) -> None:
    """
    Whole programs, as an integrator copies them: an answer as JSON, a refusal by its code.
    """
    if client[0] == "node" and not has_node():
        pytest.skip("needs node with amqplib: npm install amqplib, NODE_PATH")
    if client[0] == "java" and not has_java():
        pytest.skip("needs java and its client: apt-get install librabbitmq-client-java")
    token = DevelopmentIssuer.at(carnet.home / "issuer.pem", carnet.clock).token("operator")
    environ = {"PATH": os.environ["PATH"], "NODE_PATH": os.environ.get("NODE_PATH", "")}
    environ |= {"CARNET_AMQP_URI": carnet.amqp_uri, "TOKEN": token}

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*client, *words], cwd=EXAMPLES, env=environ, capture_output=True, text=True,
            timeout=30, check=False,
        )  # fmt: skip

    request = {"national_id": "899700366240", "given_name": "Hélène", "family_name": "ESSAI"}
    known = request | {"profession": "10", "specialty": "SM26", "request_id": str(uuid4())}
    done = run("directory", "register_professional", json.dumps(known))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["position"] > 0
    unknown = run("directory", "get_professional", '{"national_id": "801234567890"}')
    assert (unknown.returncode, unknown.stderr.split()[0]) == (1, "not_found")
