"""Identity with its read model and its timers, in a time that passes when told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.identity.adapters.proof import SignedPdf
from services.identity.adapters.registry import RegistryFile
from services.identity.application import Delays, Identity, Limits, Outside
from services.identity.bootstrap import TEST_PEOPLE, sweeps
from services.identity.domain.rate import Rate
from services.identity.projections.candidates import Candidates, PeopleByBirth
from services.identity.projections.due_dates import DueDates
from services.identity.projections.merges import Merges, MergesByState
from shared.crypto.local_keys import LocalKeys
from shared.crypto.tombstones import Tombstone
from shared.eventing.view import View
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.errors import StaleRead
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.stores.documents import Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.identity.people import NOW
from tests.support.projecting import catch_up
from tests.support.signing import SIGNING_KEY

INS_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())


@dataclass
class AccessSeen:
    """Stands for access: keeps what was waited for. ``reached``: how far it has applied this log;
    all of it without. ``strangers``: ids of representatives who represent nobody, or no more."""

    reached: int | None = None
    strangers: set[str] = field(default_factory=set)
    waited: list[tuple[UUID, int]] = field(default_factory=list)

    def represents(self, _record_id: UUID, by: Actor) -> bool:
        return by.principal.id not in self.strangers

    def have_applied(self, record_id: UUID, position: int) -> None:
        self.waited.append((record_id, position))
        if self.reached is not None and position > self.reached:
            raise StaleRead


@dataclass
class KeysGone:
    """Stands for keyring, which a unit test has not: the keys that seal this log go."""

    keys: LocalKeys

    def make(self, record_ids: Sequence[UUID]) -> None:
        """Local keys need not be made."""

    def destroy(self, record_id: UUID, certificate_of: UUID) -> dict[str, Any]:
        self.keys.erase(record_id)
        tombstone = Tombstone(
            record_id=record_id,
            versions=1,
            destroyed_at=NOW,
            certificate_of=certificate_of,
            last_backup_expires=NOW + timedelta(days=35),
        )
        return tombstone.signed(SIGNING_KEY).model_dump(mode="json")


def open_identity(settings: EventStoreSettings, clock: FixedClock, access: AccessSeen) -> Identity:
    keys = LocalKeys(b"k" * 32, "identity")
    return Identity(
        settings,
        keys,
        clock,
        delays=Delays(
            opposition=timedelta(days=42),
            contesting=timedelta(days=42),
            activation_code=timedelta(days=30),
            erasure=timedelta(days=60),
        ),
        limits=Limits(activation_tries=5, campaigns=False),
        ins_rules=INS_RULES,
        rate=Rate(3),
        outside=Outside(
            proofs=SignedPdf(SIGNING_KEY),
            access=access,
            insi=RegistryFile(TEST_PEOPLE, INS_RULES),
            keyring=KeysGone(keys),
        ),
    )


@dataclass
class World:
    identity: Identity
    clock: FixedClock
    due: Documents
    candidates: Documents
    merges: Documents

    def read(self) -> None:
        """Bring the read models to where the log is."""
        identity = self.identity
        catch_up(
            identity,
            View(DueDates(), self.due),
            View(Candidates(identity.keys, lambda: identity.secret), self.candidates),
            View(Merges(), self.merges),
        )

    def pass_time(self, by: timedelta = timedelta()) -> None:
        """Then everything that is due is done, and what follows from it."""
        self.clock.move(by)
        for _ in range(2):
            self.read()
            for sweep in sweeps(self.identity, self.due).values():
                sweep()
        self.read()

    def topics(self, after: int = 0) -> list[str]:
        rows = self.identity.read(after, 500)
        return [row.topic.removeprefix("identity.") for row in rows]


def new_world(identity: Identity, clock: FixedClock, folder: Path) -> World:
    store = sqlite_store(folder / "views.db")
    due, candidates, merges = (
        SqliteDocuments(store, view.NAME, view.VERSION, view.INDEXES)
        for view in (DueDates, Candidates, Merges)
    )
    identity.people = PeopleByBirth(candidates, identity.keys, lambda: identity.secret)
    identity.merges_known = MergesByState(merges)
    return World(identity, clock, due, candidates, merges)
