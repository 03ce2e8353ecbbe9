"""The vault as callers meet it: real broker, object store, keyring, log and read model."""

import base64
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys
from shared.kernel.errors import Forbidden, InvalidRequest, Refusal, TooLarge, Unauthenticated
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually
from tests.vault.cda import INS, PDF, cda, enclosing
from tests.vault.unit.test_results import GLUCOSE, PQ, observation, report
from tests.vault.world import METADATA, RECORD, REFUSED

ROOT = Path(__file__).parents[3]
DOCUMENT = cda(body=enclosing(PDF))


class Deployed:
    """Calls as hospital, doctor, patient or dentist."""

    def __init__(self, client: RpcClient, issuer: DevelopmentIssuer, log: Path) -> None:
        self.client = client
        self.log = log
        self.tokens = {
            "hospital": lambda: issuer.token("facility", SubjectOrganizationID="1750712184"),
            "doctor": lambda: self._professional(issuer, "899700366240"),
            "refused": lambda: self._professional(issuer, REFUSED),
            "patient": lambda: issuer.token("patient", record_id=str(RECORD)),
            "support": lambda: issuer.token("support", sub="s"),
        }

    def _professional(self, issuer: DevelopmentIssuer, national_id: str) -> str:
        return issuer.token(
            "professional",
            SubjectNameID=national_id,
            SubjectOrganizationID="1380780080",
            exercice={"codeProfession": "10"},
        )

    def call(self, who: str, method: str, **arguments: Any) -> Any:
        token = self.tokens[who]()
        return self.client.call("vault", method, arguments, token=token, timeout=30)

    def deposit(self, content: bytes, **how: Any) -> Any:
        encoded = base64.b64encode(content).decode()
        return self.call("hospital", "deposit", request_id=str(uuid4()), content=encoded, **how)


@pytest.fixture(scope="module")
def deployed(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    home = tmp_path_factory.mktemp("vault")
    generate_service_keys(home / "keys", ["vault", "keyring", "identity", "access"])
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
            [sys.executable, "-m", "tests.vault.integration.neighbours"],
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


def test_in_found_opened(deployed: Deployed) -> None:
    """What a hospital puts in, a doctor finds and reads, file unwrapped."""
    put_in = deployed.deposit(DOCUMENT)

    found = deployed.call(
        "doctor",
        "search",
        record_id=str(RECORD),
        at_least={"vault": put_in["position"]},
        **{"from": "2020-01-01"},
    )
    opened = deployed.call("doctor", "open", document_id=put_in["document_id"], unwrap=True)
    shown = deployed.call("patient", "describe", document_id=put_in["document_id"])

    assert put_in["document_id"] in [item["document_id"] for item in found["items"]]
    assert found["items"][0]["class"]["display"] == "Compte rendu"
    assert base64.b64decode(opened["content"]) == PDF
    assert opened["document"]["title"] == shown["title"] == "CR hospitalier"


def test_held_released_filed_archived_and_deleted(deployed: Deployed) -> None:
    """A document's life over the wire: each step is seen by who may see it, and no other."""

    def change(who: str, method: str, **arguments: Any) -> Any:
        return deployed.call(who, method, request_id=str(uuid4()), **arguments)

    content = cda(id_='<id root="1.9" extension="life"/>')
    document_id = deployed.deposit(content, hold=True)["document_id"]
    of_document = {"document_id": document_id}
    with pytest.raises(Forbidden):
        deployed.call("patient", "describe", **of_document)
    change("hospital", "release", **of_document)
    folder_id = change("patient", "create_folder", record_id=str(RECORD), name="Genou")["folder_id"]
    filed = change("patient", "file_in", **of_document, folder_id=folder_id)
    folders = deployed.call(
        "patient", "folders", record_id=str(RECORD), at_least={"vault": filed["position"]}
    )
    change("patient", "archive", **of_document)
    archived = deployed.call("doctor", "describe", **of_document)
    change("hospital", "delete", **of_document)

    assert folders["folders"] == [
        {"folder_id": folder_id, "name": "Genou", "document_ids": [document_id]}
    ]
    assert archived["status"] == "Archived"
    for who in ("hospital", "doctor", "patient"):
        with pytest.raises(Forbidden):
            deployed.call(who, "describe", **of_document)


def test_a_request_repeated_after_a_lost_answer(deployed: Deployed) -> None:
    """Same request_id, same answer; other arguments, a conflict."""
    arguments = {
        "request_id": str(uuid4()),
        "record_id": str(RECORD),
        "content": base64.b64encode(PDF).decode(),
        "metadata": METADATA,
    }

    first = deployed.call("hospital", "deposit", **arguments)
    again = deployed.call("hospital", "deposit", **arguments)

    assert first == again
    with pytest.raises(Refusal) as refusal:
        deployed.call("hospital", "deposit", **(arguments | {"confidentiality": ["MASQUE_PS"]}))
    assert refusal.value.code == "conflict"


def test_refused_and_not_there_are_told_alike(deployed: Deployed) -> None:
    """On the wire too."""
    put_in = deployed.deposit(DOCUMENT)

    faults = []
    for document_id in (put_in["document_id"], str(uuid4())):
        with pytest.raises(Forbidden) as refusal:
            deployed.call("refused", "open", document_id=document_id)
        fault = refusal.value.to_fault()
        assert fault.pop("decision_id")
        faults.append(fault)

    assert faults[0] == faults[1]


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"content": "no base64!"}, "invalid_request", "content"),
        ({"content": ""}, "invalid_request", "content"),
        ({"content": "eA==", "unknown": 1}, "invalid_request", "unknown"),
        ({"content": "eA==", "record_id": "x"}, "invalid_request", "record_id"),
        ({"content": "eA==", "metadata": {"creation": "2026-13"}}, "invalid_request",
         "metadata.creation"),
        ({"content": base64.b64encode(b"<a/>").decode()}, "invalid_request", "content"),
        ({"content": base64.b64encode(b"x" * 5_000_001).decode()}, "too_large", "content"),
    ],
    ids=range(7),
)  # fmt: skip
def test_bad_input_is_named(
    deployed: Deployed, arguments: dict[str, Any], code: str, field: str
) -> None:
    """A stable code, a sentence, and the field."""
    with pytest.raises((InvalidRequest, TooLarge)) as refusal:
        deployed.call("hospital", "deposit", request_id=str(uuid4()), **arguments)

    assert refusal.value.code == code
    assert field in refusal.value.fields


def test_callers_not_listed_do_not_get_in(deployed: Deployed) -> None:
    """Support staff see no health data; nobody comes without a token."""
    with pytest.raises(Forbidden):
        deployed.call("support", "search", record_id=str(RECORD))
    with pytest.raises(Unauthenticated):
        deployed.client.call("vault", "search", {"record_id": str(RECORD)})


def test_no_log_line_tells_of_anybody(deployed: Deployed) -> None:
    """No name, INS, title, identifier or content in what was logged of all the calls above."""
    deployed.deposit(cda(id_='<id root="1.2.3.4" extension="77"/>'))
    with pytest.raises(InvalidRequest):
        deployed.deposit(cda(id_='<id root="1.2.3.4" extension="78"/>').replace(b"1979", b"1980"))

    logged = deployed.log.read_text()

    assert '"method": "deposit"' in logged
    for secret in ("PAT-TROIS", "DOMINIQUE", INS, "hospitalier", "Attestation", "ESSAI", "JVBERi0"):
        assert secret not in logged


def test_results_and_a_copy_over_the_wire(deployed: Deployed) -> None:
    """Read models filled, results found, and the whole archive had in its parts."""
    laboratory = report(observation(GLUCOSE, PQ.format("0.90", "g/L")))
    put_in = deployed.deposit(laboratory)
    reached = {"vault": put_in["position"]}

    found = deployed.call("doctor", "prior_results", record_id=str(RECORD), at_least=reached)
    begun = deployed.call(
        "patient", "export_record", request_id=str(uuid4()), record_id=str(RECORD)
    )
    parts = [
        deployed.call("patient", "read_export", export_id=begun["export_id"], part=number)
        for number in range(begun["parts"])
    ]

    assert [(r["value"], r["unit"]) for r in found["items"]] == [("0.90", "g/L")]
    assert all(part["next_offset"] is None for part in parts)
    data = b"".join(base64.b64decode(part["content"]) for part in parts)
    with zipfile.ZipFile(io.BytesIO(data)) as copy:
        assert copy.testzip() is None
        assert laboratory in {copy.read(name) for name in copy.namelist()}
    shown = deployed.call("patient", "export_status", export_id=begun["export_id"])
    assert (shown["complete"], shown["size"]) == (True, len(data))
    with pytest.raises(Forbidden):
        deployed.call("doctor", "export_status", export_id=begun["export_id"])
