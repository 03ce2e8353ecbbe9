"""What identity answers to, and to whom.

The health insurer announces records, keeps contacts and sends activation codes: it acts as
``operator``. A person acts on their own record, a legal representative on the record of the
one they represent. A caregiver may not change contacts nor close a record, so is not listed.
"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.identity.domain.identity_status import IdentityDocument, IdentityStatus
from services.identity.domain.record import (
    ClosingMotive,
    OppositionChannel,
    Record,
    Status,
    SuspensionReason,
)
from services.identity.domain.traits import NAME_LENGTH, Traits
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Refusal
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    GivenIns,
    InsNumber,
    Method,
    Query,
    own_record,
)

BATCH_MAX = 100
"""Rows of one ``announce_records``."""

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentityTraits(Part):
    """Names are A-Z in capitals without accents, as INSi writes them."""

    birth_name: Name
    birth_given_names: Name = Field(description="all of them, one space between two")
    first_given_name: Name = Field(description="the beginning of birth_given_names")
    sex: Literal["M", "F", "I"]
    birth_date: str = Field(max_length=10, description="YYYY-MM-DD, as received from INSi")
    birth_place: str = Field(max_length=5, description="INSEE code; 99999 when unknown")
    used_name: Name | None = Field(default=None, description="birth_name when absent")
    used_given_name: Name | None = Field(default=None, description="first_given_name when absent")

    def to_domain(self) -> Traits:
        given = self.model_dump()
        given["used_name"] = self.used_name or self.birth_name
        given["used_given_name"] = self.used_given_name or self.first_given_name
        return Traits(**given)

    @classmethod
    def of(cls, traits: Traits) -> "IdentityTraits":
        return cls(**traits.to_event())


class Contact(Part):
    """Without either, the insurer sends its notices by post from its own file."""

    email: str | None = Field(
        default=None, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$"
    )
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{6,14}$", description="E.164")


class Announcement(Part):
    traits: IdentityTraits
    contact: Contact = Contact()
    ins: GivenIns | None = Field(
        default=None, description="given by the insurer, it counts as retrieved from INSi"
    )
    checked_with: IdentityDocument | None = Field(
        default=None, description="identity document the insurer has checked"
    )
    representatives: list[UUID] = Field(
        default=[], max_length=2, description="records of the legal representatives"
    )
    notice_sent_at: AwareDatetime | None = Field(
        default=None, description="when the notice was sent; now when absent"
    )


class AnnounceRecord(Command, Announcement):
    pass


class Announced(Done):
    record_id: UUID
    opens_at: Instant


class AnnounceRecords(Command):
    rows: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=BATCH_MAX,
        description="each as announce_record without request_id; a bad row spoils no other",
    )


class RowOutcome(Answer):
    """``fault`` when this row was refused; its ``fields`` say where."""

    row: int
    record_id: UUID | None = None
    opens_at: Instant | None = None
    fault: dict[str, Any] | None = None

    @classmethod
    def refused(cls, row: int, refusal: Refusal) -> "RowOutcome":
        return cls(row=row, fault=refusal.to_fault())


class BatchAnnounced(Done):
    rows: list[RowOutcome]


class RecordCommand(Command):
    record_id: UUID


class Oppose(RecordCommand):
    channel: OppositionChannel


class OppositionProof(Answer):
    """``statement`` is printed in the PDF as it was signed, with the signature (Ed25519)."""

    pdf: str = Field(description="base64")
    statement: str
    signature: str = Field(description="base64, of the statement as UTF-8")
    key: str = Field(description="SHA-256 of the public key, hex")


class Opposed(Done):
    proof: OppositionProof


class WithdrawOpposition(RecordCommand):
    pass


class NewActivationCode(RecordCommand):
    pass


class CodeIssued(Done):
    expires_at: Instant


class ActivationCodeGiven(CodeIssued):
    activation_code: str


class Activate(RecordCommand):
    activation_code: str = Field(max_length=20)


class UpdateContact(RecordCommand):
    contact: Contact


class Close(RecordCommand):
    motive: ClosingMotive


class Reopen(RecordCommand):
    pass


class Suspend(RecordCommand):
    reason: SuspensionReason


class LiftSuspension(RecordCommand):
    pass


class Resolve(Query):
    """One of ``ins`` and ``mailbox``."""

    ins: GivenIns | None = None
    mailbox: str | None = Field(
        default=None, max_length=80, description="<INS of 15 characters>@patient.mssante.fr"
    )


class Existence(Answer):
    """``none`` too for a record announced or opposed: nobody outside is told of either."""

    status: Literal["open", "closed", "none"]
    record_id: UUID | None = None
    activated: bool = False
    closed_on: date | None = None
    motive: ClosingMotive | Literal["suspended"] | None = None

    @classmethod
    def of(cls, record: Record | None) -> "Existence":
        """Suspended answers as closed: neither is read nor fed meanwhile (CSP R1111-36)."""
        if record is None or record.status in {Status.ANNOUNCED, Status.OPPOSED}:
            return cls(status="none")
        if record.status is Status.OPEN:
            return cls(status="open", record_id=record.id, activated=record.activated)
        suspended = record.status is Status.SUSPENDED
        ended = record.suspended_at if suspended else record.closed_at
        return cls(
            status="closed",
            record_id=record.id,
            activated=record.activated,
            closed_on=ended.date() if ended else None,
            motive="suspended" if suspended else record.closing_motive,
        )


class GetIdentity(Query):
    record_id: UUID


class Identity(Answer):
    """``ins`` only of a qualified identity; ``contact`` never to another service."""

    record_id: UUID
    status: Status
    activated: bool
    identity_status: IdentityStatus
    traits: IdentityTraits
    ins: InsNumber | None = None
    contact: Contact | None = None
    opens_at: Instant

    @classmethod
    def of(cls, record: Record, *, with_contact: bool) -> "Identity":
        qualified = record.identity_status is IdentityStatus.QUAL
        return cls(
            record_id=record.id,
            status=record.status,
            activated=record.activated,
            identity_status=record.identity_status,
            traits=IdentityTraits.of(record.traits),
            ins=InsNumber(value=record.ins.value, oid=record.ins.oid)
            if record.ins and qualified
            else None,
            contact=Contact(**record.contact) if with_contact else None,
            opens_at=record.opens_at,
        )


def own_motive(request: Any, actor: Actor) -> bool:
    """Fraud is the insurer's word, never the person's own."""
    return own_record(request, actor) and not (
        actor.acts_for_person and request.motive is ClosingMotive.FRAUD
    )


INSURER = frozenset({ActorKind.OPERATOR})
PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
CARERS = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
SERVICES = frozenset({ActorKind.SERVICE})

CONTRACT = Contract(
    "identity",
    (
        Method(name="announce_record", request=AnnounceRecord, answer=Announced, callers=INSURER),
        Method(
            name="announce_records",
            request=AnnounceRecords,
            answer=BatchAnnounced,
            callers=INSURER,
        ),
        Method(name="oppose", request=Oppose, answer=Opposed, callers=INSURER | PERSON),
        Method(
            name="withdraw_opposition",
            request=WithdrawOpposition,
            answer=Done,
            callers=INSURER | PERSON,
        ),
        # Only the insurer, who entrusts its mailer with it: the person proves by the code
        # that they hold the address it was sent to, so they may never be handed one here.
        Method(
            name="new_activation_code",
            request=NewActivationCode,
            answer=ActivationCodeGiven,
            callers=INSURER,
        ),
        Method(name="activate", request=Activate, answer=Done, callers=PERSON),
        Method(name="update_contact", request=UpdateContact, answer=Done, callers=INSURER | PERSON),
        Method(
            name="close",
            request=Close,
            answer=Done,
            callers=INSURER | PERSON,
            condition=own_motive,
        ),
        Method(name="reopen", request=Reopen, answer=Done, callers=INSURER | PERSON),
        Method(name="suspend", request=Suspend, answer=Done, callers=INSURER),
        Method(name="lift_suspension", request=LiftSuspension, answer=Done, callers=INSURER),
        Method(name="resolve", request=Resolve, answer=Existence, callers=CARERS | SERVICES),
        Method(
            name="get_identity",
            request=GetIdentity,
            answer=Identity,
            callers=INSURER | PERSON | SERVICES,
        ),
    ),
)
