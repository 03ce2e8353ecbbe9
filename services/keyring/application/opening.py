"""Keys handed to the services they are derived for."""

from datetime import date
from uuid import UUID

from services.keyring.application.log import KeyringLog
from services.keyring.contract import (
    HandedFor,
    HandedKey,
    KeyPurpose,
    OpenedForAudit,
    OpenedKeys,
    OpenForAudit,
    OpenKey,
    OpenKeys,
    TransportKey,
)
from services.keyring.domain.errors import KeyLost, KeyUnknown
from services.keyring.domain.holders import TRANSPORT, holder_of, record_holder
from services.keyring.domain.managed_key import ManagedKey
from shared.crypto.derivation import derive
from shared.crypto.keys import SERVICE_KEY_ID, Key
from shared.crypto.remote_keys import OpenedKey, about_transport
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Done, Request
from shared.stores.event_log import Outcome, unreplayed

ITSELF = Actor(kind=ActorKind.SERVICE, id="keyring")


class HolderRequest(Request):
    """A key to be made for its holder; ``record_id`` if that is a record."""

    holder: str
    record_id: UUID | None = None


class Opening(KeyringLog):
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


def _may_be_made(request: OpenKey) -> bool:
    """A service's own key when it first asks for one to seal with; a record's when told to."""
    return request.create if request.record_id else request.version in {None, 1}
