"""Tokens of connected services: opaque, one per authorisation, of which only a hash is kept.

A bearer token (RFC 6750). Its first part finds the stream, so that no index is needed and a
revocation holds at once; the rest is 256 bits that nobody can guess.
"""

import base64
import binascii
import hmac
from hashlib import sha256
from uuid import UUID

_ID, _SECRET = 16, 32


def derived_token(secret: bytes, stream: UUID, *parts: str) -> str:
    """The same token for the same parts, so that a repeated request hands out the first one: the
    stream, then HMAC-SHA-256 of ``access token``, stream and parts, each after its length (four
    bytes, the highest first); in base64url."""
    message = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    proof = hmac.new(secret, b"access token" + stream.bytes + message, sha256).digest()
    return base64.urlsafe_b64encode(stream.bytes + proof).decode()


def stream_of(token: str) -> UUID | None:
    """Where to look; ``None`` for what cannot be a token of ours."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return UUID(bytes=raw[:_ID]) if len(raw) == _ID + _SECRET else None


def token_hash(token: str) -> str:
    """What is kept. Not keyed: 256 bits of chance cannot be searched for."""
    return sha256(token.encode()).hexdigest()


def fits(token: str, kept: str) -> bool:
    return hmac.compare_digest(token_hash(token), kept)
