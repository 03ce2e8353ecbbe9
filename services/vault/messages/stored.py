"""Whether what is stored is whole."""

from uuid import UUID

from pydantic import Field

from services.vault.domain.integrity import IntegrityCheck, IntegrityRound
from services.vault.messages.listed import message_for
from shared.eventing.messages import MessageData


class IntegrityChecked(MessageData):
    TYPE = "vault.integrity_checked"
    checked: int
    missing: list[UUID] = Field(default=[])
    damaged: list[UUID] = Field(default=[])
    unclaimed: list[str] = Field(default=[])


class GarbageRemoved(MessageData):
    """``objects``: opaque keys of what no event named."""

    TYPE = "vault.garbage_removed"
    objects: list[str]


@message_for.register
def _(event: IntegrityCheck.Created) -> MessageData:
    return IntegrityChecked(
        by=event.by,
        checked=event.checked,
        missing=event.missing,
        damaged=event.damaged,
        unclaimed=event.unclaimed,
    )


@message_for.register
def _(event: IntegrityRound.Went) -> MessageData:
    return IntegrityChecked(
        by=event.by, checked=event.checked, missing=event.missing, damaged=event.damaged
    )


@message_for.register
def _(event: IntegrityRound.GarbageRemoved) -> MessageData:
    return GarbageRemoved(by=event.by, objects=event.objects)
