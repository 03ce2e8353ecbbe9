"""Key-encryption keys: record keys are kept wrapped by one that never leaves its place."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.crypto.derivation import KEY_BYTES
from shared.crypto.key_files import is_private
from shared.crypto.sealing import NotAuthentic, seal, unseal
from shared.kernel.settings import SettingsError


@dataclass(frozen=True)
class Wrapped:
    """``kek``: which key-encryption key wrapped these bytes; says nothing of its value."""

    kek: str
    data: bytes


class KeyWrapper(Protocol):
    """Wraps and unwraps keys of 32 bytes; a security module does so without giving its key."""

    @property
    def kek(self) -> str:
        """The key-encryption key that wraps what is new."""
        ...

    def wrap(self, key: bytes, context: bytes) -> Wrapped: ...

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        """Raise ``NotAuthentic`` if it was wrapped by none of ours, or for another context."""
        ...


class FileKeyWrapper:
    """Keys in a file that nobody else may read: one in hex on each line, the last current.

    To change the key, add a line, let ``keyring.rewrap_all`` run, then remove the first one.
    """

    def __init__(self, file: Path) -> None:
        try:
            private = is_private(file)
            keys = [bytes.fromhex(line) for line in file.read_text().split()]
        except (OSError, ValueError):
            raise SettingsError(f"CARNET_KEK_FILE: {file} is not a readable key file") from None
        if not private:
            raise SettingsError(f"CARNET_KEK_FILE: {file} is readable by others: give it mode 0600")
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise SettingsError(
                f"CARNET_KEK_FILE: {file} must hold {KEY_BYTES} bytes in hex a line"
            )
        self._keys = {_name(key): key for key in keys}
        self._current = _name(keys[-1])

    @property
    def kek(self) -> str:
        return self._current

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        return Wrapped(self._current, seal(self._keys[self._current], key, b"wrap|" + context))

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        key = self._keys.get(wrapped.kek)
        if key is None:
            raise NotAuthentic(f"the key-encryption key {wrapped.kek} is not in the key file")
        return unseal(key, wrapped.data, b"wrap|" + context)


def _name(key: bytes) -> str:
    return hashlib.sha256(b"carnet kek\0" + key).hexdigest()[:16]
