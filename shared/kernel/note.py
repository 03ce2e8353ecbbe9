"""Signed notes and verifier keys (c2sp.org/signed-note), Ed25519 signatures.

How to sign and how to check a signature is given, so that no key is ever held here.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

_ED25519 = b"\x01"
_KEY_SIZE, _SIGNATURE_SIZE = 32, 64
_SIGNATURES_MAX = 64
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")

Sign = Callable[[bytes], bytes]
CheckSignature = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) -> whether the signature is that key's."""


class InvalidNote(ValueError):
    """The note is malformed, or not signed by the key one trusts."""


@dataclass(frozen=True)
class VerifierKey:
    """``name+hash+key``, the text form tools exchange; ``key`` is 32 bytes."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.key).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        name, _, rest = text.strip().partition("+")
        given_id, _, encoded = rest.partition("+")
        data = _decode(encoded)
        verifier = cls(name, data[1:])
        if not _is_name(name) or data[:1] != _ED25519 or len(verifier.key) != _KEY_SIZE:
            raise InvalidNote("not an Ed25519 verifier key")
        if verifier.id.hex() != given_id:
            raise InvalidNote("the verifier key does not match its own hash")
        return verifier


def sign_note(text: str, verifier: VerifierKey, sign: Sign) -> str:
    """The text, a blank line, and one signature line."""
    if not text.endswith("\n") or _CONTROL.search(text) or not _is_name(verifier.name):
        raise InvalidNote("a note is lines of text, signed under a name without spaces or plus")
    signature = b64encode(verifier.id + sign(text.encode())).decode()
    return f"{text}\n— {verifier.name} {signature}\n"


def open_note(note: str, verifier: VerifierKey, check: CheckSignature) -> str:
    """The text, if the key signed it. Signatures of unknown keys (witnesses) are passed over."""
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures.split("\n")
    if not separator or lines.pop() or not lines or _CONTROL.search(note):
        raise InvalidNote("not a signed note")
    if len(lines) > _SIGNATURES_MAX:
        raise InvalidNote("too many signatures")
    known = [s for line in lines if (s := _signature_of(line, verifier)) is not None]
    if not known:
        raise InvalidNote("the note is not signed by this key")
    if not all(check(verifier.key, signature, text.encode()) for signature in known):
        raise InvalidNote("the signature is not of this text")
    return text


def _signature_of(line: str, verifier: VerifierKey) -> bytes | None:
    """The signature in a line, or None if it names another key."""
    found = _LINE.fullmatch(line)
    if not found:
        raise InvalidNote("not a signature line")
    data = _decode(found[2])
    if found[1] != verifier.name or data[:4] != verifier.id:
        return None
    if len(data) != 4 + _SIGNATURE_SIZE:
        raise InvalidNote("an Ed25519 signature has 64 bytes")
    return data[4:]


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidNote("not base64") from None


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not re.search(r"\s", name)
