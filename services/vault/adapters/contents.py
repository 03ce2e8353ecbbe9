"""Contents of documents in object storage: sealed each under its own key, proven when read."""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID, uuid4

from services.vault.domain.document import Content
from services.vault.domain.ports import ContentDamaged, ContentMissing, Sealed
from shared.crypto.blob_cipher import SEGMENT, open_stream, seal_stream, sealed_size
from shared.crypto.derivation import derive
from shared.crypto.keys import SERVICE_KEY_ID, Keys
from shared.crypto.sealing import NotAuthentic
from shared.kernel.ids import derived_id
from shared.stores.objects import NotThere, Objects


class SealedContents:
    """Keys of objects are ``<record token>/<document id>/<random>``: a record's objects share a
    prefix that says nothing of it, and a save tried again never meets what the first left."""

    def __init__(self, objects: Objects, keys: Keys) -> None:
        self._objects = objects
        self._keys = keys

    def keep(self, record_id: UUID, document_id: UUID, data: bytes) -> Sealed:
        """Sealed piece by piece, so that no second copy of a content is made."""
        sealed = seal_stream(_pieces(data), self._keys.current(record_id), document_id.bytes)
        size = sealed_size(len(data))
        name = f"{self._prefix(record_id)}/{document_id.hex}/{uuid4().hex}"
        return Sealed(object=name, sha256=self._objects.put_once(name, sealed, size), size=size)

    def fetch(self, document_id: UUID, content: Content) -> bytes:
        sealed = self._proven(content)
        try:
            data = b"".join(open_stream(sealed, self._keys, document_id.bytes))
        except NotAuthentic as fault:
            raise ContentDamaged from fault
        if hashlib.sha256(data).hexdigest() != content.sha256:
            raise ContentDamaged
        return data

    def verify(self, content: Content) -> None:
        for _ in self._proven(content):
            pass

    def all(self) -> Iterator[str]:
        return self._objects.list("")

    def document_of(self, key: str) -> UUID | None:
        parts = key.split("/")
        try:
            return UUID(hex=parts[1]) if len(parts) == 3 else None
        except ValueError:
            return None

    def forget(self, record_id: UUID) -> None:
        self.remove(list(self._objects.list(f"{self._prefix(record_id)}/")))

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._objects.delete(key)

    def _proven(self, content: Content) -> Iterator[bytes]:
        """The sealed bytes; they count only once the last one has been given."""
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in self._objects.get(content.object):
                digest.update(chunk)
                size += len(chunk)
                if size > content.sealed_size:
                    raise ContentDamaged
                yield chunk
        except NotThere as fault:
            raise ContentMissing from fault
        if size != content.sealed_size or digest.hexdigest() != content.sealed_sha256:
            raise ContentDamaged

    def _prefix(self, record_id: UUID) -> str:
        secret = derive(self._keys.exact(SERVICE_KEY_ID, 1).secret, "objects")
        return derived_id(secret, "record", str(record_id)).hex


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), SEGMENT):
        yield data[start : start + SEGMENT]
