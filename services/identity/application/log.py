"""The log of identity: what it is built with, and how it finds what use cases need."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.identity.contract.parts import RecordCommand
from services.identity.domain.errors import InsAlreadyHeld, RecordMerged, UnknownRecord
from services.identity.domain.ins_holder import InsHolder
from services.identity.domain.insi import Insi
from services.identity.domain.ports import AccessDecisions, ProofMaker, RecordKeys
from services.identity.domain.rate import Rate
from services.identity.domain.record import Record
from services.identity.domain.states import Status
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.kernel.ins import Ins
from shared.kernel.ins_rules import InsRules
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="identity")
"""Who acts when time does."""


@dataclass(frozen=True, kw_only=True)
class Delays:
    """``opposition``: from the sending of the notice to the opening (CSP R1111-28: six weeks)."""

    opposition: timedelta
    contesting: timedelta
    """From a suspension for fraud to the closing (CSP R1111-36: six weeks)."""
    activation_code: timedelta
    erasure: timedelta
    """From the request to the destruction (CSP R1111-36: within three months)."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``campaigns``: nobody is announced where no campaign is open."""

    activation_tries: int
    campaigns: bool


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What identity asks of others."""

    proofs: ProofMaker
    access: AccessDecisions
    insi: Insi
    keyring: RecordKeys


class IdentityLog(EventLog):
    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        delays: Delays,
        limits: Limits,
        ins_rules: InsRules,
        rate: Rate,
        outside: Outside,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.delays = delays
        self.limits = limits
        self.ins_rules = ins_rules
        self.rate = rate
        self.outside = outside

    def known(self, record_id: UUID) -> Record:
        """Raise ``UnknownRecord`` if there is none, or it is erased or about to be."""
        with suppress(KeyErased):
            record = self.get(record_id, Record)
            if record and record.status is not Status.ERASING:
                return record
        raise UnknownRecord

    def standing(self, record_id: UUID) -> Record:
        """One that can still be acted on; ``RecordMerged`` says where to go otherwise."""
        record = self.known(record_id)
        if record.merged_into:
            raise RecordMerged(f"the record was merged into {record.merged_into}")
        return record

    def holders_of(self, record: Record) -> list[InsHolder]:
        """The streams of the numbers that find this record; one it had, lost and has again is
        one.
        """
        ids = dict.fromkeys(self.holder_id(ins) for ins in record.numbers)
        found = [self.get(holder_id, InsHolder) for holder_id in ids]
        return [holder for holder in found if holder]

    def new_holder(self, ins: Ins, record_id: UUID, by: Actor) -> InsHolder:
        """Or one whose former record was erased."""
        holder = self.get(self.holder_id(ins), InsHolder)
        if holder is None:
            return InsHolder.take(self.holder_id(ins), record_id, by)
        if holder.holder is not None:
            raise InsAlreadyHeld(fields={"ins": f"is carried by record {holder.holder}"})
        holder.take_again(record_id, by)
        return holder

    def carrier(self, candidates: list[Ins]) -> Record | None:
        for ins in candidates:
            holder = self.get(self.holder_id(ins), InsHolder)
            with suppress(UnknownRecord):
                if holder and holder.holder:
                    return self.known(holder.holder)
        return None

    def holder_id(self, ins: Ins) -> UUID:
        # Without the key, which adds nothing and which test samples have false.
        return derived_id(self.secret, "ins", ins.oid, ins.value[:13])

    def require_acting(self, record_id: UUID, by: Actor) -> None:
        """Of whoever changes a record. All of it is there for representatives to see, so that a
        secret session changes none of it.
        """
        require_unseen(by, record_id)
        self.require_representing(record_id, by)

    def require_representing(self, record_id: UUID, by: Actor) -> None:
        """A token says whom a representative acts for; whether they still do is access's to say.
        Raise ``UnknownRecord`` when they do not, or never did.
        """
        asks = by.principal.kind is ActorKind.REPRESENTATIVE
        if asks and not self.outside.access.represents(record_id, by):
            raise UnknownRecord

    def applied(self, request: RecordCommand, done: Done) -> Done:
        self.outside.access.have_applied(request.record_id, done.position)
        return done

    def count_asking(self, by: Actor) -> None:
        """Whoever asks directly is held to a rate; what a service carries was counted where it
        came in.
        """
        if not by.is_service:
            self.rate.count(f"{by.kind}:{by.id}", self.clock.now())


def saved(record: Record) -> Outcome[Done]:
    return Outcome(answer=Done(), save=[record])
