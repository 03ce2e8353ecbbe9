"""The keys an auditor opens with: handed over under a mandate, or unwrapped from a store of
keyring with no service running."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import cast
from uuid import UUID

from services.audit.adapters.contents import KeysOf
from services.keyring.adapters.wrapped_keys import WrappedKeys
from services.keyring.application import Found
from services.keyring.domain.holders import OWN, holder_of
from shared.crypto.derivation import derive
from shared.crypto.handover import Handed, Recipient
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.crypto.keys import SERVICE_KEY_ID, Key, KeyErased, Keys, KeyUnavailable
from shared.crypto.local_keys import DeferredKeys
from shared.crypto.remote_keys import about
from shared.crypto.signatures import Verifies
from shared.crypto.tombstones import Tombstone
from shared.rpc.client import RpcClient
from shared.stores.guard import GuardedRecorder, Sql

REMEMBERED = 10_000
"""Holders whose keys are kept in memory at once."""


class StoredKeys:
    """What keyring would hand over to ``service``; nothing is made, and nothing written."""

    def __init__(self, find: Callable[[str], Found | None], service: str, signer: Verifies):
        self._find = find
        self._service = service
        self._signer = signer
        self._derived = lru_cache(maxsize=REMEMBERED)(self._derive)

    def current(self, record_id: UUID | None) -> Key:
        found = self._live(record_id)
        return self._key(record_id or SERVICE_KEY_ID, max(found.secrets), found)

    def exact(self, key_id: UUID, version: int) -> Key:
        return self._key(key_id, version, self._live(None if key_id == SERVICE_KEY_ID else key_id))

    def prefetch(self, _key_ids: Collection[UUID]) -> None:
        """Nothing to fetch: the table is at hand."""

    def _key(self, key_id: UUID, version: int, found: Found) -> Key:
        if version not in found.secrets:
            raise KeyUnavailable(f"{key_id} has no key version {version}")
        return self._derived(key_id, version, found.secrets[version])

    def _derive(self, key_id: UUID, version: int, secret: bytes) -> Key:
        path = ("record", self._service, str(key_id), str(version))
        return Key(key_id, version, derive(secret, *path))

    def _live(self, record_id: UUID | None) -> Found:
        found = self._find(holder_of(record_id, self._service))
        if found is None:
            raise KeyUnavailable(f"keyring holds no key of {record_id or self._service}")
        if found.tombstone:
            if record_id and found.tombstone.is_by(self._signer, record_id):
                raise KeyErased(f"the keys of {record_id} were destroyed")
            raise KeyUnavailable(f"the tombstone of {record_id} is not signed by keyring")
        return found


class OutOfScope(KeyUnavailable):
    """A key of another record, or a service's own: not what was handed over."""


class HandedKeys:
    """What keyring handed over for one record and one service, under a mandate."""

    def __init__(self, record: UUID, keys: Mapping[int, bytes], erased: bool) -> None:
        self._record = record
        self._keys = keys
        self._erased = erased

    def current(self, record_id: UUID | None) -> Key:
        return self.exact(record_id or SERVICE_KEY_ID, max(self._keys, default=0))

    def exact(self, key_id: UUID, version: int) -> Key:
        if key_id != self._record:
            raise OutOfScope(f"the mandate does not cover {key_id}")
        if self._erased:
            raise KeyErased(f"the keys of {key_id} were destroyed")
        if version not in self._keys:
            raise KeyUnavailable(f"{key_id} has no key version {version}")
        return Key(key_id, version, self._keys[version])

    def prefetch(self, _key_ids: Collection[UUID]) -> None:
        """All that there is was handed over at once."""


def mandated_keys(
    client: RpcClient, token: str, record: UUID, purpose: str, signer: Verifies
) -> KeysOf:
    """The keys of one record for every service, asked of audit, which journals the use and has
    them handed over by keyring, sealed for us alone."""
    recipient = Recipient()
    asked = {"record_id": str(record), "purpose": purpose, "recipient": recipient.half}
    answer = client.call("audit", "open_record", asked, token=token)
    erased = answer["tombstone"] is not None
    if erased and not Tombstone.model_validate(answer["tombstone"]).is_by(signer, record):
        raise KeyUnavailable(f"the tombstone of {record} is not signed by keyring")
    keys: dict[str, dict[int, bytes]] = {}
    for item in answer["keys"]:
        what = about(item["service"], record, item["version"])
        secret = recipient.take(Handed.model_validate(item["key"]), what, signer)
        keys.setdefault(item["service"], {})[item["version"]] = secret
    return lambda service: HandedKeys(record, keys.get(service, {}), erased)


def stored_keys(
    reading: Callable[[], AbstractContextManager[Sql]], kek_file: Path, signer: Verifies
) -> KeysOf:
    """The keys of any service, from keyring's table and the key-encryption key."""
    recorder = cast("GuardedRecorder", _ReadOnly(reading))  # nothing is inserted
    table = WrappedKeys(recorder, FileKeyWrapper(kek_file))

    @lru_cache(maxsize=REMEMBERED)
    def find(holder: str) -> Found | None:
        return table.find([holder]).get(holder)

    def own_root() -> bytes:
        found = find(OWN)
        if found is None:
            raise KeyUnavailable("keyring holds no key of its own log")
        return found.secrets[1]

    def keys_of(service: str) -> Keys:
        if service == "keyring":
            return DeferredKeys(own_root, service)
        return StoredKeys(find, service, signer)

    return keys_of


class _ReadOnly:
    """The part of a recorder that reading keys needs."""

    bytes_type = "BLOB"

    def __init__(self, reading: Callable[[], AbstractContextManager[Sql]]) -> None:
        self.reading = reading

    def create(self, *_statements: str) -> None:
        """The tables are there, or there is nothing to read."""
