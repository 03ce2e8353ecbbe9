"""Keyed tokens: equal values can be found again, by those who hold the key only."""

import base64
import hmac


def keyed_token(key: bytes, label: str, value: str) -> str:
    """HMAC-SHA-256 of ``value`` for one use (``label``), 32 URL-safe characters (192 bits)."""
    prefix = label.encode()
    message = len(prefix).to_bytes(4, "big") + prefix + value.encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, "sha256")[:24]).decode()
