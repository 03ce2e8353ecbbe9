"""A Carnet that something is done to, and what its people and operators then do and see."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from scripts.cli.processes import PROCESSES, ROOT
from scripts.demo.cast import Cast
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP, listed
from tests.trust.conftest import open_records
from tests.trust.faulty import Faulty, running_embedded
from tests.trust.load import AGAIN
from tests.trust.works import METADATA, new_content

PAGE = 100
Running = Callable[[Path], AbstractContextManager[Faulty]]


@dataclass(frozen=True)
class Drilled:
    """``record``: of the one person whose documents come and are read."""

    carnet: Faulty
    cast: Cast
    record: str

    def deposit(self) -> str:
        """The id of one more document."""
        done = self.cast.hospital().do(
            "vault.deposit", record_id=self.record, content=new_content(), metadata=METADATA
        )
        return str(done["document_id"])

    def waiting(self, queue: str) -> int:
        """Messages there that nobody has acknowledged, in whose hands they may be."""
        control = self.carnet.deployment.broker.control
        rows = control("list_queues", "--no-table-headers", "name", "messages")
        return int(dict(row.split() for row in rows.splitlines()).get(queue, 0))

    def followed(self, follower: str) -> int:
        """The place of the last of the vault's messages that this service has applied."""
        asked = f"SELECT position FROM {follower}_followed WHERE publisher = 'vault'"  # noqa: S608 - a name of ours
        return self.number(follower, asked)

    def published(self) -> int:
        """How far the vault's messages are with the broker."""
        asked = "SELECT position FROM vault_published WHERE stream = 'messages'"
        return self.number("vault", asked)

    def number(self, service: str, asked: str) -> int:
        """What one row of one column says, in the service's own tables."""
        database = self.carnet.database
        with closing(
            psycopg.connect(database.dsn(service)) if database
            else sqlite3.connect(self.log_of(service))
        ) as log:  # fmt: skip
            [[number]] = log.execute(asked).fetchall()
        return int(number)

    def log_of(self, service: str) -> Path:
        return self.carnet.deployment.place.home / "data" / f"{service}.db"

    def documents(self) -> Counter[str]:
        return listed(self.cast.patient(self.record), self.record)

    def journal(self) -> Counter[str]:
        """How many lines of the person's journal name each document."""
        lines = self._all("audit.journal")
        return Counter(line["document"]["document_id"] for line in lines if line["document"])

    def notices(self) -> Counter[str]:
        """How many notices each document was worth to the person."""
        found = self._all("notification.notifications")
        return Counter(one["subject"] for one in found if one["kind"] == "document_deposited")

    def _all(self, method: str) -> list[dict[str, Any]]:
        person, items, cursor = self.cast.patient(self.record), list[dict[str, Any]](), None
        while True:
            page = person.ask(method, record_id=self.record, limit=PAGE, cursor=cursor)
            items, cursor = [*items, *page["items"]], page["next_cursor"]
            if cursor is None:
                return items

    def stopped(self) -> Mapping[str, str]:
        """Loops that wait for an operator, and why."""
        told = [self.unready(process) for process in PROCESSES]
        loops = {name: why for one in told for name, why in one.items()}
        return {name: why for name, why in loops.items() if "an operator must look" in why}

    def unready(self, process: str) -> dict[str, str]:
        """What ``/ready`` says of each loop in trouble."""
        try:
            _, said = self.carnet.says(process)
        except urllib3.exceptions.HTTPError as error:
            raise AssertionError(f"{process} does not answer: {error}") from None
        found: dict[str, str] = json.loads(said).get("unready", {})
        return found

    def ops(self, *words: str) -> str:
        """What an operator types, and is told."""
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", "ops", *words],
            cwd=ROOT, env={"PATH": os.environ["PATH"], **self.carnet.deployment.place.settings()},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def all_told(self, documents: set[str]) -> bool:
        """The person's list, journal and notices have each of them, once."""
        expected = Counter(documents)
        for told in (self.documents, self.journal, self.notices):
            try:
                assert told() == expected, told.__name__
            except AGAIN as error:
                raise AssertionError(f"not answered: {error}") from None
        return True


@contextmanager
def drilled(home: Path, running: Running = running_embedded) -> Iterator[Drilled]:
    with running(home) as carnet, RpcClient(carnet.deployment.broker.uri()) as rpc:
        cast = Cast(rpc, carnet.deployment.place.issuer)
        place = Drilled(carnet, cast, next(iter(open_records(cast, home).values())))
        first = place.deposit()
        eventually(lambda: place.all_told({first}), CAUGHT_UP, every=0.2)
        yield place
