"""A Carnet that something is done to, and what one person of it then sees."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.demo.cast import Cast
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP, listed
from tests.trust.conftest import open_records
from tests.trust.faulty import Faulty, running_embedded
from tests.trust.load import AGAIN
from tests.trust.works import METADATA, new_content

PAGE = 100


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

    def all_told(self, documents: set[str]) -> bool:
        """The person's list, journal and notices have each of them, once."""
        expected = Counter(documents)
        for told in (self.documents, self.journal, self.notices):
            try:
                assert told() == expected
            except AGAIN as error:
                raise AssertionError(f"not answered: {error}") from None
        return True


@contextmanager
def drilled(home: Path) -> Iterator[Drilled]:
    with running_embedded(home) as carnet, RpcClient(carnet.deployment.broker.uri()) as rpc:
        cast = Cast(rpc, carnet.deployment.place.issuer)
        place = Drilled(carnet, cast, next(iter(open_records(cast, home).values())))
        first = place.deposit()
        eventually(lambda: place.all_told({first}), CAUGHT_UP, every=0.2)
        yield place
