"""Public keys of one service in one file: the one that signs, those before it, the next one."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from shared.kernel.clock import Clock, instant, parse_instant
from shared.kernel.errors import Unauthenticated

_UNTIL = re.compile(r"Until: (\S+)")
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"


@dataclass(frozen=True)
class BelievedKey:
    """``until``: end of what it is believed of; ``None`` while it may still sign."""

    key: Ed25519PublicKey
    until: datetime | None = None

    @cached_property
    def id(self) -> str:
        return id_of(self.key)


def id_of(key: Ed25519PublicKey) -> str:
    """What a token names its key by (``kid``)."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:8]


def parse_public_keys(text: str) -> tuple[BelievedKey, ...]:
    """Newest first. Raise ``ValueError`` for a file that is not wholly understood."""
    found = []
    while text.strip():
        before, begin, rest = text.partition(_BEGIN)
        block, end, text = rest.partition(_END)
        until = _UNTIL.fullmatch(before.strip())
        key = load_pem_public_key((begin + block + end).encode())
        if not isinstance(key, Ed25519PublicKey) or (before.strip() and not until):
            raise ValueError("not a list of Ed25519 keys")
        found.append(BelievedKey(key, parse_instant(until[1]) if until else None))
    if not found:
        raise ValueError("no key")
    return tuple(found)


def format_public_keys(keys: Iterable[BelievedKey]) -> str:
    """The first block is all that a reader of a single key sees."""
    return "".join(
        (f"Until: {instant(k.until)}\n" if k.until else "")
        + k.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        for k in keys
    )


@dataclass(frozen=True)
class KeysAt:
    """Those believed of one instant."""

    keys: Sequence[Ed25519PublicKey]

    def verify(self, signature: bytes, data: bytes) -> None:
        for key in self.keys:
            with suppress(InvalidSignature):
                return key.verify(signature, data)
        raise InvalidSignature


class ServiceSigner:
    """The keys of one service, newest first, in a file of PEM blocks.

    Above the block of a former key a line ``Until: <instant>`` says when it ended. The next key
    is there before it signs, so that everybody knows it by then.
    """

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._read: tuple[int, tuple[BelievedKey, ...]] = (0, ())

    def keys(self) -> tuple[BelievedKey, ...]:
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._read[0]:
                self._read = (changed, parse_public_keys(self._file.read_text()))
        except (OSError, ValueError):
            raise Unauthenticated("this service's key is not known here") from None
        return self._read[1]

    def at(self, instant: datetime) -> KeysAt:
        return KeysAt([k.key for k in self._believed(instant)])

    def _believed(self, instant: datetime) -> list[BelievedKey]:
        return [k for k in self.keys() if k.until is None or instant <= k.until]

    def verify(self, signature: bytes, data: bytes) -> None:
        self.at(self._clock.now()).verify(signature, data)

    def named(self, key_id: object) -> Ed25519PublicKey:
        """The one that a token says signed it; the newest if it says nothing, or another name."""
        keys = self._believed(self._clock.now())
        if not keys:
            raise Unauthenticated("this service's key is not known here")
        return next((k.key for k in keys if k.id == key_id), keys[0].key)
