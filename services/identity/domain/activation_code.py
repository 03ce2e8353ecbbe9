"""Activation codes: 12 characters, single use, few tries, an end; only a keyed hash is kept.

60 bits, so that a guess through an RPC is hopeless; the keyed hash, so that a stolen log
cannot be searched for the code either.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

LENGTH = 12
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


@dataclass(frozen=True)
class ActivationCode:
    """The one code that a record waits for. ``tries``: wrong codes typed since it was issued."""

    code_hash: str
    expires_at: datetime
    tries: int = 0

    def accepts(self, code_hash: str, now: datetime, tries_allowed: int) -> bool:
        usable = now < self.expires_at and self.tries < tries_allowed
        return hmac.compare_digest(self.code_hash, code_hash) and usable

    def tried(self) -> "ActivationCode":
        return replace(self, tries=self.tries + 1)


def derived_code(secret: bytes, *parts: str) -> str:
    """The same code for the same parts, so that a repeated request hands out the first one."""
    digest = int.from_bytes(_keyed(secret, "activation code", *parts)[:8], "big")
    return "".join(_ALPHABET[(digest >> (5 * n)) & 31] for n in range(LENGTH))


def code_hash(secret: bytes, code: str) -> str:
    """Hash of a code as typed: case, spaces and hyphens do not count, O is read 0, I and L 1."""
    return _keyed(secret, "activation code hash", code.upper().translate(_MISREAD)).hex()


def _keyed(secret: bytes, *parts: str) -> bytes:
    return hmac.new(secret, "\0".join(parts).encode(), sha256).digest()
