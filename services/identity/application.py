"""Use cases of identity: one public method each, named like its RPC."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError

from services.identity import contract
from services.identity.contract import (
    Activate,
    ActivationCodeGiven,
    Announced,
    AnnounceRecord,
    AnnounceRecords,
    BatchAnnounced,
    Close,
    CodeIssued,
    Existence,
    GetIdentity,
    LiftSuspension,
    NewActivationCode,
    Oppose,
    Opposed,
    OppositionProof,
    RecordCommand,
    Reopen,
    Resolve,
    RowOutcome,
    Suspend,
    UpdateContact,
    WithdrawOpposition,
)
from services.identity.domain.activation_code import ActivationCode, code_hash, derived_code
from services.identity.domain.announcement import Announcement
from services.identity.domain.errors import InsAlreadyHeld, UnknownRecord
from services.identity.domain.existence_check import ExistenceCheck
from services.identity.domain.ins_holder import InsHolder
from services.identity.domain.opposition_statement import opposition_statement
from services.identity.domain.rate import Rate
from services.identity.domain.record import Record
from shared.crypto.keys import Keys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from shared.kernel.ids import derived_id
from shared.kernel.ins import Ins
from shared.kernel.ins_rules import InsRules
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome, command, unreplayed
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="identity")


@dataclass(frozen=True, kw_only=True)
class Delays:
    """``opposition``: from the sending of the notice to the opening (CSP R1111-28: six weeks)."""

    opposition: timedelta
    activation_code: timedelta


class ProofMaker(Protocol):
    def prove(self, statement: str) -> OppositionProof:
        """Sign the statement and lay it out for the person to keep."""
        ...


class AccessDecisions(Protocol):
    def have_applied(self, record_id: UUID, position: int) -> None:
        """Return once access decides with our log up to ``position``.

        Raise ``Unavailable`` or ``DeadlineExceeded`` when it does not in time: what was saved
        stands, and the same request may be repeated.
        """
        ...


class Identity(EventLog):
    name = "identity"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        delays: Delays,
        ins_rules: InsRules,
        resolve_rate: Rate,
        proofs: ProofMaker,
        access: AccessDecisions,
    ) -> None:
        super().__init__(settings, keys, clock)
        self._delays = delays
        self._ins_rules = ins_rules
        self._resolve_rate = resolve_rate
        self._proofs = proofs
        self._access = access

    @command
    def announce_record(self, request: AnnounceRecord, by: Actor) -> Outcome[Announced]:
        """Start the delay for opposing; at most one record carries an INS, whoever races."""
        announcement = self._announcement(request, by)
        announcement.check(self.clock.now())
        self._refuse_unknown_representatives(announcement)
        record = Record.announce(announcement, by)
        holders = [self._new_holder(announcement.ins, record.id, by)] if announcement.ins else []
        return Outcome(
            answer=Announced(record_id=record.id, opens_at=record.opens_at),
            save=[record, *holders],
        )

    def announce_records(self, request: AnnounceRecords, by: Actor) -> BatchAnnounced:
        """Row by row, each once: a batch that broke off is repeated with its ``request_id``."""
        rows, position = [], 0
        for number, row in enumerate(request.rows):
            try:
                announced = self.announce_record(self._row_request(request, number, row), by)
            except (InvalidRequest, Conflict) as refusal:
                rows.append(RowOutcome.refused(number, refusal))
                continue
            position = max(position, announced.position)
            rows.append(
                RowOutcome(row=number, record_id=announced.record_id, opens_at=announced.opens_at)
            )
        return BatchAnnounced(rows=rows, position=position)

    def oppose(self, request: Oppose, by: Actor) -> Opposed:
        """Answer a signed proof; made from the log, so a repeated request gets the same."""
        done = self._oppose(request, by)
        statement = opposition_statement(self._known(request.record_id))
        return Opposed(position=done.position, proof=self._proofs.prove(statement))

    @command
    def _oppose(self, request: Oppose, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.oppose(request.channel, by)
        return Outcome(answer=Done(), save=[record])

    @command
    def withdraw_opposition(self, request: WithdrawOpposition, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.withdraw_opposition(by)
        return Outcome(answer=Done(), save=[record])

    @command
    def open_record(self, request: RecordCommand, by: Actor) -> Outcome[Done]:
        """Once the delay has passed; no RPC, our own timer asks."""
        record = self._known(request.record_id)
        record.open(self.clock.now(), by)
        return Outcome(answer=Done(), save=[record])

    def open_due_records(self, due: Sequence[UUID]) -> None:
        """Open each once. One opposed meanwhile, or erased, is no longer due: left alone."""
        for record_id in due:
            request_id = derived_id(self.secret, "opening", str(record_id))
            with suppress(Conflict, Forbidden):
                self.open_record(RecordCommand(request_id=request_id, record_id=record_id), SELF)

    def new_activation_code(self, request: NewActivationCode, by: Actor) -> ActivationCodeGiven:
        """The code itself is kept nowhere: it is derived again for a repeated request."""
        issued = self._issue_activation_code(request, by)
        return ActivationCodeGiven(**issued.model_dump(), activation_code=self._code(request, by))

    @command
    def _issue_activation_code(self, request: NewActivationCode, by: Actor) -> Outcome[CodeIssued]:
        record = self._known(request.record_id)
        expires_at = self.clock.now() + self._delays.activation_code
        code = self._code(request, by)
        record.issue_activation_code(ActivationCode(code_hash(self.secret, code), expires_at), by)
        return Outcome(answer=CodeIssued(expires_at=expires_at), save=[record])

    @command
    def activate(self, request: Activate, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        typed = code_hash(self.secret, request.activation_code)
        record.activate(typed, self.clock.now(), by)
        return Outcome(answer=Done(), save=[record])

    @command
    def update_contact(self, request: UpdateContact, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.update_contact(request.contact.model_dump(), by)
        return Outcome(answer=Done(), save=[record])

    def close_record(self, request: Close, by: Actor) -> Done:
        """``close`` of the contract, a word the library uses for itself. Answer once access has
        applied it: nothing is read afterwards.
        """
        return self._applied(request, self._close(request, by))

    @command
    def _close(self, request: Close, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.close(request.motive, by)
        return Outcome(answer=Done(), save=[record])

    @command
    def reopen(self, request: Reopen, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.reopen(by)
        return Outcome(answer=Done(), save=[record])

    def suspend(self, request: Suspend, by: Actor) -> Done:
        """Answer once access has applied it, as for closing."""
        return self._applied(request, self._suspend(request, by))

    @command
    def _suspend(self, request: Suspend, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.suspend(request.reason, by)
        return Outcome(answer=Done(), save=[record])

    @command
    def lift_suspension(self, request: LiftSuspension, by: Actor) -> Outcome[Done]:
        record = self._known(request.record_id)
        record.lift_suspension(by)
        return Outcome(answer=Done(), save=[record])

    def resolve(self, request: Resolve, by: Actor) -> Existence:
        """The existence check: each is traced in the log. What a service carries was counted
        where it came in; whoever asks here directly is held to a rate.
        """
        if not by.is_service:
            self._resolve_rate.count(f"{by.kind}:{by.id}", self.clock.now())
        return self._check_existence(request, by)

    @unreplayed
    def _check_existence(self, request: Resolve, by: Actor) -> Outcome[Existence]:
        record = self._carrier(self._candidates(request))
        answer = Existence.of(record)
        trace = ExistenceCheck(
            record_id=record.id if record else None, answer=answer.status, by=by.to_event()
        )
        return Outcome(answer=answer, save=[trace])

    def get_identity(self, request: GetIdentity, by: Actor) -> contract.Identity:
        record = self._known(request.record_id)
        return contract.Identity.of(record, with_contact=not by.is_service)

    def _known(self, record_id: UUID) -> Record:
        record = self.get(record_id, Record)
        if record is None:
            raise UnknownRecord
        return record

    def _announcement(self, request: AnnounceRecord, by: Actor) -> Announcement:
        return Announcement(
            record_id=self.new_id(request, by, "record"),
            traits=request.traits.to_domain(),
            contact=request.contact.model_dump(),
            ins=self._ins_rules.parse(request.ins.value, request.ins.oid) if request.ins else None,
            checked_with=request.checked_with,
            representatives=tuple(request.representatives),
            notice_sent_at=request.notice_sent_at or self.clock.now(),
            delay=self._delays.opposition,
        )

    def _row_request(
        self, request: AnnounceRecords, number: int, row: Mapping[str, Any]
    ) -> AnnounceRecord:
        request_id = derived_id(self.secret, "row", str(request.request_id), str(number))
        try:
            announcement = contract.Announcement.model_validate(row)
        except ValidationError as wrong:
            fields = {".".join(map(str, e["loc"])): e["msg"] for e in wrong.errors()}
            raise InvalidRequest(fields=fields) from None
        return AnnounceRecord(request_id=request_id, **dict(announcement))

    def _refuse_unknown_representatives(self, announcement: Announcement) -> None:
        for number, representative in enumerate(announcement.representatives):
            if self.get(representative, Record) is None:
                raise InvalidRequest(fields={f"representatives.{number}": "is no known record"})

    def _new_holder(self, ins: Ins, record_id: UUID, by: Actor) -> InsHolder:
        holder_id = self._holder_id(ins)
        if self.get(holder_id, InsHolder):
            raise InsAlreadyHeld(fields={"ins": "is carried by another record"})
        return InsHolder.take(holder_id, record_id, by)

    def _candidates(self, request: Resolve) -> list[Ins]:
        if request.ins and not request.mailbox:
            return [self._ins_rules.parse(request.ins.value, request.ins.oid)]
        if request.mailbox and not request.ins:
            return self._ins_rules.of_mailbox(request.mailbox)
        raise InvalidRequest(fields={"ins": "give ins or mailbox, one of them"})

    def _carrier(self, candidates: list[Ins]) -> Record | None:
        for ins in candidates:
            if holder := self.get(self._holder_id(ins), InsHolder):
                return self.get(holder.holder, Record)
        return None

    def _holder_id(self, ins: Ins) -> UUID:
        # Without the key, which adds nothing and which test samples have false.
        return derived_id(self.secret, "ins", ins.oid, ins.value[:13])

    def _code(self, request: NewActivationCode, by: Actor) -> str:
        return derived_code(self.secret, str(request.record_id), by.id, str(request.request_id))

    def _applied(self, request: RecordCommand, done: Done) -> Done:
        self._access.have_applied(request.record_id, done.position)
        return done
