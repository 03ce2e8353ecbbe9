"""What other services hear from keyring. An event not listed here stays inside."""

from functools import singledispatch
from typing import Any, ClassVar

from services.keyring.domain.managed_key import ManagedKey, Rewrapping
from shared.crypto.tombstones import Tombstone
from shared.eventing.messages import MessageData


class KeyCreated(MessageData):
    """``holder``: ``record:<id>``, ``service:<name>`` or ``transport``."""

    TYPE: ClassVar[str] = "keyring.key_created"
    holder: str
    key_version: int


class KeyRewrapped(MessageData):
    """``keys`` of them, now under the key-encryption key named ``kek``."""

    TYPE: ClassVar[str] = "keyring.key_rewrapped"
    kek: str
    keys: int


class KeyOpenedForAudit(MessageData):
    TYPE: ClassVar[str] = "keyring.key_opened_for_audit"
    key_version: int


class KeyDestroyed(MessageData):
    TYPE: ClassVar[str] = "keyring.key_destroyed"
    certificate: Tombstone


@singledispatch
def message_for(_event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: ManagedKey.Created) -> MessageData:
    return KeyCreated(holder=event.holder, key_version=1, **_common(event))


@message_for.register
def _(event: ManagedKey.Rotated) -> MessageData:
    return KeyCreated(holder=event.holder, key_version=event.version_number, **_common(event))


@message_for.register
def _(event: ManagedKey.OpenedForAudit) -> MessageData:
    return KeyOpenedForAudit(key_version=event.version_number, **_common(event))


@message_for.register
def _(event: ManagedKey.Destroyed) -> MessageData:
    certificate = Tombstone.model_validate(event.tombstone)
    return KeyDestroyed(certificate=certificate, **_common(event))


@message_for.register
def _(event: Rewrapping.Created) -> MessageData:
    return KeyRewrapped(kek=event.kek, keys=event.keys, by=event.by)


def _common(
    event: ManagedKey.Created
    | ManagedKey.Rotated
    | ManagedKey.OpenedForAudit
    | ManagedKey.Destroyed,
) -> dict[str, Any]:
    return {"record_id": event.record_id, "by": event.by}
