"""Attachments in object storage: sealed each under its own key, proven when read."""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID, uuid4

from services.messaging.domain.attachment import Stored
from shared.crypto.blob_cipher import open_stream, seal_stream
from shared.crypto.derivation import derive
from shared.crypto.keys import SERVICE_KEY_ID, Keys
from shared.crypto.sealing import NotAuthentic
from shared.kernel.errors import Unavailable
from shared.kernel.ids import derived_id
from shared.stores.objects import NotThere, Objects

UNPROVEN = "an attachment cannot be proven to be the one that came"


class SealedContents:
    """Keys of objects are ``<record token>/<message id>/<random>``: a record's objects share a
    prefix that says nothing of it, and a save tried again never meets what the first left."""

    def __init__(self, objects: Objects, keys: Keys) -> None:
        self._objects = objects
        self._keys = keys

    def keep(self, record_id: UUID, message_id: UUID, data: bytes) -> Stored:
        sealed = b"".join(seal_stream([data], self._keys.current(record_id), message_id.bytes))
        name = f"{self._prefix(record_id)}/{message_id.hex}/{uuid4().hex}"
        self._objects.put_once(name, [sealed], len(sealed))
        digest = hashlib.sha256(sealed).hexdigest()
        return Stored(object=name, sealed_sha256=digest, sealed_size=len(sealed))

    def fetch(self, message_id: UUID, stored: Stored) -> bytes:
        try:
            sealed = b"".join(self._objects.get(stored.object))
        except NotThere:
            raise Unavailable(UNPROVEN) from None
        if hashlib.sha256(sealed).hexdigest() != stored.sealed_sha256:
            raise Unavailable(UNPROVEN)
        try:
            return b"".join(open_stream([sealed], self._keys, message_id.bytes))
        except NotAuthentic:
            raise Unavailable(UNPROVEN) from None

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._objects.delete(key)

    def remove_record(self, record_id: UUID) -> None:
        self.remove(list(self._objects.list(f"{self._prefix(record_id)}/")))

    def all(self) -> Iterator[str]:
        return self._objects.list("")

    def message_of(self, key: str) -> UUID | None:
        parts = key.split("/")
        try:
            return UUID(hex=parts[1]) if len(parts) == 3 else None
        except ValueError:
            return None

    def _prefix(self, record_id: UUID) -> str:
        secret = derive(self._keys.exact(SERVICE_KEY_ID, 1).secret, "objects")
        return derived_id(secret, "record", str(record_id)).hex
