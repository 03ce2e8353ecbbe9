"""Message data on its way: sealed under the day's key, bound to its envelope's clear header.

What the broker keeps on its disks can be read only by a service that keyring lets have the key.
"""

from shared.crypto.keys import Key
from shared.crypto.sealing import seal_with, unseal_with


def seal_message(data: bytes, key: Key, header: bytes) -> bytes:
    """``header``: the canonical bytes of all clear fields of the envelope."""
    return seal_with(key.cipher, data, b"transport|" + header)


def open_message(sealed: bytes, key: Key, header: bytes) -> bytes:
    """Raise ``NotAuthentic`` if the data or any clear field was changed."""
    return unseal_with(key.cipher, sealed, b"transport|" + header)
