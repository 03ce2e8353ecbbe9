"""The whole drill on an embedded Carnet: deposit, back up while it serves, lose everything,
restore, open. What an operator does on one machine in an emergency, on the same one."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest

from scripts.cli.deployment import START, Deployment, running_carnet
from scripts.cli.processes import FIRST, PROCESSES, ROOT
from scripts.conformance.command import FACILITY, opened_record
from scripts.conformance.run import beginnings
from scripts.ops.copies import Databases
from shared.kernel.actor import ActorKind
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


class Drilled:
    """A Carnet with one open record; call it as someone, operate it as its operator."""

    def __init__(self, deployment: Deployment, client: RpcClient) -> None:
        self.deployment = deployment
        self.client = client
        self.backups = deployment.place.home / "backups"
        self.given = opened_record(client, self.token, deployment.place)

    def token(self, kind: str, claims: Mapping[str, Any]) -> str:
        return self.deployment.place.issuer.token(ActorKind(kind), **claims)

    def ops(self, *words: str) -> str:
        where = f"--dir={self.deployment.place.home}"
        emergency = words[0] in {"read-only", "drain", "resume"}
        given = [*words, where] if emergency else [where, *words]
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", "ops", *given],
            cwd=ROOT, capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def deposit(self) -> tuple[str, str]:
        """A new document: its id, and what is in it (base64)."""
        new = beginnings()
        asked = {
            "request_id": str(uuid4()),
            "ins": self.given["person"],
            "content": new["pdf"],
            "metadata": new["metadata"],
        }
        token = self.token("facility", FACILITY | {"software": "drill"})
        return self.client.call("vault", "deposit", asked, token=token)["document_id"], new["pdf"]

    def open(self, document: str) -> str:
        token = self.token("patient", {"record_id": self.given["record"]})
        found = self.client.call("vault", "open", {"document_id": document}, token=token)
        content: str = found["content"]
        return content

    def listed(self) -> set[str]:
        token = self.token("patient", {"record_id": self.given["record"]})
        asked = {"record_id": self.given["record"], "limit": 100}
        found = self.client.call("vault", "search", asked, token=token)
        return {item["document_id"] for item in found["items"]}

    def is_in_the_transparency_log(self, service: str) -> bool:
        """Every event of it, by a checkpoint that it heard and that continues the one before."""
        log = Databases(self.deployment.place.home / "data", None).log(service)
        try:
            head, logged = log.head(), log.places.logged()
            return (logged.epoch, logged.position) == (head.epoch, head.position)
        finally:
            log.close()

    def stop_services(self) -> None:
        for process in self.deployment.processes.values():
            process.stop()

    def start_services(self) -> None:
        others = [name for name in PROCESSES if name != FIRST]
        for together in ([FIRST], others):
            for name in together:
                self.deployment.launch(name)
            for name in together:
                ready = partial(self.deployment.ready, name)
                self.deployment.processes[name].wait_until(ready, within=START)

    def lose_everything(self) -> None:
        """Every log and read model, every object."""
        for file in (self.deployment.place.home / "data").glob("*.db*"):
            file.unlink()
        store = self.deployment.objects.client()
        for bucket in store.list_buckets():
            for item in store.list_objects(bucket.name, recursive=True):
                store.remove_object(bucket.name, str(item.object_name))


@pytest.fixture(scope="module")
def carnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    with (
        running_carnet(tmp_path_factory.mktemp("drill")) as deployment,
        RpcClient(deployment.broker.uri(), timeout=30) as client,
    ):
        yield Drilled(deployment, client)


def test_what_was_deposited_before_the_backup_opens_after_the_restore(carnet: Drilled) -> None:
    """Deposits go on while it is taken; each that was acknowledged before it began is found in
    its list, opens, and is what was deposited. Then the place goes on as any other."""
    acknowledged: list[tuple[str, str]] = []
    stop = Event()

    def keep_depositing() -> None:
        while not stop.is_set():
            acknowledged.append(carnet.deposit())

    writer = Thread(target=keep_depositing)
    writer.start()
    try:
        eventually(lambda: len(acknowledged) >= 3, within=60)
        before = list(acknowledged)
        carnet.ops("backup", str(carnet.backups))
    finally:
        stop.set()
        writer.join()
    carnet.stop_services()
    carnet.lose_everything()

    said = carnet.ops("restore", str(carnet.backups))

    assert "every log is complete" in said
    carnet.start_services()
    assert {document: carnet.open(document) for document, _ in before} == dict(before)
    eventually(lambda: {document for document, _ in before} <= carnet.listed(), within=60)
    document, content = carnet.deposit()
    assert carnet.open(document) == content
    for service in ("identity", "access", "vault"):
        eventually(partial(carnet.is_in_the_transparency_log, service), within=60, every=0.5)
    for process in carnet.deployment.processes:
        eventually(partial(carnet.deployment.ready, process), within=60)
