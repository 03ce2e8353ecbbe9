"""The life of one key, in all its versions. The key itself is never in an event."""

from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate

from services.keyring.domain.errors import KeyIsDestroyed


class ManagedKey(Aggregate):
    """``holder``: see ``holders.py``. ``record_id`` is set for a record's key."""

    TOPIC = "keyring.key"

    class Created(Aggregate.Created):
        TOPIC = "keyring.key_created"
        holder: str
        record_id: UUID | None
        by: dict[str, Any]

    class Rotated(Aggregate.Event):
        """A further version, for what is sealed from now on."""

        TOPIC = "keyring.key_rotated"
        holder: str
        record_id: UUID | None
        version_number: int
        by: dict[str, Any]

        def apply(self, aggregate: "ManagedKey") -> None:
            aggregate.versions = self.version_number

    class OpenedForAudit(Aggregate.Event):
        TOPIC = "keyring.key_opened_for_audit"
        record_id: UUID | None
        version_number: int
        by: dict[str, Any]

    class Destroyed(Aggregate.Event):
        """``tombstone``: signed, as it is shown to whoever asks for the key again."""

        TOPIC = "keyring.key_destroyed"
        record_id: UUID | None
        tombstone: dict[str, Any]
        by: dict[str, Any]

        def apply(self, aggregate: "ManagedKey") -> None:
            aggregate.tombstone = self.tombstone

    def __init__(self, holder: str, record_id: UUID | None) -> None:
        self.holder = holder
        self.record_id = record_id
        self.versions = 1
        self.tombstone: dict[str, Any] | None = None

    @classmethod
    def create(
        cls, key_id: UUID, *, holder: str, record_id: UUID | None, by: dict[str, Any]
    ) -> "ManagedKey":
        return cls._create(cls.Created, id=key_id, holder=holder, record_id=record_id, by=by)

    def rotate(self, *, by: dict[str, Any]) -> int:
        """The number of the new version."""
        self._refuse_destroyed()
        number = self.versions + 1
        self.trigger_event(
            self.Rotated,
            holder=self.holder,
            record_id=self.record_id,
            version_number=number,
            by=by,
        )
        return number

    def open_for_audit(self, version: int, *, by: dict[str, Any]) -> None:
        self._refuse_destroyed()
        self.trigger_event(
            self.OpenedForAudit, record_id=self.record_id, version_number=version, by=by
        )

    def destroy(self, tombstone: dict[str, Any], *, by: dict[str, Any]) -> None:
        self._refuse_destroyed()
        self.trigger_event(self.Destroyed, record_id=self.record_id, tombstone=tombstone, by=by)

    def _refuse_destroyed(self) -> None:
        if self.tombstone:
            raise KeyIsDestroyed


class Rewrapping(Aggregate):
    """Keys wrapped anew because the key-encryption key changed: one batch."""

    TOPIC = "keyring.rewrapping"

    class Created(Aggregate.Created):
        TOPIC = "keyring.key_rewrapped"
        kek: str
        keys: int
        by: dict[str, Any]

    def __init__(self, kek: str, keys: int) -> None:
        self.kek = kek
        self.keys = keys

    @classmethod
    def done(cls, *, kek: str, keys: int, by: dict[str, Any]) -> "Rewrapping":
        return cls._create(cls.Created, id=uuid4(), kek=kek, keys=keys, by=by)
