"""Use cases of the vault: one public method each, named like its RPC."""

from collections.abc import Iterator, Sequence
from random import SystemRandom
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.vault.contract.deposits import (
    CheckIntegrity,
    Deposit,
    DepositedOne,
    DepositLot,
    IntegrityChecked,
    LotDeposited,
    Mask,
    Replace,
    Unmask,
    Visibility,
)
from services.vault.contract.reading import (
    Changes,
    ChangesSince,
    Describe,
    Found,
    Open,
    Opened,
    Search,
    Versions,
    VersionsFound,
)
from services.vault.contract.views import DocumentView
from services.vault.domain.attributes import UNKNOWN_DOCUMENT
from services.vault.domain.depositing import Depositing, DepositRules, Lot, Place
from services.vault.domain.document import Document
from services.vault.domain.integrity import IntegrityCheck
from services.vault.domain.listing import Entry, Wanted, chain, paged
from services.vault.domain.opening import Opening
from services.vault.domain.people import People
from services.vault.domain.ports import ContentDamaged, ContentMissing, Contents, Listed
from services.vault.domain.reading import unwrapped, warnings
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock, instant
from shared.kernel.errors import Forbidden, Unavailable
from shared.kernel.gate import NORMALLY, Access, Decision, Gate, How
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog, Outcome, command, unreplayed
from shared.stores.settings import EventStoreSettings

Ans = TypeVar("Ans", bound=BaseModel)

PAGE = 500
"""Rows of the log read at once."""


class Vault(EventLog):
    name = "vault"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        access: Access,
        people: People,
        contents: Contents,
        listed: Listed,
        rules: DepositRules,
    ) -> None:
        super().__init__(settings, keys, clock)
        self._gate = Gate(access, lambda record_id: served_under(self, record_id))
        self._contents = contents
        self._listed = listed
        self._rules = rules
        self._orphans: set[str] = set()
        self._depositing = Depositing(
            people=people,
            gate=self._gate,
            contents=contents,
            rules=rules,
            find=self._document,
            secret=lambda: self.secret,
        )

    @command
    def deposit(self, request: Deposit, by: Actor) -> Outcome[DepositedOne]:
        """One document, wherever it comes from; known already, it is not taken twice."""
        lot = self._depositing.put([request.offer], request.place, by)
        return self._outcome(DepositedOne.of(lot.placed[0]), lot)

    @command
    def deposit_lot(self, request: DepositLot, by: Actor) -> Outcome[LotDeposited]:
        offers = [item.offer for item in request.documents]
        lot = self._depositing.put(offers, request.place, by, numbered=True)
        return self._outcome(LotDeposited.of(lot.placed), lot)

    @command
    def replace(self, request: Replace, by: Actor) -> Outcome[DepositedOne]:
        """A new version of a document of the same author or structure."""
        former, _ = self._decided(request.document_id, "manage", by)
        place = Place(record_id=former.record_id)
        lot = self._depositing.put([request.offer], place, by)
        return self._outcome(DepositedOne.of(lot.placed[0]), lot)

    @command
    def mask(self, request: Mask, by: Actor) -> Outcome[Visibility]:
        document, decision = self._decided(request.document_id, "manage", by)
        document.mask(decision.decision_id, by, allow_cumulation=self._rules.allow_cumulation)
        return self._changed(document)

    @command
    def unmask(self, request: Unmask, by: Actor) -> Outcome[Visibility]:
        document, decision = self._decided(request.document_id, "manage", by)
        document.unmask(decision.decision_id, by)
        return self._changed(document)

    def search(self, request: Search, by: Actor) -> Found:
        """Counts and facets speak only of what this reader may see."""
        sets = self._rules.metadata.sets
        wanted = Wanted(
            text=request.text,
            type=request.type,
            class_code=request.class_,
            heading_types=sets.types_under(request.heading) if request.heading else None,
            author=request.author,
            since=request.since,
            until=request.until,
            source=request.source,
            include_replaced=request.include_replaced,
        )
        fitting = [e for e in self._visible(request, by) if wanted.fits(e)]
        page = paged(fitting, request.limit, request.cursor)
        return Found.of(page, sets)

    def changes_since(self, request: ChangesSince, by: Actor) -> Changes:
        """By the instant of deposit: the date of an act says nothing of when it came in."""
        since = instant(request.instant)
        fresh = [e for e in self._visible(request, by) if e.submitted_at >= since]
        page = paged(fresh, request.limit, request.cursor)
        return Changes.of(page, self._rules.metadata.sets)

    def describe(self, request: Describe, by: Actor) -> DocumentView:
        document, _ = self._read(request, by)
        return self._view(document)

    def versions(self, request: Versions, by: Actor) -> VersionsFound:
        """Every version of one document, whichever of them the logical id is of."""
        member = self._listed.by_logical_id(request.logical_id) or request.logical_id
        document, _ = self._decided(member, "read", by, request.how)
        found = chain(self._listed.of_record(document.record_id), document.id)
        seen = self._seen(found, document.record_id, by, request.how)
        sets = self._rules.metadata.sets
        return VersionsFound(items=[DocumentView.of(entry, sets) for entry in seen])

    @unreplayed
    def open(self, request: Open, by: Actor) -> Outcome[Opened]:
        """Nothing is served unless the decision and this opening are saved: the opening is
        guarded by the version of the document that was decided on and read."""
        document, decision = self._read(request, by)
        data = self._intact(document)
        shown, media_type = (
            unwrapped(document, data) if request.unwrap else (data, document.content.media_type)
        )
        opening = Opening.of(
            document,
            served_under(self, document.record_id),
            decision_id=decision.decision_id,
            mode=request.mode,
            by=by,
        )
        return Outcome(
            answer=Opened(
                document=self._view(document),
                content=Opened.encoded(shown),
                media_type=media_type,
                warnings=list(warnings(document)),
                decision_id=decision.decision_id,
            ),
            save=[opening],
            relied_on={document.id: document.version},
        )

    @command
    def check_integrity(self, request: CheckIntegrity, by: Actor) -> Outcome[IntegrityChecked]:
        """Prove stored contents against their events, without opening any of them."""
        ids = list(self._all_documents())
        if request.sample is not None:
            ids = SystemRandom().sample(ids, min(request.sample, len(ids)))
        checked, missing, damaged = 0, [], []
        for document in filter(None, map(self._document, ids)):
            checked += 1
            try:
                self._contents.verify(document.content)
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
        orphans = {key for key in self._contents.all() if not self._is_kept(key)}
        self._contents.remove(orphans & self._orphans)
        self._orphans = orphans - self._orphans

    def _is_kept(self, key: str) -> bool:
        document_id = self._contents.document_of(key)
        if document_id is None:
            return True  # not ours to judge
        document = self._document(document_id)
        return document is not None and document.content.object == key

    def _all_documents(self) -> Iterator[UUID]:
        """From the log itself: a read model may have been tampered with too."""
        position = 0
        while rows := self.read(position, PAGE):
            position = rows[-1].position
            yield from (r.originator_id for r in rows if r.topic == Document.Created.TOPIC)

    def _document(self, document_id: UUID) -> Document | None:
        """``None`` also for a document of an erased record: there is nothing left of it."""
        try:
            return self.get(document_id, Document)
        except KeyErased:
            return None

    def _read(self, request: Describe | Open, by: Actor) -> tuple[Document, Decision]:
        return self._decided(request.document_id, "read", by, request.how)

    def _decided(
        self, document_id: UUID, action: str, by: Actor, how: How = NORMALLY
    ) -> tuple[Document, Decision]:
        """The document, once permitted. One that does not exist is asked about like any other,
        in a record that nobody has: the refusal, its decision and its time are the same."""
        document = self._document(document_id)
        if document is None:
            nowhere = derived_id(self.secret, "nowhere", str(document_id))
            self._gate.require(nowhere, action, UNKNOWN_DOCUMENT, by, how)
            raise Forbidden
        resource = {**document.attributes(by), "document_id": str(document_id)}
        return document, self._gate.require(document.record_id, action, resource, by, how)

    def _visible(self, request: Search | ChangesSince, by: Actor) -> list[Entry]:
        self._gate.require(request.record_id, "read", {"kind": "record"}, by, request.how)
        records = served_together(self, request.record_id)
        entries = [entry for record_id in records for entry in self._listed.of_record(record_id)]
        return self._seen(entries, records[0], by, request.how)

    def _seen(
        self, entries: Sequence[Entry], record_id: UUID, by: Actor, how: How = NORMALLY
    ) -> list[Entry]:
        permits = self._gate.may_read(record_id, [e.attributes(by) for e in entries], by, how)
        return [entry for entry, permit in zip(entries, permits, strict=True) if permit]

    def _intact(self, document: Document) -> bytes:
        """Raises :class:`Unavailable`: a content that cannot be proven is not served."""
        try:
            return self._contents.fetch(document.id, document.content)
        except (ContentMissing, ContentDamaged) as fault:
            raise Unavailable(
                "The content of this document cannot be proven intact; it is not served."
            ) from fault

    def _view(self, document: Document) -> DocumentView:
        return DocumentView.of(Entry.of(document), self._rules.metadata.sets)

    def _changed(self, document: Document) -> Outcome[Visibility]:
        return Outcome(
            answer=Visibility(confidentiality=list(document.confidentiality)), save=[document]
        )

    def _outcome(self, answer: Ans, lot: Lot) -> Outcome[Ans]:
        return Outcome(
            answer=answer,
            save=list(lot.changed.values()),
            after=lambda: self._contents.remove(lot.objects),
        )
