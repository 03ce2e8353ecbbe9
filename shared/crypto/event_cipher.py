"""Sealed event state: AES-256-GCM, bound to the row it stands in.

Layout: format (1 byte) | key id (16) | key version (4, big-endian) | nonce (12) | ciphertext
and tag. What precedes the nonce is readable without a key: an auditor sees which record a row
belongs to, a rebuild sees which key to ask for. All of it, and the row's identity, is
authenticated, so a row moved, swapped or edited does not open.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.keys import SERVICE_KEY_ID, Key, Keys
from shared.crypto.sealing import (
    NONCE_BYTES,
    TAG_BYTES,
    Nonces,
    NotAuthentic,
    one_nonce,
    seal_with,
    unseal_with,
)

FORMAT = 1
_FORMAT = bytes([FORMAT])
HEADER_BYTES = 1 + 16 + 4


class RowIdentity(NamedTuple):
    """Where a sealed state stands: it opens nowhere else."""

    store: str
    originator_id: UUID
    version: int
    topic: str

    def to_bytes(self) -> bytes:
        return f"{self.store}|{self.originator_id}|{self.version}|{self.topic}".encode()


class SealHeader(NamedTuple):
    """The clear part of a sealed state."""

    key_id: UUID
    key_version: int

    @property
    def record_id(self) -> UUID | None:
        """The record a row belongs to; ``None`` for what the service's own key seals."""
        return None if self.key_id == SERVICE_KEY_ID else self.key_id


def read_header(sealed: bytes) -> SealHeader:
    """Raise :class:`NotAuthentic` if these bytes cannot be a sealed state."""
    if len(sealed) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or sealed[0] != FORMAT:
        raise NotAuthentic("not a sealed state of a known format")
    return _header(sealed[:HEADER_BYTES])


@lru_cache(maxsize=4096)
def _header(clear: bytes) -> SealHeader:
    """Asked for several times of each row, and the same in many of a record's."""
    return SealHeader(UUID(bytes=clear[1:17]), int.from_bytes(clear[17:21], "big"))


def seal_state(key: Key, row: RowIdentity, plain: bytes) -> bytes:
    return seal_in(key, row.to_bytes(), plain)


def seal_in(key: Key, row: bytes, plain: bytes, fresh: Nonces = one_nonce) -> bytes:
    """As :func:`seal_state`. ``row``: :meth:`RowIdentity.to_bytes`."""
    header = _FORMAT + key.name
    return header + seal_with(key.cipher, plain, header + row, fresh)


def open_state(keys: Keys, row: RowIdentity, sealed: bytes) -> bytes:
    """Raise :class:`NotAuthentic`, ``KeyErased`` or ``KeyUnavailable``."""
    header = read_header(sealed)
    cipher = keys.exact(header.key_id, header.key_version).cipher
    return unseal_with(cipher, sealed[HEADER_BYTES:], sealed[:HEADER_BYTES] + row.to_bytes())


class Opener:
    """Opens many states of few keys: each key is asked for once. Made for one answer and not
    kept, so that no key is remembered beyond what its cache allows."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._ciphers: dict[bytes, AESGCM] = {}

    def open(self, row: bytes, sealed: bytes) -> bytes:
        """Errors as :func:`open_state`. ``row``: :meth:`RowIdentity.to_bytes`."""
        header = sealed[:HEADER_BYTES]
        cipher = self._ciphers.get(header) or self._cipher(sealed)
        return unseal_with(cipher, sealed[HEADER_BYTES:], header + row)

    def _cipher(self, sealed: bytes) -> AESGCM:
        header = read_header(sealed)
        cipher = self._keys.exact(header.key_id, header.key_version).cipher
        self._ciphers[sealed[:HEADER_BYTES]] = cipher
        return cipher
