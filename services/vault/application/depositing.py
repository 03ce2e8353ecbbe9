"""Putting documents into a record: one, a lot, a new version, one held back."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.vault.application.log import VaultLog
from services.vault.contract.deposits import (
    Deposit,
    DepositedOne,
    DepositLot,
    Discard,
    HeldFound,
    HeldIn,
    LotDeposited,
    Release,
    Replace,
)
from services.vault.contract.views import DocumentView
from services.vault.domain import life
from services.vault.domain.document import Document
from services.vault.domain.doubles import GONE
from services.vault.domain.lot import Lot, Place
from services.vault.domain.origin import is_theirs
from shared.kernel.actor import Actor
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command

Ans = TypeVar("Ans", bound=BaseModel)


class Deposits(VaultLog):
    @command
    def deposit(self, request: Deposit, by: Actor) -> Outcome[DepositedOne]:
        """One document, wherever it comes from; known already, it is not taken twice."""
        lot = self._lot(request, by)
        self.depositing.put(lot, [request.offer], request.place, by)
        return self._outcome(DepositedOne.of(lot.placed[0], lot.submission_set), lot)

    @command
    def deposit_lot(self, request: DepositLot, by: Actor) -> Outcome[LotDeposited]:
        """All of it, or none; what was held back before can come in with it."""
        lot = self._lot(request, by)
        for document_id in dict.fromkeys(request.release):
            self.depositing.release(lot, self._own_held(document_id, by), by)
        offers = [item.offer for item in request.documents]
        self.depositing.put(lot, offers, request.place, by, numbered=True)
        return self._outcome(LotDeposited.of(lot.placed, lot.submission_set), lot)

    @command
    def replace(self, request: Replace, by: Actor) -> Outcome[DepositedOne]:
        """A new version of a document of the same author or structure."""
        former, _ = self.decided(request.document_id, "manage", by)
        place = Place(record_id=former.record_id)
        lot = self._lot(request, by)
        self.depositing.put(lot, [request.offer], place, by)
        return self._outcome(DepositedOne.of(lot.placed[0], lot.submission_set), lot)

    @command
    def release(self, request: Release, by: Actor) -> Outcome[Done]:
        """Of one held back, by who holds it: it comes into the record now."""
        lot = self._lot(request, by)
        self.depositing.release(lot, self._own_held(request.document_id, by), by)
        return self._outcome(Done(), lot)

    @command
    def discard(self, request: Discard, by: Actor) -> Outcome[Done]:
        """Of one held back, by who holds it: it never comes in."""
        held = self._own_held(request.document_id, by)
        life.discard(held, by)
        return Outcome(answer=Done(), save=[held])

    def held(self, request: HeldIn, by: Actor) -> HeldFound:
        """Only their own: nobody else is told of what is not in the record."""
        self.gate.require(request.record_id, "feed", {"kind": "record"}, by)
        held = [
            entry
            for record_id in self.served_together(request.record_id)
            for entry in self.listed.held_in(record_id)
            if is_theirs(entry, self.known_in(record_id, by))
        ]
        held.sort(key=lambda entry: entry.submitted_at, reverse=True)
        sets = self.rules.metadata.sets
        return HeldFound(items=[DocumentView.of(entry, entry.shown_to(by), sets) for entry in held])

    def _own_held(self, document_id: UUID, by: Actor) -> Document:
        """Somebody else's is refused as what is not there."""
        held = self.document(document_id)
        if held is None or held.status in GONE:
            raise self.not_there(document_id, "feed", by)
        if not is_theirs(held, self.known_in(held.record_id, by)):
            raise self.not_there(document_id, "feed", by)
        return held

    def _lot(self, request: Command, by: Actor) -> Lot:
        return Lot(submission_set=self.new_id(request, by, "submission set"))

    def _outcome(self, answer: Ans, lot: Lot) -> Outcome[Ans]:
        return Outcome(
            answer=answer,
            save=lot.saved,
            relied_on=lot.relied_on,
            after=lambda: self.contents.remove(lot.objects),
        )
