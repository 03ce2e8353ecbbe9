"""Putting documents into a record: one, a lot, a new version."""

from typing import TypeVar

from pydantic import BaseModel

from services.vault.application.log import VaultLog
from services.vault.contract.deposits import (
    Deposit,
    DepositedOne,
    DepositLot,
    LotDeposited,
    Replace,
)
from services.vault.domain.depositing import Lot, Place
from shared.kernel.actor import Actor
from shared.stores.event_log import Outcome, command

Ans = TypeVar("Ans", bound=BaseModel)


class Deposits(VaultLog):
    @command
    def deposit(self, request: Deposit, by: Actor) -> Outcome[DepositedOne]:
        """One document, wherever it comes from; known already, it is not taken twice."""
        lot = self.depositing.put([request.offer], request.place, by)
        return self._outcome(DepositedOne.of(lot.placed[0]), lot)

    @command
    def deposit_lot(self, request: DepositLot, by: Actor) -> Outcome[LotDeposited]:
        offers = [item.offer for item in request.documents]
        lot = self.depositing.put(offers, request.place, by, numbered=True)
        return self._outcome(LotDeposited.of(lot.placed), lot)

    @command
    def replace(self, request: Replace, by: Actor) -> Outcome[DepositedOne]:
        """A new version of a document of the same author or structure."""
        former, _ = self.decided(request.document_id, "manage", by)
        place = Place(record_id=former.record_id)
        lot = self.depositing.put([request.offer], place, by)
        return self._outcome(DepositedOne.of(lot.placed[0]), lot)

    def _outcome(self, answer: Ans, lot: Lot) -> Outcome[Ans]:
        return Outcome(
            answer=answer,
            save=list(lot.changed.values()),
            after=lambda: self.contents.remove(lot.objects),
        )
