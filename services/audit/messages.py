"""What others hear from audit. A checkpoint is a message only, never an event."""

from functools import singledispatch
from uuid import UUID

from pydantic import BaseModel, Field

from services.audit.domain.anomaly import Anomaly
from services.audit.domain.reading import JournalReading, MandateUse, WideUse
from shared.eventing.messages import MessageData
from shared.kernel.actor import in_secret


class JournalRead(MessageData):
    TYPE = "audit.journal_read"
    scope: str
    decision_id: UUID


class AuditMandateUsed(MessageData):
    TYPE = "audit.audit_mandate_used"
    mandate: str
    purpose: str


class AnomalyRaised(MessageData):
    TYPE = "audit.anomaly_raised"
    kind: str
    service: str
    epoch: str
    position: int
    lost: int


class Covered(BaseModel):
    """``digest``: of the event there, in hex, so that its service sees whether it is the one
    that it has; none where no event is at that very position."""

    epoch: str
    position: int
    digest: str | None = None


class Proof(BaseModel):
    """That the tree begins with the one of ``from_size`` leaves: hashes in base64 (RFC 6962)."""

    from_size: int
    path: list[str]


class CheckpointPublished(MessageData):
    """``note``: the signed note, byte for byte; ``vkey``: the key to check it with.
    ``covered``: by service, up to where its events are in the log. ``proofs``: from the trees
    that were told of before this one, so that whoever kept one can check that this continues it.
    ``vouched``: while the key changes, a note in which the former one signs that ``vkey`` follows.
    """

    TYPE = "audit.checkpoint_published"
    size: int
    root: str
    note: str
    vkey: str
    covered: dict[str, Covered]
    proofs: list[Proof] = Field(default=[])
    vouched: str | None = None


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


@message_for.register
def _(event: JournalReading.Created) -> MessageData:
    return JournalRead(
        record_id=event.record_id,
        by=event.by,
        secret=in_secret(event.by),
        scope=event.scope,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: MandateUse.Created) -> MessageData:
    return AuditMandateUsed(
        record_id=event.record_id, by=event.by, mandate=event.mandate, purpose=event.purpose
    )


@message_for.register
def _(event: WideUse.Created) -> MessageData:
    return AuditMandateUsed(by=event.by, mandate=event.mandate, purpose=event.purpose)


@message_for.register
def _(event: Anomaly.Created) -> MessageData:
    return AnomalyRaised(
        by=event.by,
        kind=event.kind,
        service=event.service,
        epoch=event.epoch,
        position=event.position,
        lost=event.lost,
    )
