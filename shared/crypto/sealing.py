"""AES-256-GCM with a random nonce in front: the one form all small sealed values have."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TAG_BYTES = 16


class NotAuthentic(Exception):
    """Sealed bytes were changed, moved or cut, or this is not their key."""


def seal(secret: bytes, plain: bytes, context: bytes) -> bytes:
    """nonce | ciphertext and tag. They open only with the same ``context``."""
    return seal_with(AESGCM(secret), plain, context)


def seal_with(cipher: AESGCM, plain: bytes, context: bytes) -> bytes:
    """The same, where one key seals much."""
    nonce = os.urandom(NONCE_BYTES)
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
