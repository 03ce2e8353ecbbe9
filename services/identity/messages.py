"""What others hear of identities: ids, codes and dates, never a trait, a contact or an INS."""

from functools import singledispatch
from typing import Any
from uuid import UUID

from services.identity.domain.majority import majority_at
from services.identity.domain.record import Record
from shared.eventing.messages import Instant, MessageData


class RecordAnnounced(MessageData):
    TYPE = "identity.record_announced"
    opens_at: Instant
    representatives: list[UUID]
    majority_at: Instant | None
    """When representatives stop acting; null when the person is of age."""


class InsAttached(MessageData):
    """That an INS is attached, not which."""

    TYPE = "identity.ins_attached"


class IdentityQualified(MessageData):
    TYPE = "identity.identity_qualified"
    checked_with: str


class RecordOpposed(MessageData):
    TYPE = "identity.record_opposed"
    channel: str


class OppositionWithdrawn(MessageData):
    TYPE = "identity.opposition_withdrawn"
    opens_at: Instant


class RecordOpened(MessageData):
    TYPE = "identity.record_opened"


class RecordActivated(MessageData):
    TYPE = "identity.record_activated"


class RecordSuspended(MessageData):
    TYPE = "identity.record_suspended"
    reason: str


class SuspensionLifted(MessageData):
    TYPE = "identity.suspension_lifted"


class RecordClosed(MessageData):
    TYPE = "identity.record_closed"
    motive: str


class RecordReopened(MessageData):
    TYPE = "identity.record_reopened"


@singledispatch
def message_for(event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def _common(event: Record.Event) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": _is_secret(event.by),
    }


def _is_secret(by: dict[str, Any]) -> bool:
    """A secret session, also when a service carries it."""
    carried = by.get("on_behalf_of") or {}
    return bool(by.get("secret") or carried.get("secret"))


@message_for.register
def _(event: Record.Created) -> MessageData:
    majority = majority_at(event.traits["birth_date"])
    return RecordAnnounced(
        **_common(event),
        opens_at=event.opens_at,
        representatives=event.representatives,
        majority_at=majority if majority > event.timestamp else None,
    )


@message_for.register
def _(event: Record.InsAttached) -> MessageData:
    return InsAttached(**_common(event))


@message_for.register
def _(event: Record.IdentityQualified) -> MessageData:
    return IdentityQualified(**_common(event), checked_with=event.checked_with)


@message_for.register
def _(event: Record.Opposed) -> MessageData:
    return RecordOpposed(**_common(event), channel=event.channel)


@message_for.register
def _(event: Record.OppositionWithdrawn) -> MessageData:
    return OppositionWithdrawn(**_common(event), opens_at=event.opens_at)


@message_for.register
def _(event: Record.Opened) -> MessageData:
    return RecordOpened(**_common(event))


@message_for.register
def _(event: Record.Activated) -> MessageData:
    return RecordActivated(**_common(event))


@message_for.register
def _(event: Record.Suspended) -> MessageData:
    return RecordSuspended(**_common(event), reason=event.reason)


@message_for.register
def _(event: Record.SuspensionLifted) -> MessageData:
    return SuspensionLifted(**_common(event))


@message_for.register
def _(event: Record.Closed) -> MessageData:
    return RecordClosed(**_common(event), motive=event.motive)


@message_for.register
def _(event: Record.Reopened) -> MessageData:
    return RecordReopened(**_common(event))
