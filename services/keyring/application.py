"""Use cases of keyring: one public method each, named like its RPC."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from services.keyring.contract import (
    Destroy,
    Destroyed,
    HandedFor,
    HandedKey,
    KeyPurpose,
    MakeKeys,
    OpenedForAudit,
    OpenedKeys,
    OpenForAudit,
    OpenKey,
    OpenKeys,
    RewrapAll,
    Rewrapped,
    Rotate,
    TransportKey,
)
from services.keyring.domain.errors import BadRecipient, KeyLost, KeyUnknown
from services.keyring.domain.holders import (
    OWN,
    TRANSPORT,
    holder_of,
    record_holder,
)
from services.keyring.domain.managed_key import ManagedKey, Rewrapping
from shared.crypto.derivation import derive
from shared.crypto.handover import Handed
from shared.crypto.keys import SERVICE_KEY_ID, Key
from shared.crypto.local_keys import DeferredKeys
from shared.crypto.remote_keys import OpenedKey, about, about_transport
from shared.crypto.tombstones import Tombstone
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done, Request
from shared.stores.event_log import EventLog, Outcome, command, unreplayed
from shared.stores.guard import GuardedRecorder, Step
from shared.stores.settings import EventStoreSettings

ITSELF = Actor(kind=ActorKind.SERVICE, id="keyring")


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


class HolderRequest(Request):
    """A key to be made for its holder; ``record_id`` if that is a record."""

    holder: str
    record_id: UUID | None = None


class Keyring(EventLog):
    name = "keyring"
    REWRAP_BATCH = 500

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

    def open_key(self, request: OpenKey, by: Actor) -> OpenedKey:
        """The key, derived for the calling service; the tombstone of one destroyed.

        :class:`KeyUnknown` when there is none: never taken for erased, never made in silence.
        """
        holder = holder_of(request.record_id, by.id)
        found = self._find(holder)
        if found is None and _may_be_made(request):
            self._make_key(HolderRequest(holder=holder, record_id=request.record_id), by)
            found = self._find(holder)
        if found is None:
            raise KeyUnknown
        if request.purpose is KeyPurpose.AUDIT and not found.tombstone:
            return self._open_for_audit(request, by)
        return self._opened(request.record_id, found, request.version, request.recipient, by)

    def open_keys(self, request: OpenKeys, by: Actor) -> OpenedKeys:
        """All versions of several records' keys, for a rebuild."""
        holders = {record_holder(record_id): record_id for record_id in request.record_ids}
        keys = [
            self._opened(holders[holder], found, version, request.recipient, by)
            for holder, found in self._table.find(list(holders)).items()
            for version in found.versions
        ]
        return OpenedKeys(keys=keys)

    @unreplayed
    def open_for_audit(self, request: OpenForAudit, by: Actor) -> Outcome[OpenedForAudit]:
        """The opening is saved first, and only then are the keys handed over."""
        holder = record_holder(request.record_id)
        key, found = self._known(holder), self._find(holder)
        if found is None:
            raise KeyLost
        if found.tombstone:
            return Outcome(answer=OpenedForAudit(keys=[], tombstone=found.tombstone))
        keys = [
            HandedFor(
                service=service,
                version=version,
                key=self._handed(found, service, request.record_id, version, request.recipient),
            )
            for service in request.services
            for version in found.versions
        ]
        key.open_for_audit(max(found.versions), by=by.to_event())
        return Outcome(answer=OpenedForAudit(keys=keys), save=[key])

    @unreplayed
    def make_keys(self, request: MakeKeys, by: Actor) -> Outcome[Done]:
        """All in one transaction; those that have a key, or a tombstone, are left alone."""
        holders = {record_holder(record_id): record_id for record_id in request.record_ids}
        # In this order: a key made in between by another one is found, never taken for lost.
        logged = {holder for holder in holders if self.version_of(self._key_id(holder))}
        missing = holders.keys() - self._table.find(list(holders)).keys()
        if missing & logged:
            raise KeyLost
        made = [self._new_key(holder, holders[holder], by) for holder in missing]
        return Outcome(
            answer=Done(), save=made, also=[self._table.add(holder, 1) for holder in missing]
        )

    def transport_key(self, request: TransportKey, by: Actor) -> HandedKey:
        """The day's key, the same for every service."""
        what = about_transport(by.id, request.day)
        return HandedKey(key=self._hand_over(self.key(request.day).secret, request.recipient, what))

    def key(self, day: date) -> Key:
        """The day's key itself, for keyring's own messages."""
        found = self._find(TRANSPORT)
        if found is None:
            self._make_key(HolderRequest(holder=TRANSPORT), ITSELF)
            found = self._find(TRANSPORT)
        if found is None:
            raise KeyUnknown
        secret = derive(found.secrets[1], "transport", day.isoformat())
        return Key(SERVICE_KEY_ID, 1, secret)

    @command
    def rotate(self, request: Rotate, by: Actor) -> Outcome[Done]:
        """What is sealed from now on is sealed under a new version; the others still open."""
        holder = holder_of(request.record_id, request.service or "")
        key = self._known(holder)
        version = key.rotate(by=by.to_event())
        return Outcome(answer=Done(), save=[key], also=[self._table.add(holder, version)])

    @command
    def destroy(self, request: Destroy, by: Actor) -> Outcome[Destroyed]:
        """Every version; whoever asks for the key again is shown the signed tombstone."""
        holder = record_holder(request.record_id)
        key = self._known(holder)
        if key.tombstone:
            return Outcome(answer=Destroyed(certificate=Tombstone.model_validate(key.tombstone)))
        now = self.clock.now()
        tombstone = self._seals.sign(
            Tombstone(
                record_id=request.record_id,
                versions=key.versions,
                destroyed_at=now,
                certificate_of=request.certificate_of,
                last_backup_expires=now + self._backups_kept,
            )
        )
        key.destroy(tombstone.model_dump(mode="json"), by=by.to_event())
        return Outcome(
            answer=Destroyed(certificate=tombstone),
            save=[key],
            also=[self._table.destroy(holder, tombstone)],
        )

    def rewrap_all(self, request: RewrapAll, by: Actor) -> Rewrapped:
        """In batches, each with its event; repeated, it goes on where it stopped."""
        keys, position = 0, self.head().position
        while (batch := self._rewrap_batch(request, by)).keys:
            keys, position = keys + batch.keys, batch.position
        return Rewrapped(keys=keys, position=position)

    @unreplayed
    def _rewrap_batch(self, _: RewrapAll, by: Actor) -> Outcome[Rewrapped]:
        count, step = self._table.rewrap(self.REWRAP_BATCH)
        if not count:
            return Outcome(answer=Rewrapped(keys=0))
        done = Rewrapping.done(kek=self._table.kek, keys=count, by=by.to_event())
        return Outcome(answer=Rewrapped(keys=count), save=[done], also=[step])

    @unreplayed
    def _open_for_audit(self, request: OpenKey, by: Actor) -> Outcome[OpenedKey]:
        """The opening is saved first, and only then is the key handed over."""
        holder = holder_of(request.record_id, by.id)
        key, found = self._known(holder), self._find(holder)
        if found is None:
            raise KeyLost
        answer = self._opened(request.record_id, found, request.version, request.recipient, by)
        key.open_for_audit(answer.version, by=by.to_event())
        return Outcome(answer=answer, save=[key])

    @unreplayed
    def _make_key(self, request: HolderRequest, by: Actor) -> Outcome[Done]:
        # In this order: a key made in between by another one is found, never taken for lost.
        logged = self.get(self._key_id(request.holder), ManagedKey)
        if self._find(request.holder):
            return Outcome(answer=Done())
        if logged:
            raise KeyLost
        key = self._new_key(request.holder, request.record_id, by)
        return Outcome(answer=Done(), save=[key], also=[self._table.add(request.holder, 1)])

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


def _may_be_made(request: OpenKey) -> bool:
    """A service's own key when it first asks for one to seal with; a record's when told to."""
    return request.create if request.record_id else request.version in {None, 1}
