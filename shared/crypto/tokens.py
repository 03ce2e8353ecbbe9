"""Keyed tokens: equal values can be found again, by those who hold the key only."""

import base64
import hmac
from functools import lru_cache


def keyed_token(key: bytes, label: str, value: str) -> str:
    """HMAC-SHA-256 of ``value`` for one use (``label``), 32 URL-safe characters (192 bits)."""
    message = _prefix(label) + value.encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, "sha256")[:24]).decode()


@lru_cache
def _prefix(label: str) -> bytes:
    """With its length, so that it cannot run into a value; the few there are come again."""
    prefix = label.encode()
    return len(prefix).to_bytes(4, "big") + prefix
