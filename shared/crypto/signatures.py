"""Ed25519 (RFC 8032): signatures of tombstones, certificates and checkpoints."""

import json
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Verifies(Protocol):
    """A public key, or whatever stands for the keys of one signer."""

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raise ``cryptography.exceptions.InvalidSignature`` unless it is this signer's."""
        ...


@runtime_checkable
class Signer(Verifies, Protocol):
    """One that changes keys: each is believed of what was signed before its end."""

    def at(self, instant: datetime, /) -> Verifies: ...


def canonical(statement: dict[str, Any]) -> bytes:
    """The bytes that are signed: JSON, keys sorted, no spaces, UTF-8."""
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(key: Ed25519PrivateKey, purpose: str, statement: dict[str, Any]) -> str:
    """Signature in hex. ``purpose`` keeps one kind of statement from passing for another."""
    return key.sign(purpose.encode() + b"\0" + canonical(statement)).hex()


def is_signed(key: Verifies, purpose: str, statement: dict[str, Any], signature: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), purpose.encode() + b"\0" + canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def check_ed25519(key: bytes, signature: bytes, message: bytes) -> bool:
    """Of a signed note (c2sp.org/signed-note): no purpose is signed before the text."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
