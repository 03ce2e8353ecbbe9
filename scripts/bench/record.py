"""How fast a large record answers: one of 10,000 documents, over thirty years.

The vault's own read model and rules on SQLite, in this process; nobody decides, so the figures
are of the vault alone.
"""

import gc
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, cast
from uuid import UUID, uuid4

from scripts.bench.own_list import documents_in
from services.vault.adapters.value_sets import read_value_sets
from services.vault.application import Vault
from services.vault.contract.reading import ChangesSince, Search
from services.vault.domain.completion import Rules
from services.vault.domain.depositing import DepositRules
from services.vault.domain.document import Content, Document
from services.vault.domain.metadata import Author, Metadata
from services.vault.domain.people import People
from services.vault.domain.ports import Contents, DueDates, Identities
from services.vault.domain.taking import Limits
from services.vault.projections.documents import DocumentList
from services.vault.projections.listed import ListedDocuments
from services.vault.projections.results import ListedResults, ResultList
from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.garbage import leave_what_stays
from shared.kernel.gate import NORMALLY, Decision, How
from shared.kernel.ins_rules import InsRules
from shared.stores.documents import At, Documents
from shared.stores.settings import EventStoreSettings

DOCUMENTS = 10_000
YEARS = 30
TIMES = 5
SEARCHES = 60
TODAY = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10")
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)


class Permits:
    """As ``access`` would for a treating doctor, without deciding: its call, and the decision about
    each of the 120 kinds of document that a search asks about, are not in these figures.
    """

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        return Decision(record_id=record_id, permit=True, decision_id=uuid4())

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        return [True] * len(tuples)


def large_record() -> dict[str, float]:
    """Milliseconds by what is asked: the 95th percentile of searches, else the median of five."""
    with (
        tempfile.TemporaryDirectory() as folder,
        large_vault(Path(folder), DOCUMENTS) as vault,
        as_in_a_service(),
    ):
        everything = Search(record_id=RECORD, text="controle genou")
        fresh = ChangesSince(record_id=RECORD, instant=TODAY - timedelta(days=30))
        return {
            "search_10k_record_p95": _slowest(lambda: search_first(vault)),
            "record_10000_text_search_ms": _took(lambda: vault.search(everything, PATIENT)),
            "record_10000_changes_ms": _took(lambda: vault.changes_since(fresh, DOCTOR)),
        }


def search_first(vault: Vault) -> object:
    """The newest documents of the record, as a treating doctor sees them."""
    return vault.search(Search(record_id=RECORD), DOCTOR)


def _took(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        ask()
        times.append((perf_counter() - began) * 1000)
    return median(times)


def _slowest(ask: Callable[[], object]) -> float:
    """The 95th percentile; the first ones warm up."""
    times = []
    for _ in range(TIMES + SEARCHES):
        began = perf_counter()
        ask()
        times.append((perf_counter() - began) * 1000)
    return quantiles(times[TIMES:], n=20)[-1]


def documents_of(count: int) -> Iterator[Document]:
    """As they were deposited in one record, over years."""
    return (_document(number, count) for number in range(count))


@contextmanager
def as_in_a_service() -> Iterator[None]:
    """Garbage is collected as in a process of services."""
    before = gc.get_threshold()
    leave_what_stays()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def large_vault(home: Path, documents: int) -> Iterator[Vault]:
    keys = LocalKeys(bytes(32), "vault")
    views = [documents_in(home, view) for view in (DocumentList, ResultList)]
    _fill(views[0], DocumentList(keys), documents)
    limits = Limits(max_bytes=5_000_000, refuse_active=True)
    nobody = cast("Identities", None)
    vault = Vault(
        EventStoreSettings(data_dir=home),
        keys,
        FixedClock(TODAY),
        access=Permits(),
        people=People(nobody, InsRules(accepted=frozenset(), strict_keys=frozenset())),
        contents=cast("Contents", None),
        listed=ListedDocuments(views[0], keys),
        results=ListedResults(views[1], keys),
        profiles=cast("Any", None),
        mandatory=(),
        due=cast("DueDates", None),
        rules=DepositRules(
            limits=limits, metadata=Rules(sets=read_value_sets()), allow_cumulation=False
        ),
    )
    try:
        yield vault
    finally:
        vault.close()


def _fill(documents: Documents, view: DocumentList, count: int) -> None:
    batch = []
    for number, document in enumerate(documents_of(count)):
        (event,) = document.collect_events()
        place = At(source="vault", epoch="bench", previous=number, position=number + 1)
        batch.append((view.writes(event), place))
    documents.apply_all(batch)


def _document(number: int, count: int) -> Document:
    """Three in ten of the last two years, as records grow: the act two days before it came in."""
    ago = timedelta(days=int(365.25 * YEARS * (number / count) ** 2))
    day: date = (TODAY - ago - timedelta(days=2)).date()
    metadata = Metadata(
        unique_id=f"1.2.250.1.999.1^{number}",
        type="11502-2" if number % 3 else "34112-3",
        class_code="10",
        format="urn:ihe:iti:xds-sd:pdf:2008",
        title=f"Contrôle {number % 50} du genou" if number % 7 == 0 else f"Compte rendu {number}",
        creation=f"{day}T10:00:00.000Z",
        service_start=f"{day}T08:30:00.000Z",
        authors=(
            Author(
                national_id=f"8{number % 40:011d}",
                family="ESSAI",
                given="Hélène",
                specialty="G15_10/SM26",
                institution=f"1{number % 12:09d}",
                institution_name="Hôpital des essais",
            ),
        ),
        practice_setting="ETABLISSEMENT",
        facility_type="SA01",
    )
    content = Content(
        object=f"record/{number}/0",
        sealed_sha256="0" * 64,
        sealed_size=200_000,
        sha256="0" * 64,
        size=199_000,
        media_type="application/pdf",
    )
    return Document._create(
        Document.Created,
        id=uuid4(),
        timestamp=TODAY - ago,
        record_id=RECORD,
        by=Actor(kind=ActorKind.FACILITY, id="1750712184").to_event(),
        logical_id=uuid4(),
        metadata=metadata.to_event(),
        content=content.to_event(),
        confidentiality=["N"],
        cover=[],
        replaces=None,
        decision_id=uuid4(),
        submission_set=uuid4(),
        hidden_since=None,
    )
