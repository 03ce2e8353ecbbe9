"""Proving what lies in object storage, and removing what no event names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from random import SystemRandom
from uuid import UUID

from pydantic import BaseModel

from services.vault.application.log import VaultLog
from services.vault.contract.integrity import CheckIntegrity, IntegrityChecked
from services.vault.domain.document import Document
from services.vault.domain.integrity import IntegrityCheck, IntegrityRound, Verified
from services.vault.domain.ports import ContentDamaged, ContentMissing
from services.vault.domain.states import Status
from shared.kernel.actor import Actor, ActorKind
from shared.stores.event_log import Outcome, command

BEGUN = {Document.Created.TOPIC, Document.Held.TOPIC}
MOST = 2_000
"""Documents verified, and unclaimed objects named, by one call."""
GARBAGE_MAX = 100
"""Objects of which the log knows nothing, removed at one sweep. More are no failed saves: the log
may have been restored from an old copy, and what it forgot must not be lost too. They are named by
``check_integrity``."""
SELF = Actor(kind=ActorKind.SERVICE, id="vault")


class Went(BaseModel):
    """A sweep has nobody to answer."""


class Checking(VaultLog):
    @command
    def check_integrity(self, request: CheckIntegrity, by: Actor) -> Outcome[IntegrityChecked]:
        """Prove stored contents against their events, without opening any of them."""
        if request.sample is not None:
            known = [document_id for document_id, _ in self._begun(0)]
            ids: Sequence[UUID] = SystemRandom().sample(known, min(request.sample, len(known)))
            reached, complete, unclaimed = 0, False, []
        else:
            ids, reached, complete = self._some(request.after, MOST)
            unclaimed = list(islice(self._unclaimed(), MOST)) if request.after == 0 else []
        found = self._verified(ids)
        check = IntegrityCheck.done(found, unclaimed, reached, complete=complete, by=by)
        answer = IntegrityChecked(
            checked=found.checked,
            missing=found.missing,
            damaged=found.damaged,
            unclaimed=unclaimed,
            reached=reached,
            complete=complete,
        )
        return Outcome(answer=answer, save=[check])

    def sweep_contents(self, most: int) -> None:
        """Read the next stored contents again, so that each is, in time, over and over."""
        if most == 0:
            return
        going = self._round()
        ids, reached, complete = self._some(going.reached, most)
        if ids or going.reached:
            going.go_on(self._verified(ids), 0 if complete else reached, SELF)
            self.commit(Outcome(answer=Went(), save=[going]))

    def sweep_orphans(self) -> None:
        """Remove objects that no event names: what a save that failed had stored before. And
        those of documents that were discarded, which the log has not forgotten: all of them.

        One found for the first time may belong to a deposit under way: it goes at the next
        sweep, if it is still nobody's. What is removed is written down first.
        """
        orphans = set(self._unclaimed())
        garbage = orphans & self._orphans
        self._orphans = orphans - garbage
        discarded = sorted(key for key in garbage if self._is_discarded(key))
        unknown = garbage.difference(discarded)
        for start in range(0, len(discarded), GARBAGE_MAX):
            self._remove(discarded[start : start + GARBAGE_MAX])
        if 0 < len(unknown) <= GARBAGE_MAX:
            self._remove(unknown)

    def _remove(self, garbage: Collection[str]) -> None:
        going = self._round()
        going.remove(garbage, SELF)
        self.commit(Outcome(answer=Went(), save=[going]))
        self.contents.remove(garbage)

    def _is_discarded(self, key: str) -> bool:
        document_id = self.contents.document_of(key)
        document = self.document(document_id) if document_id else None
        return document is not None and document.status is Status.DISCARDED

    def _round(self) -> IntegrityRound:
        known = self.get(IntegrityRound.id_of(self.secret), IntegrityRound)
        return known or IntegrityRound.begin(self.secret, SELF)

    def _verified(self, ids: Iterable[UUID]) -> Verified:
        found = Verified(checked=0, missing=[], damaged=[])
        checked = 0
        for document in filter(None, map(self.document, ids)):
            if document.status is Status.DISCARDED:
                continue  # its content may be gone
            checked += 1
            try:
                self.contents.verify(document.content)
            except ContentMissing:
                found.missing.append(document.id)
            except ContentDamaged:
                found.damaged.append(document.id)
        return Verified(checked=checked, missing=found.missing, damaged=found.damaged)

    def _unclaimed(self) -> Iterator[str]:
        """Keys of objects that are no document's content."""
        return (key for key in self.contents.all() if not self._is_kept(key))

    def _is_kept(self, key: str) -> bool:
        document_id = self.contents.document_of(key)
        if document_id is None:
            return True  # not ours to judge
        document = self.document(document_id)
        if document is None or document.status is Status.DISCARDED:
            return False
        return document.content.object == key

    def _some(self, after: int, most: int) -> tuple[Sequence[UUID], int, bool]:
        """Documents begun after a position, the position reached, and whether that is all."""
        found = list(islice(self._begun(after), most + 1))
        shown = found[:most]
        reached = shown[-1][1] if shown else after
        return [document_id for document_id, _ in shown], reached, len(found) <= most

    def _begun(self, after: int) -> Iterator[tuple[UUID, int]]:
        """From the log itself: a read model may have been tampered with too."""
        return ((r.originator_id, r.position) for r in self.replay(after) if r.topic in BEGUN)
