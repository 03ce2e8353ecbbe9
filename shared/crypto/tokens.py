"""Keyed tokens: equal values can be found again, by those who hold the key only."""

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC


def keyed_token(key: bytes, label: str, value: str) -> str:
    """HMAC-SHA-256 of ``value`` for one use (``label``), 32 URL-safe characters (192 bits)."""
    return token_with(mac_of(key), label, value)


def mac_of(key: bytes) -> HMAC:
    """Of nothing yet: each token goes on from a copy."""
    return HMAC(key, SHA256())


def token_with(mac: HMAC, label: str, value: str) -> str:
    """The same, where one key makes many. ``mac``: :func:`mac_of` that key."""
    made = mac.copy()
    made.update(_prefix(label) + value.encode())
    return base64.urlsafe_b64encode(made.finalize()[:24]).decode()


@lru_cache
def _prefix(label: str) -> bytes:
    """With its length, so that it cannot run into a value; the few there are come again."""
    prefix = label.encode()
    return len(prefix).to_bytes(4, "big") + prefix
