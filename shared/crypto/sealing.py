"""AES-256-GCM with a random nonce in front: the one form all small sealed values have."""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TAG_BYTES = 16


Nonces = Callable[[], bytes]
"""Gives one that nothing was sealed with, each time."""


class NotAuthentic(Exception):
    """Sealed bytes were changed, moved or cut, or this is not their key."""


def one_nonce() -> bytes:
    return os.urandom(NONCE_BYTES)


def nonces(count: int) -> Nonces:
    """So many drawn at once, each given once; ``IndexError`` beyond. The system is asked a single
    time for all that is sealed of one row."""
    drawn = os.urandom(NONCE_BYTES * count)
    return [drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)].pop


def seal(secret: bytes, plain: bytes, context: bytes) -> bytes:
    """nonce | ciphertext and tag. They open only with the same ``context``."""
    return seal_with(AESGCM(secret), plain, context)


def seal_with(cipher: AESGCM, plain: bytes, context: bytes, fresh: Nonces = one_nonce) -> bytes:
    """The same, where one key seals much."""
    nonce = fresh()
    return nonce + cipher.encrypt(nonce, plain, context)


def unseal(secret: bytes, sealed: bytes, context: bytes) -> bytes:
    """Raise :class:`NotAuthentic`."""
    return unseal_with(AESGCM(secret), sealed, context)


def unseal_with(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    """The same, where one key opens much."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise NotAuthentic("too short to be sealed")
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag:
        raise NotAuthentic("changed, moved, or sealed under another key") from None
