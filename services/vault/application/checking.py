"""Proving what lies in object storage, and removing what no event names."""

from collections.abc import Iterator
from random import SystemRandom
from uuid import UUID

from services.vault.application.log import VaultLog
from services.vault.contract.integrity import CheckIntegrity, IntegrityChecked
from services.vault.domain.document import Document
from services.vault.domain.integrity import IntegrityCheck
from services.vault.domain.ports import ContentDamaged, ContentMissing
from services.vault.domain.states import Status
from shared.kernel.actor import Actor
from shared.stores.event_log import Outcome, command

BEGUN = {Document.Created.TOPIC, Document.Held.TOPIC}
PAGE = 500
"""Rows of the log read at once."""


class Checking(VaultLog):
    @command
    def check_integrity(self, request: CheckIntegrity, by: Actor) -> Outcome[IntegrityChecked]:
        """Prove stored contents against their events, without opening any of them."""
        ids = list(self._all_documents())
        if request.sample is not None:
            ids = SystemRandom().sample(ids, min(request.sample, len(ids)))
        checked, missing, damaged = 0, [], []
        for document in filter(None, map(self.document, ids)):
            if document.status is Status.DISCARDED:
                continue  # its content may be gone
            checked += 1
            try:
                self.contents.verify(document.content)
            except ContentMissing:
                missing.append(document.id)
            except ContentDamaged:
                damaged.append(document.id)
        check = IntegrityCheck.done(checked=checked, missing=missing, damaged=damaged, by=by)
        return Outcome(
            answer=IntegrityChecked(checked=checked, missing=missing, damaged=damaged),
            save=[check],
        )

    def sweep_orphans(self) -> None:
        """Remove objects that no event names: what a save that failed had stored before.

        One found for the first time may belong to a deposit under way: it goes at the next
        sweep, if it is still nobody's.
        """
        orphans = {key for key in self.contents.all() if not self._is_kept(key)}
        self.contents.remove(orphans & self._orphans)
        self._orphans = orphans - self._orphans

    def _is_kept(self, key: str) -> bool:
        document_id = self.contents.document_of(key)
        if document_id is None:
            return True  # not ours to judge
        document = self.document(document_id)
        if document is None or document.status is Status.DISCARDED:
            return False
        return document.content.object == key

    def _all_documents(self) -> Iterator[UUID]:
        """From the log itself: a read model may have been tampered with too."""
        position = 0
        while rows := self.read(position, PAGE):
            position = rows[-1].position
            yield from (r.originator_id for r in rows if r.topic in BEGUN)
