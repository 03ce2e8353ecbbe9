"""From the issue to the last box, over a real broker, keyring, vault and object store."""

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys
from shared.kernel.errors import Forbidden, InvalidRequest, Refusal, Unavailable
from shared.rpc.client import RpcClient
from tests.prescription.world import DOCTOR, LYON, PARIS, RECORD, given, line
from tests.support.deadline import eventually

ROOT = Path(__file__).parents[3]
NAMES = ("prescription", "vault", "keyring", "identity", "access", "directory")


class Deployed:
    def __init__(self, client: RpcClient, issuer: DevelopmentIssuer, log: Path) -> None:
        self.client = client
        self.log = log
        self._issuer = issuer

    def _token(self, who: str) -> str:
        if who == "patient":
            return self._issuer.token("patient", record_id=str(RECORD))
        national_id, profession, facility = {
            "doctor": (DOCTOR.id, "10", "1750512345"),
            "nurse": ("860000000001", "60", "1750512345"),
            "paris": ("810000000001", "21", PARIS),
            "lyon": ("810000000002", "21", LYON),
        }[who]
        return self._issuer.token(
            "professional",
            SubjectNameID=national_id,
            SubjectOrganizationID=facility,
            exercice={"codeProfession": profession},
        )

    def call(self, who: str, method: str, **arguments: Any) -> Any:
        service, _, name = method.rpartition(".")
        return self.client.call(
            service or "prescription", name, arguments, token=self._token(who), timeout=30
        )

    def command(self, who: str, method: str, **arguments: Any) -> Any:
        return self.call(who, method, request_id=str(uuid4()), **arguments)


@pytest.fixture(scope="module")
def deployed(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    home = tmp_path_factory.mktemp("prescription")
    generate_service_keys(home / "keys", NAMES)
    issuer = DevelopmentIssuer.at(home / "issuer.pem")
    (home / "issuers.json").write_text(json.dumps([issuer.entry()]))
    (home / "kek").write_text(secrets.token_hex(32))
    (home / "kek").chmod(0o600)
    uri = broker.uri(broker.new_vhost())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": uri,
        "CARNET_SERVICE_KEYS_DIR": str(home / "keys"),
        "CARNET_ISSUERS_FILE": str(home / "issuers.json"),
        "CARNET_DATA_DIR": str(home),
        "CARNET_KEK_FILE": str(home / "kek"),
        "CARNET_S3_ENDPOINT": objects.endpoint,
        "CARNET_S3_ACCESS_KEY": objects.access_key,
        "CARNET_S3_SECRET_KEY": objects.secret_key,
        "CARNET_S3_BUCKET_PREFIX": f"t{uuid4().hex[:12]}-",
        "CARNET_HTTP_PORT": str(port),
    }
    log = home / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.prescription.integration.neighbours"],
            cwd=ROOT, env=environ, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        eventually(lambda: _ready(process, port, log), within=60)
        with RpcClient(uri) as client:
            yield Deployed(client, issuer, log)
        process.terminate()
        assert process.wait(timeout=30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def _ready(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2):
            return True
    except OSError:
        return False


def record_with_keys(deployed: Deployed) -> None:
    """A first call makes identity create the record's keys, and may come before them."""

    def issued() -> bool:
        try:
            deployed.command("doctor", "issue", record_id=str(RECORD), lines=[line("KEYS")])
        except Unavailable:
            return False
        return True

    eventually(issued, within=30)


def test_from_the_issue_to_the_last_box(deployed: Deployed) -> None:
    """Issued, shown by its code, sent, dispensed in two towns, completed; then nothing more."""
    record_with_keys(deployed)
    issued = deployed.command(
        "doctor", "issue", record_id=str(RECORD), lines=[line(), line("B", quantity=1)]
    )
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
        "patient", "prescriptions", record_id=str(RECORD), state="dispensed",
        at_least={"prescription": last["position"]},
    )  # fmt: skip
    assert [item["number"] for item in listed["items"]] == [number]


def test_refused_over_the_wire(deployed: Deployed) -> None:
    """Codes that callers branch on; the field that is wrong."""
    with pytest.raises(InvalidRequest) as wrong:
        deployed.command("nurse", "issue", record_id=str(RECORD), lines=[line()])
    assert list(wrong.value.fields) == ["lines.0.kind"]
    with pytest.raises(Refusal) as mistyped:
        deployed.call("paris", "present", number="AAAAA-AAAAA-AAAAA-AAAAB")
    assert mistyped.value.code == "number_mistyped"
    with pytest.raises(Forbidden):
        deployed.command("patient", "issue", record_id=str(RECORD), lines=[line()])


def test_nothing_of_it_reaches_a_log_line(deployed: Deployed) -> None:
    """No product, name, number or professional."""
    logged = deployed.log.read_text()
    for word in ("PARACETAMOL", "PAT-TROIS", DOCTOR.id):
        assert word not in logged
