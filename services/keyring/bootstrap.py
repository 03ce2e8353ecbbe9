"""Reads the settings of keyring once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.keyring.adapters.wrapped_keys import WrappedKeys
from services.keyring.application import Keyring, Seals
from services.keyring.contract import CONTRACT
from services.keyring.messages import message_for
from shared.auth.service_keys import private_key
from shared.crypto.handover import hand_over
from shared.crypto.key_wrapper import FileKeyWrapper, KeyWrapper
from shared.crypto.security_module import ModuleKeyWrapper, ModuleSettings, MovingKeyWrapper
from shared.eventing.entrypoints import Projecting, Timers
from shared.eventing.outbox import OutboxReader
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError, read_settings
from shared.rpc.asking import client_of
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings


@dataclass(frozen=True, kw_only=True)
class KeyringSettings:
    """Read as ``CARNET_KEYRING_<FIELD>``."""

    backups_kept_days: int = 35
    """How long a backup may hold a copy of destroyed keys, as a certificate of erasure says."""
    sweep_seconds: float = 3600.0
    """Between two sweeps of what is kept for a time only."""
    pkcs11_module: Path | None = None
    """Library of a security module; with it the four below, and CARNET_KEK_FILE only for what is
    to be moved there."""
    pkcs11_token: str | None = None
    """Label of the token."""
    pkcs11_key: str | None = None
    """Label of the key-encryption key on it."""
    pkcs11_pin_file: Path | None = None
    """Mode 0600."""


def key_wrapper(own: KeyringSettings, kek_file: Path | None) -> KeyWrapper:
    """A key file, a security module, or the second while keys are moved from the first."""
    if own.pkcs11_module is None:
        if kek_file is None:
            raise SettingsError("CARNET_KEK_FILE or CARNET_KEYRING_PKCS11_MODULE must be set")
        return FileKeyWrapper(kek_file)
    if own.pkcs11_token is None or own.pkcs11_key is None or own.pkcs11_pin_file is None:
        raise SettingsError("CARNET_KEYRING_PKCS11_MODULE, _TOKEN, _KEY and _PIN_FILE go together")
    module = ModuleKeyWrapper(
        ModuleSettings(
            module=own.pkcs11_module,
            token=own.pkcs11_token,
            key=own.pkcs11_key,
            pin_file=own.pkcs11_pin_file,
        )
    )
    return MovingKeyWrapper(module, FileKeyWrapper(kek_file)) if kek_file else module


class Built:
    """The objects of one process of keyring."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(KeyringSettings, os.environ, section="keyring")
        wrapper = key_wrapper(self.own, self.common.kek_file)
        signer = private_key(self.common.service_keys_dir, "keyring")
        self.app = Keyring(
            EventStoreSettings.of(self.common),
            self.common.clock(),
            table=lambda recorder: WrappedKeys(recorder, wrapper),
            seals=Seals(
                hand_over=lambda secret, to, about: hand_over(secret, to, about, signer),
                sign=lambda tombstone: tombstone.signed(signer),
            ),
            backups_kept=timedelta(days=self.own.backups_kept_days),
        )

    def position_of(self, service: str) -> int:
        """Queries read the log and its tables, so they are as fresh as it is."""
        return self.app.head().position if service == "keyring" else 0


def served() -> Served:
    built = Built()
    app = built.app
    return Served(
        settings=built.common,
        handlers=use_cases(CONTRACT, app),
        outbox=OutboxReader(app, message_for, app),
        position_of=built.position_of,
        close=app.close,
    )


def projecting() -> Projecting:
    built = Built()
    client = client_of(built.common, "keyring")

    def close() -> None:
        built.app.close()
        client.close()

    return Projecting(
        log=built.app,
        message_for=message_for,
        transport_keys=built.app,
        amqp_uri=built.common.amqp_uri,
        prove=remote_proofs(client),
        close=close,
    )


def timing() -> Timers:
    built = Built()
    app = built.app
    return Timers(
        log=app,
        every=built.own.sweep_seconds,
        sweeps={"requests": app.forget_requests},
        close=app.close,
    )
