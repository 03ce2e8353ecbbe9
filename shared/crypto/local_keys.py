"""Keys derived in memory from one root: for tests, and for keyring's own log."""

from collections.abc import Callable, Collection
from datetime import date
from functools import cached_property
from uuid import UUID

from shared.crypto.derivation import KEY_BYTES, derive
from shared.crypto.key_cache import KeyCache
from shared.crypto.keys import SERVICE_KEY_ID, Key, KeyErased, KeyUnavailable


class LocalKeys:
    """Every record has a key, found again from ``root`` alone; nothing is stored."""

    def __init__(self, root: bytes, service: str) -> None:
        if len(root) != KEY_BYTES:
            raise ValueError(f"a root key has {KEY_BYTES} bytes")
        self._root = root
        self._service = service
        self._derived: KeyCache[Key] = KeyCache()
        self._versions: dict[UUID, int] = {}
        self._erased: set[UUID] = set()

    def current(self, record_id: UUID | None) -> Key:
        key_id = SERVICE_KEY_ID if record_id is None else record_id
        return self.exact(key_id, self._versions.get(key_id, 1))

    def exact(self, key_id: UUID, version: int) -> Key:
        if key_id in self._erased:
            raise KeyErased(f"the keys of {key_id} were destroyed")
        if not 1 <= version <= self._versions.get(key_id, 1):
            raise KeyUnavailable(f"{key_id} has no key version {version}")
        if key := self._derived.get((key_id, version)):
            return key
        secret = derive(self._root, "record", self._service, str(key_id), str(version))
        key = Key(key_id, version, secret)
        self._derived.put((key_id, version), key)
        return key

    def prefetch(self, key_ids: Collection[UUID]) -> None:
        """Nothing to fetch: every key is derived here."""

    def rotate(self, key_id: UUID) -> None:
        """New rows are sealed under a new version; older rows still open."""
        self._versions[key_id] = self._versions.get(key_id, 1) + 1

    def erase(self, key_id: UUID) -> None:
        """From now on every version of this key is gone."""
        self._erased.add(key_id)


class LocalTransportKeys:
    """Transport keys of every day, from a root that all services of a test share."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    def key(self, day: date) -> Key:
        return Key(SERVICE_KEY_ID, 1, derive(self._root, "transport", day.isoformat()))


class DeferredKeys:
    """Local keys whose root is fetched when a key is first needed."""

    def __init__(self, root: Callable[[], bytes], service: str) -> None:
        self._root = root
        self._service = service

    @cached_property
    def _keys(self) -> LocalKeys:
        return LocalKeys(self._root(), self._service)

    def current(self, record_id: UUID | None) -> Key:
        return self._keys.current(record_id)

    def exact(self, key_id: UUID, version: int) -> Key:
        return self._keys.exact(key_id, version)

    def prefetch(self, key_ids: Collection[UUID]) -> None:
        """Nothing to fetch: every key is derived from the root."""
