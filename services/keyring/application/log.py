"""The log and the table of keys, and what every use case asks of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.keyring.domain.errors import BadRecipient, KeyLost, KeyUnknown
from services.keyring.domain.holders import OWN
from services.keyring.domain.managed_key import ManagedKey
from shared.crypto.derivation import derive
from shared.crypto.handover import Handed
from shared.crypto.keys import SERVICE_KEY_ID
from shared.crypto.local_keys import DeferredKeys
from shared.crypto.remote_keys import OpenedKey, about
from shared.crypto.tombstones import Tombstone
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.guard import GuardedRecorder, Step
from shared.stores.settings import EventStoreSettings


@dataclass(frozen=True, repr=False)
class Found:
    """What the table holds for one holder: secrets by version, or a tombstone."""

    secrets: Mapping[int, bytes]
    tombstone: Tombstone | None = None

    @property
    def versions(self) -> list[int]:
        """Oldest first; of a destroyed key only the last one's number is told."""
        return [self.tombstone.versions] if self.tombstone else sorted(self.secrets)


class KeyTable(Protocol):
    """The wrapped keys, beside the log; a key is in memory only while it is handed over."""

    @property
    def kek(self) -> str:
        """Name of the key-encryption key that wraps what is new."""
        ...

    def find(self, holders: Sequence[str]) -> dict[str, Found]:
        """Those known of ``holders``."""
        ...

    def add(self, holder: str, version: int) -> Step:
        """Make a random key. It conflicts with another one of the same version."""
        ...

    def destroy(self, holder: str, tombstone: Tombstone) -> Step: ...

    def rewrap(self, limit: int) -> tuple[int, Step]:
        """Wrap up to ``limit`` keys of former key-encryption keys anew; how many there were."""
        ...


@dataclass(frozen=True)
class Seals:
    """What keyring signs with its own key."""

    hand_over: Callable[[bytes, str, str], Handed]
    sign: Callable[[Tombstone], Tombstone]


class KeyringLog(EventLog):
    def __init__(
        self,
        settings: EventStoreSettings,
        clock: Clock,
        *,
        table: Callable[[GuardedRecorder], KeyTable],
        seals: Seals,
        backups_kept: timedelta,
    ) -> None:
        super().__init__(settings, DeferredKeys(self._own_root, self.name), clock)
        self._table = table(self.guarded)
        self._seals = seals
        self._backups_kept = backups_kept

    def _new_key(self, holder: str, record_id: UUID | None, by: Actor) -> ManagedKey:
        return ManagedKey.create(
            self._key_id(holder), holder=holder, record_id=record_id, by=by.to_event()
        )

    def _known(self, holder: str) -> ManagedKey:
        key = self.get(self._key_id(holder), ManagedKey)
        if key is None:
            raise KeyUnknown
        return key

    def _find(self, holder: str) -> Found | None:
        return self._table.find([holder]).get(holder)

    def _opened(
        self, record_id: UUID | None, found: Found, version: int | None, recipient: str, by: Actor
    ) -> OpenedKey:
        if found.tombstone:
            return OpenedKey(
                record_id=record_id, version=found.tombstone.versions, tombstone=found.tombstone
            )
        newest = max(found.secrets)
        number = version or newest
        if number not in found.secrets:
            raise KeyUnknown
        key_id = record_id or SERVICE_KEY_ID
        handed = self._handed(found, by.id, key_id, number, recipient)
        return OpenedKey(record_id=record_id, version=number, current=number == newest, key=handed)

    def _handed(
        self, found: Found, service: str, key_id: UUID, version: int, recipient: str
    ) -> Handed:
        """One version, derived for one service."""
        secret = derive(found.secrets[version], "record", service, str(key_id), str(version))
        return self._hand_over(secret, recipient, about(service, key_id, version))

    def _hand_over(self, secret: bytes, recipient: str, what: str) -> Handed:
        try:
            return self._seals.hand_over(secret, recipient, what)
        except ValueError:
            raise BadRecipient(fields={"recipient": "not an X25519 public key"}) from None

    def _key_id(self, holder: str) -> UUID:
        return derived_id(self.secret, "key", holder)

    def _own_root(self) -> bytes:
        """The root of the keys that seal this service's own log; made with the first event."""
        has_events = self.recorder.max_notification_id() is not None
        found = self._find(OWN)
        if found is None and not has_events:
            with suppress(IntegrityError), self.guarded.writing() as sql:  # another was faster
                self._table.add(OWN, 1)(sql, 0)
            found = self._find(OWN)
        if found is None:
            raise KeyLost
        return found.secrets[1]
