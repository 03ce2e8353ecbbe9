"""Outside witnesses: they saw the log, found it consistent, and sign that they did
(c2sp.org/tlog-cosignature, Ed25519, version 1).
"""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from shared.kernel.note import CheckSignature, InvalidNote

_ED25519_COSIGNATURE = b"\x04"
_KEY, _TIME, _SIGNATURE = 32, 8, 64


@dataclass(frozen=True)
class WitnessKey:
    """``name+hash+key``, as witnesses publish it; ``key`` is 32 bytes."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519_COSIGNATURE + self.key).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> "WitnessKey":
        name, _, rest = text.strip().partition("+")
        given, _, encoded = rest.partition("+")
        data = _decode(encoded)
        witness = cls(name, data[1:])
        kind_fits = data[:1] == _ED25519_COSIGNATURE and len(witness.key) == _KEY
        if not name or not kind_fits or witness.id.hex() != given:
            raise InvalidNote("not the key of an Ed25519 witness")
        return witness


@dataclass(frozen=True)
class Cosignature:
    """``at``: seconds since the Epoch, as the witness says. ``line``: as it stands in the note."""

    witness: str
    at: int
    line: str


def cosignatures(
    note: str, witnesses: Iterable[WitnessKey], check: CheckSignature
) -> list[Cosignature]:
    """Those of known witnesses, each checked; lines of unknown keys are passed over. Raise
    ``InvalidNote`` if one is of a known witness and does not hold."""
    text, _, signatures = note.rpartition("\n\n")
    keys = list(witnesses)
    each = (
        _of(line, witness, f"{text}\n", check)
        for line in signatures.split("\n")
        for witness in keys
    )
    return [cosignature for cosignature in each if cosignature]


def _of(line: str, witness: WitnessKey, text: str, check: CheckSignature) -> Cosignature | None:
    name, _, encoded = line.removeprefix("— ").partition(" ")
    if not line.startswith("— ") or name != witness.name:
        return None
    data = _decode(encoded)
    if data[:4] != witness.id:
        return None
    if len(data) != 4 + _TIME + _SIGNATURE:
        raise InvalidNote("a cosignature is a time and an Ed25519 signature")
    at = int.from_bytes(data[4 : 4 + _TIME], "big")
    message = f"cosignature/v1\ntime {at}\n{text}".encode()
    if not check(witness.key, data[4 + _TIME :], message):
        raise InvalidNote(f"the cosignature is not of {witness.name}")
    return Cosignature(witness.name, at, line)


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidNote("not base64") from None
