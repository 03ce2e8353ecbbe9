"""The log of prescription, and what its use cases share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.prescription.application.guessing import Guessing
from services.prescription.application.pending import Pending
from services.prescription.application.receipts import WaitingReceipts
from services.prescription.domain import refusals
from services.prescription.domain.attempt import Attempt
from services.prescription.domain.number import Mistyped, parse
from services.prescription.domain.ports import (
    Codes,
    Documents,
    Facilities,
    List,
    Paper,
    People,
    Receipts,
    Vault,
)
from services.prescription.domain.prescription import Prescription, State
from services.prescription.domain.terms import Kind
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_under
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import (
    DeadlineExceeded,
    Forbidden,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from shared.kernel.french import day_in_france, latest_day_in_france
from shared.kernel.gate import Access, Decision, Gate
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome, unreplayed
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="prescription")
NOTHING = {"kind": "prescription"}
"""Asked about where there is no prescription."""
UNSETTLED = (Unavailable, DeadlineExceeded, TooMany, Unauthenticated)
"""After these the vault may have the document, or may take it later: nothing is given up."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``near``: shown in two departments within it is noted. ``wrong_numbers`` of one caller
    within ``wrong_window``. ``abandon_after``: an issue nobody came back to; longer than any
    caller's token lives, so that nothing can still reach the vault in their name."""

    near: timedelta = timedelta(minutes=30)
    wrong_numbers: int = 10
    wrong_window: timedelta = timedelta(hours=1)
    abandon_after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What prescription asks of the outside."""

    access: Access
    vault: Vault
    people: People
    facilities: Facilities
    paper: Paper
    receipts: Receipts
    codes: Codes
    documents: Documents
    listed: List
    kinds: Mapping[str, Kind]
    pharmacies: frozenset[str]
    """Sectors (JDV_J02) of the facilities that a prescription is sent to."""


class Wrong(BaseModel):
    """``reason``: code of the refusal."""

    reason: str


class PrescriptionLog(EventLog):
    name = "prescription"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        around: Around,
        limits: Limits,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.around = around
        self.limits = limits
        self.gate = Gate(around.access, lambda record_id: served_under(self, record_id), NOTHING)

    @property
    def pending(self) -> Pending:
        return Pending(self.guarded, self.keys, lambda: self.secret)

    @property
    def guessing(self) -> Guessing:
        most, window = self.limits.wrong_numbers, self.limits.wrong_window
        return Guessing(self.guarded, lambda: self.secret, most=most, window=window)

    @property
    def receipts(self) -> WaitingReceipts:
        return WaitingReceipts(self.guarded, self.keys, lambda: self.secret)

    def own_tables(self) -> Sequence[str]:
        tables = (Pending, WaitingReceipts, Guessing)
        return [statement for table in tables for statement in table.create_statements()]

    def forget_record(self, record_id: UUID) -> Outcome[Done]:
        """What lies beside the log of an erased record goes; asked by a policy, which saves it."""
        gone = [self.pending.forget(record_id), self.receipts.forget(record_id)]
        return Outcome(answer=Done(), also=gone)

    def today(self) -> date:
        """The civil day of metropolitan France, in which validities are counted."""
        return day_in_france(self.clock.now())

    def latest_day(self) -> date:
        """What no day that somebody in France writes by now lies after."""
        return latest_day_in_france(self.clock.now())

    def id_of(self, number: str) -> UUID:
        """A number finds its prescription without an index that could be read or lag."""
        return derived_id(self.secret, "number", number)

    def prescription(self, prescription_id: UUID) -> Prescription | None:
        """``None`` also for one of an erased record: there is nothing left of it."""
        try:
            return self.get(prescription_id, Prescription)
        except KeyErased:
            return None

    def shown(self, text: str, by: Actor) -> Prescription:
        """The prescription of a number that a pharmacy was shown. Wrong ones are kept and
        counted; raises ``NumberMistyped``, ``NumberUnknown`` or ``TooMany``."""
        now = self.clock.now()
        self.guessing.require_calm(by, now)
        try:
            found = self.prescription(self.id_of(parse(text)))
        except Mistyped:
            raise self._wrong(refusals.NumberMistyped(), by) from None
        if found is None or found.state in {State.PREPARED, State.ABANDONED}:
            raise self._wrong(refusals.NumberUnknown(), by)
        return found

    def known(self, text: str, action: str, by: Actor) -> Prescription:
        """The prescription of a number, for whoever is not a pharmacy. A wrong one is answered
        like one of somebody else's: asked about in a record that nobody has."""
        try:
            return self.shown(text, by)
        except refusals.NumberRefused:
            nowhere = derived_id(self.secret, "nowhere", text)
            self.gate.require(nowhere, action, NOTHING, by)
            raise Forbidden from None

    def permitted(self, text: str, action: str, by: Actor) -> tuple[Prescription, Decision]:
        """The same, once ``access`` lets them. One of somebody else's counts as a wrong one too,
        or the moment of ``too_many`` would tell them apart."""
        prescription = self.known(text, action, by)
        try:
            decision = self.gate.require(
                prescription.record_id, action, prescription.attributes(), by
            )
        except Forbidden:
            self._wrong(refusals.NumberUnknown(), by)
            raise
        return prescription, decision

    def _wrong(self, refusal: refusals.NumberRefused, by: Actor) -> refusals.NumberRefused:
        self.keep_attempt(Wrong(reason=refusal.code), by)
        return refusal

    @unreplayed
    def keep_attempt(self, request: Wrong, by: Actor) -> Outcome[Done]:
        """Counted in the same save, so that every replica knows."""
        return Outcome(
            answer=Done(),
            save=[Attempt.refused(uuid4(), request.reason, by)],
            also=[self.guessing.was_wrong(by, self.clock.now())],
        )
