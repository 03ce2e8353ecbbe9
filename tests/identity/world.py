"""Identity with its read model and its timers, in a time that passes when told."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.identity.application import Identity
from services.identity.bootstrap import sweeps
from services.identity.projections.candidates import Candidates, PeopleByBirth
from services.identity.projections.due_dates import DueDates
from services.identity.projections.merges import Merges, MergesByState
from shared.eventing.view import View
from shared.kernel.clock import FixedClock
from shared.stores.documents import Documents
from shared.stores.sqlite_documents import SqliteDocuments, sqlite_store
from tests.support.projecting import catch_up


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
