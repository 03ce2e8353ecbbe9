"""Key-encryption keys that never leave a security module, spoken to by PKCS#11.

Keys of records are wrapped in the module by AES-256-GCM under a key that it made, that it shows
to nobody, and that is found by its label. What the module refuses or a lost session is *stop*,
never *erased*.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar

from shared.crypto.derivation import KEY_BYTES
from shared.crypto.key_files import is_private
from shared.crypto.key_wrapper import KeyWrapper, Wrapped
from shared.crypto.keys import KeyUnavailable
from shared.crypto.sealing import NotAuthentic
from shared.kernel.settings import SettingsError

NONCE = 12
TAG_BITS = 128
PREFIX = "hsm:"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ModuleSettings:
    """``module``: the vendor's library; ``token``, ``key``: labels; ``pin_file``: mode 0600."""

    module: Path
    token: str
    key: str
    pin_file: Path = field(repr=False)

    def pin(self) -> str:
        try:
            if not is_private(self.pin_file):
                raise SettingsError("CARNET_KEYRING_PKCS11_PIN_FILE is readable by others")
            return self.pin_file.read_text().strip()
        except OSError:
            raise SettingsError("CARNET_KEYRING_PKCS11_PIN_FILE cannot be read") from None


class ModuleKeyWrapper:
    """One session, used by one thread at a time and opened again when it was lost."""

    def __init__(self, settings: ModuleSettings) -> None:
        import pkcs11  # noqa: PLC0415 - only where there is a module is the binding needed

        self._pkcs11 = pkcs11
        self._settings = settings
        self._lock = Lock()
        self._key: Any = None
        self._session: Any = None
        self._with_key(lambda key: key.key_length)  # a module that is not there refuses to boot

    @property
    def kek(self) -> str:
        return PREFIX + self._settings.key

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        nonce = os.urandom(NONCE)
        sealed = self._with_key(lambda found: found.encrypt(key, **self._mechanism(nonce, context)))
        return Wrapped(self.kek, nonce + bytes(sealed))

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        if wrapped.kek != self.kek:
            raise NotAuthentic(f"the key-encryption key {wrapped.kek} is not that of the module")
        nonce, sealed = wrapped.data[:NONCE], wrapped.data[NONCE:]
        try:
            found = self._with_key(
                lambda key: key.decrypt(sealed, **self._mechanism(nonce, context))
            )
        except KeyUnavailable as refused:
            # Modules differ in what they answer to bytes that do not fit (SoftHSM: a general
            # error). One that still wraps is well, so it was the bytes.
            self.wrap(bytes(KEY_BYTES), b"probe")
            raise NotAuthentic("this key was not wrapped so by the module") from refused
        return bytes(found)

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _mechanism(self, nonce: bytes, context: bytes) -> dict[str, Any]:
        params = self._pkcs11.GCMParams(nonce, b"wrap|" + context, TAG_BITS)
        return {"mechanism": self._pkcs11.Mechanism.AES_GCM, "mechanism_param": params}

    def _with_key(self, work: Callable[[Any], T]) -> T:
        """A second try with a new session, since a module that restarted knows none of ours."""
        errors = self._pkcs11.exceptions
        with self._lock:
            for attempt in (1, 2):
                try:
                    return work(self._found())
                except errors.PKCS11Error as error:
                    self._forget()
                    if attempt == 2:
                        raise KeyUnavailable("the security module refuses") from error
        raise AssertionError("unreachable")

    def _found(self) -> Any:
        if self._key is None:
            library = self._pkcs11.lib(str(self._settings.module))
            token = library.get_token(token_label=self._settings.token)
            self._session = self._opened(token)
            self._key = self._session.get_key(
                object_class=self._pkcs11.ObjectClass.SECRET_KEY, label=self._settings.key
            )
        return self._key

    def _opened(self, token: Any) -> Any:
        """A login is of the whole process: another wrapper of it may have logged in already."""
        try:
            return token.open(user_pin=self._settings.pin())
        except self._pkcs11.exceptions.UserAlreadyLoggedIn:
            return token.open()

    def _forget(self) -> None:
        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except self._pkcs11.exceptions.PKCS11Error:
                return  # it was lost already


class Former(Protocol):
    """What still unwraps keys that are to be wrapped anew."""

    @property
    def kek(self) -> str: ...

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes: ...


class MovingKeyWrapper:
    """Wraps by ``current``; unwraps what a ``former`` place wrapped, until all is moved."""

    def __init__(self, current: KeyWrapper, former: Former) -> None:
        self._current = current
        self._former = former

    @property
    def kek(self) -> str:
        return self._current.kek

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        return self._current.wrap(key, context)

    def unwrap(self, wrapped: Wrapped, context: bytes) -> bytes:
        by = self._current if wrapped.kek == self.kek else self._former
        return by.unwrap(wrapped, context)
