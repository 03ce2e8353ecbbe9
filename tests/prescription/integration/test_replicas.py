"""The long form of the race: three processes, fifty pharmacists, one of the three killed."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.kept import Kept
from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from shared.kernel.errors import Conflict, DeadlineExceeded, Refusal, TooMany, Unavailable
from tests.prescription.integration.test_rpc import Deployed, open_record
from tests.prescription.world import PARIS, given, line
from tests.support.deadline import eventually
from tests.support.running import Running, running

RACERS, PRESCRIBED = 50, 12
REPLICAS = 3
AGAIN = (DeadlineExceeded, TooMany, Unavailable)
"""What a software meets when a process dies under it: it sends the same request again."""


@pytest.fixture
def replicated(
    broker: Broker, objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("replicas"),
        ["keyring.rpc"],
        [
            *("identity.rpc", "identity.project", "identity.timers", "directory.rpc"),
            *("catalogue.rpc", "catalogue.project", "access.rpc", "access.follow"),
            *("vault.rpc", "vault.project", "prescription.project", "prescription.follow"),
        ],
        *(["prescription.rpc"] for _ in range(REPLICAS)),
        objects=objects,
    ) as services:
        yield services


def take(services: Running, number: str, racer: int) -> bool:
    """One box, by the same request until it is answered."""
    request = {"request_id": str(uuid4()), "number": number, "outcomes": [given(1)]}
    for _ in range(60):
        try:
            services.call(
                "prescription.dispense", "professional", request,
                SubjectNameID=f"8100000{racer:05d}", SubjectOrganizationID=PARIS,
                exercice={"codeProfession": "21"},
            )  # fmt: skip
        except AGAIN:
            continue
        except Refusal as refused:
            if refused.code in {"nothing_left", "number_used"}:
                return False
            if type(refused) is not Conflict:
                raise
        else:
            return True
    raise AssertionError("never answered")


@pytest.mark.long
def test_fifty_pharmacists_three_replicas_one_killed(replicated: Running) -> None:
    """
    Twelve boxes are prescribed: twelve leave, whoever dies in between, and the document of each
    delivery is in the vault once.
    """
    deployed = Deployed(replicated, open_record(replicated))
    issued = deployed.command(
        "doctor", "issue", record_id=deployed.record_id, lines=[line(quantity=PRESCRIBED)]
    )
    last = Kept(f"process-{REPLICAS + 1}", replicated.home)
    (victim,) = Path(f"/proc/{last.pid()}/task/{last.pid()}/children").read_text().split()
    killer = threading.Timer(0.5, os.kill, (int(victim), signal.SIGKILL))
    killer.start()
    with ThreadPoolExecutor(RACERS) as racers:
        racing = [racers.submit(take, replicated, issued["number"], n) for n in range(RACERS)]
        got = [one.result() for one in racing]
    killer.join()
    eventually(lambda: not last.running(), within=10)

    assert sum(got) == PRESCRIBED
    told = deployed.call("doctor", "history", number=issued["number"])
    (kept,) = told["prescription"]["lines"]
    assert kept["left"] == PRESCRIBED
    assert len(told["dispensations"]) == PRESCRIBED

    def documented() -> bool:
        """A later call of that pharmacy brings what the killed process left."""
        other = deployed.command("doctor", "issue", record_id=deployed.record_id, lines=[line()])
        deployed.command("paris", "dispense", number=other["number"], outcomes=[given(1)])
        told = deployed.call("doctor", "history", number=issued["number"])
        documents = {one["document_id"] for one in told["dispensations"]}
        return None not in documents and len(documents) == PRESCRIBED

    eventually(documented, within=60)
