"""An embedded Carnet with one open record: called as someone, operated by its commands."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from scripts.cli.deployment import START, Deployment
from scripts.cli.processes import FIRST, PROCESSES, ROOT
from scripts.conformance.command import FACILITY, opened_record
from scripts.conformance.run import beginnings
from shared.kernel.actor import ActorKind
from shared.rpc.client import RpcClient


class Embedded:
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
            cwd=ROOT, capture_output=True, text=True, timeout=250, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def call(self, target: str, kind: str, claims: Mapping[str, Any], **asked: Any) -> Any:
        service, _, method = target.partition(".")
        return self.client.call(service, method, asked, token=self.token(kind, claims))

    def deposit(self) -> tuple[str, str]:
        """A new document: its id, and what is in it (base64)."""
        new = beginnings()
        found = self.call(
            "vault.deposit", "facility", FACILITY | {"software": "drill"},
            request_id=str(uuid4()), ins=self.given["person"],
            content=new["pdf"], metadata=new["metadata"],
        )  # fmt: skip
        return found["document_id"], new["pdf"]

    def open(self, document: str) -> str:
        found = self.call("vault.open", "patient", self._person, document_id=document)
        content: str = found["content"]
        return content

    def listed(self) -> set[str]:
        """On all pages: hundreds are deposited while a backup is taken."""
        asked, ids = {"record_id": self.given["record"], "limit": 100}, set[str]()
        while True:
            found = self.call("vault.search", "patient", self._person, **asked)
            ids |= {item["document_id"] for item in found["items"]}
            if found["next_cursor"] is None:
                return ids
            asked["cursor"] = found["next_cursor"]

    @property
    def _person(self) -> dict[str, Any]:
        return {"record_id": self.given["record"]}

    def stop_services(self) -> None:
        for process in self.deployment.processes.values():
            process.stop()

    def start_services(self) -> None:
        others = [name for name in PROCESSES if name != FIRST]
        for together in ([FIRST], others):
            for name in together:
                self.deployment.launch(name, detached=True)
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


@contextmanager
def embedded(home: Path) -> Iterator[Embedded]:
    """Detached, since commands that run beside the test stop its processes and start them."""
    deployment = Deployment(home)
    deployment.start(detached=True)
    try:
        with RpcClient(deployment.broker.uri(), timeout=30) as client:
            yield Embedded(deployment, client)
    finally:
        deployment.stop()
