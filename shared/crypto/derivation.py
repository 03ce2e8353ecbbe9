"""Keys from keys: HKDF-SHA-256 (RFC 5869), one label per purpose."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive(secret: bytes, *labels: str) -> bytes:
    """32 bytes for these labels, from which neither ``secret`` nor a sibling can be found.

    Labels are length-prefixed, so that ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    info = b"".join(len(data).to_bytes(4, "big") + data for data in map(str.encode, labels))
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)
