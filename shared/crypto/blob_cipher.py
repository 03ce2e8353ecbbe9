"""Sealed content of any size in flat memory: the STREAM construction over AES-256-GCM.

(Hoang, Reyhanitabar, Rogaway, Vizar: "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015.) Every blob has a key of its own, wrapped by the record's key,
so that a rotation of the latter rewrites no content.

Layout: format (1 byte) | record key id (16) | its version (4, big-endian) | wrapped blob key
(60) | nonce prefix (7) | segments. A segment is 64 KiB of content (the last one less, perhaps
none) and a tag of 16 bytes. Its nonce is prefix | number (4, big-endian) | last (1), so that
one cut off, moved, repeated or added does not open. The whole header is authenticated with
every segment.
"""

import os
from collections.abc import Iterable, Iterator
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.derivation import KEY_BYTES
from shared.crypto.keys import Key, Keys
from shared.crypto.sealing import NONCE_BYTES, TAG_BYTES, NotAuthentic, seal, unseal

FORMAT = 1
SEGMENT = 64 * 1024
"""Bytes of content in each segment but the last."""
PREFIX_BYTES = 7
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
CLEAR_BYTES = 1 + 16 + 4
HEADER_BYTES = CLEAR_BYTES + WRAPPED_BYTES + PREFIX_BYTES


def seal_stream(chunks: Iterable[bytes], key: Key, context: bytes = b"") -> Iterator[bytes]:
    """Sealed bytes of the content. ``context`` (say, the document's id) is needed to open it."""
    blob_key = os.urandom(KEY_BYTES)
    clear = bytes([FORMAT]) + key.id.bytes + key.version.to_bytes(4, "big")
    header = clear + seal(key.secret, blob_key, clear + context) + os.urandom(PREFIX_BYTES)
    yield header
    cipher = AESGCM(blob_key)
    for number, last, segment in _segments(chunks, SEGMENT):
        yield cipher.encrypt(_nonce(header, number, last=last), segment, header)


def open_stream(chunks: Iterable[bytes], keys: Keys, context: bytes = b"") -> Iterator[bytes]:
    """The content. Raise :class:`NotAuthentic`, ``KeyErased`` or ``KeyUnavailable``.

    What was yielded before :class:`NotAuthentic` is authentic but not whole: do not use it.
    """
    header, body = _split(iter(chunks))
    cipher = AESGCM(_blob_key(header, keys, context))
    for number, last, segment in _segments(body, SEGMENT + TAG_BYTES):
        try:
            yield cipher.decrypt(_nonce(header, number, last=last), segment, header)
        except InvalidTag:
            raise NotAuthentic(f"segment {number} was changed, moved or cut") from None


def sealed_size(size: int) -> int:
    """Bytes that content of ``size`` bytes takes once sealed."""
    segments = max(1, -(-size // SEGMENT))
    return HEADER_BYTES + size + segments * TAG_BYTES


def _blob_key(header: bytes, keys: Keys, context: bytes) -> bytes:
    if len(header) < HEADER_BYTES or header[0] != FORMAT:
        raise NotAuthentic("not sealed content of a known format")
    key = keys.exact(UUID(bytes=header[1:17]), int.from_bytes(header[17:21], "big"))
    wrapped = header[CLEAR_BYTES : CLEAR_BYTES + WRAPPED_BYTES]
    return unseal(key.secret, wrapped, header[:CLEAR_BYTES] + context)


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[-PREFIX_BYTES:] + number.to_bytes(4, "big") + bytes([last])


def _split(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= HEADER_BYTES:
            break

    def body() -> Iterator[bytes]:
        yield start[HEADER_BYTES:]
        yield from chunks

    return start[:HEADER_BYTES], body()


def _segments(chunks: Iterable[bytes], size: int) -> Iterator[tuple[int, bool, bytes]]:
    """Cut into segments of ``size``; the last one is marked, and there is always one."""
    number, buffer = 0, bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) > size:
            yield number, False, bytes(buffer[:size])
            del buffer[:size]
            number += 1
    yield number, True, bytes(buffer)
