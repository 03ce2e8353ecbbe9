"""The log's own Ed25519 key: what signs a checkpoint, and what anyone checks it with."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.kernel.note import VerifierKey
from shared.kernel.settings import SettingsError


def log_key(file: Path) -> Ed25519PrivateKey:
    """A file that is missing, or holds another kind of key, refuses to boot."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError):
        raise SettingsError(f"a key of the log: {file} is not a readable key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"a key of the log: {file} is not an Ed25519 key")
    return key


def verifier_key(origin: str, key: Ed25519PublicKey) -> VerifierKey:
    return VerifierKey(origin, key.public_bytes_raw())
