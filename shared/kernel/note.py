"""Signed notes and verifier keys (c2sp.org/signed-note), Ed25519 signatures.

How to sign and how to check a signature is given, so that no key is ever held here.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
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


class NotSigned(InvalidNote):
    """Well formed, and none of its signatures is of the key one trusts."""


@dataclass(frozen=True)
class FormerKey:
    """Signed before the current key did: believed of trees of at most ``upto`` entries, so that
    who steals it later signs nothing new with it."""

    key: bytes
    upto: int


@dataclass(frozen=True)
class VerifierKey:
    """``name+hash+key``, the text form tools exchange; ``key`` is 32 bytes.

    ``former``: keys that it took the place of. In text, each has a line of its own after the
    current one's, followed by a space and ``upto``.
    """

    name: str
    key: bytes
    former: tuple[FormerKey, ...] = ()

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.key).decode()}"

    def replaced_by(self, key: bytes, upto: int) -> "VerifierKey":
        """The next key of the same log; this one signed trees of at most ``upto`` entries."""
        return VerifierKey(self.name, key, (FormerKey(self.key, upto), *self.former))

    @property
    def text(self) -> str:
        """All lines: what is published, and given to whoever verifies."""
        former = (f"{VerifierKey(self.name, f.key)} {f.upto}\n" for f in self.former)
        return "".join((f"{self}\n", *former))

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        first, *others = text.strip().split("\n")
        current = cls._parse_line(first)
        former = []
        for line in others:
            key, _, upto = line.strip().rpartition(" ")
            verifier = cls._parse_line(key)
            if verifier.name != current.name or not upto.isdecimal():
                raise InvalidNote("not a former key of this log")
            former.append(FormerKey(verifier.key, int(upto)))
        return cls(current.name, current.key, tuple(former))

    @classmethod
    def _parse_line(cls, text: str) -> "VerifierKey":
        name, _, rest = text.strip().partition("+")
        given_id, _, encoded = rest.partition("+")
        data = _decode(encoded)
        verifier = cls(name, data[1:])
        if not _is_name(name) or data[:1] != _ED25519 or len(verifier.key) != _KEY_SIZE:
            raise InvalidNote("not an Ed25519 verifier key")
        if verifier.id.hex() != given_id:
            raise InvalidNote("the verifier key does not match its own hash")
        return verifier


def succession(verifier: VerifierKey) -> str:
    """What a former key signs so that the one that follows it is believed. A note signed by both
    says nothing of either: whoever has it can add a signature of their own."""
    return f"{verifier.name}/key\n{verifier}\n"


def sign_note(text: str, verifier: VerifierKey, sign: Sign) -> str:
    """The text, a blank line, and one signature line."""
    if not text.endswith("\n") or _CONTROL.search(text) or not _is_name(verifier.name):
        raise InvalidNote("a note is lines of text, signed under a name without spaces or plus")
    return f"{text}\n{_signature_line(text, verifier, sign)}"


def countersign(note: str, verifier: VerifierKey, sign: Sign) -> str:
    """One signature more: who believes either key takes the note."""
    text = note.rpartition("\n\n")[0] + "\n"
    return note + _signature_line(text, verifier, sign)


def _signature_line(text: str, verifier: VerifierKey, sign: Sign) -> str:
    signature = b64encode(verifier.id + sign(text.encode())).decode()
    return f"— {verifier.name} {signature}\n"


def open_note(note: str, verifier: VerifierKey, check: CheckSignature) -> str:
    """The text, if the key signed it, or a former one while it was believed. Signatures of
    unknown keys (witnesses) are passed over."""
    try:
        return _open(note, verifier, check)
    except NotSigned:
        for former in verifier.former:
            with suppress(NotSigned):
                text = _open(note, VerifierKey(verifier.name, former.key), check)
                if _size(text) <= former.upto:
                    return text
        raise


def _size(text: str) -> float:
    """Entries of the tree that a checkpoint signs; other notes are of no tree that ended."""
    line = text.split("\n")[1]
    return int(line) if line.isascii() and line.isdecimal() else float("inf")


def _open(note: str, verifier: VerifierKey, check: CheckSignature) -> str:
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures.split("\n")
    if not separator or lines.pop() or not lines or _CONTROL.search(note):
        raise InvalidNote("not a signed note")
    if len(lines) > _SIGNATURES_MAX:
        raise InvalidNote("too many signatures")
    known = [s for line in lines if (s := _signature_of(line, verifier)) is not None]
    if not known:
        raise NotSigned("the note is not signed by this key")
    if not all(check(verifier.key, signature, text.encode()) for signature in known):
        raise InvalidNote("the signature is not of this text")
    return text


def is_signed_by(note: str, verifier: VerifierKey) -> bool:
    """Whether a line names this key; that it holds is for :func:`open_note`."""
    lines = note.rpartition("\n\n")[2].split("\n")[:-1]
    return any(_signature_of(line, verifier) is not None for line in lines)


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
