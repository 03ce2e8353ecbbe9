"""Each service's Ed25519 key: ``<service>.key`` (its own, private), ``<service>.pub`` (all)."""

import re
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared.auth.believed_keys import BelievedKey, ServiceSigner, format_public_keys
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError

_NAME = re.compile(r"[a-z][a-z_]{0,31}")


def generate_service_keys(folder: Path, services: Iterable[str]) -> None:
    """Make the missing pairs of ``services``; private keys are readable by their owner only.

    The private one has its name last: where that is, both are whole, however the last time ended.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for service in services:
        private = folder / f"{service}.key"
        if private.exists():
            continue
        key = Ed25519PrivateKey.generate()
        made = folder / f"{service}.key.new"
        made.unlink(missing_ok=True)
        made.touch(mode=0o600)
        made.write_text(private_pem(key))
        public = format_public_keys([BelievedKey(key.public_key())])
        (folder / f"{service}.pub").write_text(public)
        made.replace(private)


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def private_key(folder: Path, service: str) -> Ed25519PrivateKey:
    """The service's own key; a missing or other kind of key refuses to boot."""
    file = folder / f"{service}.key"
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError):
        raise SettingsError(f"CARNET_SERVICE_KEYS_DIR: {file} is not a readable key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"CARNET_SERVICE_KEYS_DIR: {file} is not an Ed25519 key")
    return key


class ServicePublicKeys:
    """Public keys by service name: each file is read when first asked for, and once it changed."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._known: dict[str, ServiceSigner] = {}

    def of(self, service: object) -> ServiceSigner:
        # The name comes from a token not verified yet: it must not become a path of its choice.
        if not isinstance(service, str) or not _NAME.fullmatch(service):
            raise Unauthenticated("the token names no service")
        if service not in self._known:
            signer = ServiceSigner(self._folder / f"{service}.pub", self._clock)
            signer.keys()
            self._known[service] = signer
        return self._known[service]
