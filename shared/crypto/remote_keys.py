"""The keys of a service, asked from keyring and kept a minute at most."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.crypto.handover import Handed, Recipient
from shared.crypto.key_cache import KeyCache
from shared.crypto.keys import SERVICE_KEY_ID, Key, KeyErased, KeyUnavailable
from shared.crypto.sealing import NotAuthentic
from shared.crypto.signatures import Verifies
from shared.crypto.tombstones import Tombstone
from shared.kernel.errors import Refusal
from shared.telemetry.metrics import KEY_ERRORS

Ask = Callable[[str, Mapping[str, Any]], Any]
"""Calls a method of keyring; raises a ``Refusal``."""

BATCH = 100
"""Records whose keys are asked for in one call."""


class OpenedKey(BaseModel):
    """What keyring answers for one key: the key handed over, or the tombstone of its record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_id: UUID | None
    version: int
    current: bool = False
    key: Handed | None = None
    tombstone: Tombstone | None = None


def about(service: str, key_id: UUID, version: int) -> str:
    """What a handed key is for: one key of one service opens as no other."""
    return f"{service} {key_id} {version}"


def about_transport(service: str, day: date) -> str:
    return f"{service} transport {day.isoformat()}"


class RemoteKeys:
    """Keys of records, of the service, and of messages on their way.

    ``create``: whether an unknown record's key may be made; identity's right alone."""

    def __init__(
        self,
        ask: Ask,
        *,
        service: str,
        keyring_key: Verifies,
        create: bool = False,
        cache: KeyCache[Key | Tombstone] | None = None,
    ) -> None:
        self._ask = ask
        self._service = service
        self._keyring_key = keyring_key
        self._create = create
        self._cache = cache or KeyCache()

    def current(self, record_id: UUID | None) -> Key:
        key_id = SERVICE_KEY_ID if record_id is None else record_id
        return self._live(self._cache.get(key_id) or self._open(key_id, None))

    def exact(self, key_id: UUID, version: int) -> Key:
        found = self._cache.get((key_id, version)) or self._cache.get(key_id)
        if isinstance(found, Key) and found.version != version:
            found = None
        return self._live(found or self._open(key_id, version))

    def prefetch(self, key_ids: Collection[UUID]) -> None:
        wanted = [i for i in key_ids if i != SERVICE_KEY_ID and not self._cache.get(i)]
        for start in range(0, len(wanted), BATCH):
            self._prefetch(wanted[start : start + BATCH])

    def key(self, day: date) -> Key:
        """The key that messages of that day are sealed under; for all services the same."""
        found = self._cache.get(day)
        return found if isinstance(found, Key) else self._open_transport(day)

    def _open_transport(self, day: date) -> Key:
        recipient = Recipient()
        arguments = {"day": day.isoformat(), "recipient": recipient.half}
        try:
            handed = Handed.model_validate(self._call("transport_key", arguments)["key"])
            what = about_transport(self._service, day)
            key = Key(SERVICE_KEY_ID, 1, recipient.take(handed, what, self._keyring_key))
        except (ValidationError, KeyError, NotAuthentic):
            raise KeyUnavailable("this key was not handed over by keyring") from None
        self._cache.put(day, key)
        return key

    def _prefetch(self, record_ids: Sequence[UUID]) -> None:
        recipient = Recipient()
        answer = self._call(
            "open_keys",
            {"record_ids": record_ids, "purpose": "rebuild", "recipient": recipient.half},
        )
        for item in answer["keys"]:
            self._keep(_opened(item), recipient)

    def _open(self, key_id: UUID, version: int | None) -> Key | Tombstone:
        recipient = Recipient()
        arguments: dict[str, Any] = {
            "record_id": None if key_id == SERVICE_KEY_ID else key_id,
            "purpose": "use",
            "recipient": recipient.half,
        }
        if version is not None:
            arguments["version"] = version
        elif self._create:
            arguments["create"] = True
        opened = _opened(self._call("open_key", arguments))
        other = opened.key is not None and version not in {None, opened.version}
        if other or (opened.record_id or SERVICE_KEY_ID) != key_id:
            raise KeyUnavailable("keyring answered for another key")
        return self._keep(opened, recipient)

    def _keep(self, opened: OpenedKey, recipient: Recipient) -> Key | Tombstone:
        """Into memory, once its seal or signature holds."""
        key_id = opened.record_id or SERVICE_KEY_ID
        if opened.tombstone:
            if not opened.tombstone.is_by(self._keyring_key, key_id):
                raise KeyUnavailable("this tombstone is not signed by keyring")
            self._cache.put(key_id, opened.tombstone)
            return opened.tombstone
        if opened.key is None:
            raise KeyUnavailable("keyring answered without a key")
        what = about(self._service, key_id, opened.version)
        try:
            secret = recipient.take(opened.key, what, self._keyring_key)
        except NotAuthentic:
            raise KeyUnavailable("this key was not handed over by keyring") from None
        key = Key(key_id, opened.version, secret)
        self._cache.put((key_id, key.version), key)
        if opened.current:
            self._cache.put(key_id, key)
        return key

    def _live(self, found: Key | Tombstone) -> Key:
        if isinstance(found, Tombstone):
            raise KeyErased(f"the keys of {found.record_id} were destroyed")
        return found

    def _call(self, method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._ask(method, arguments)
        except KeyUnavailable:
            KEY_ERRORS.labels(self._service).inc()
            raise
        except Refusal as refusal:
            KEY_ERRORS.labels(self._service).inc()
            raise KeyUnavailable(f"keyring refused: {refusal.code}") from refusal


def _opened(answer: Any) -> OpenedKey:
    try:
        return OpenedKey.model_validate(answer)
    except ValidationError:
        raise KeyUnavailable("keyring's answer cannot be read") from None
