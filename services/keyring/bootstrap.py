"""Reads the settings of keyring once, and builds its objects."""

import os
from dataclasses import dataclass
from datetime import timedelta

from services.keyring.adapters.wrapped_keys import WrappedKeys
from services.keyring.application import Keyring, Seals
from services.keyring.messages import message_for
from shared.auth.service_keys import private_key
from shared.crypto.handover import hand_over
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.eventing.entrypoints import Projecting, Timers
from shared.eventing.outbox import OutboxReader
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError, read_settings
from shared.rpc.serve import Served
from shared.stores.settings import EventStoreSettings


@dataclass(frozen=True, kw_only=True)
class KeyringSettings:
    """Read as ``CARNET_KEYRING_<FIELD>``."""

    backups_kept_days: int = 35
    """How long a backup may hold a copy of destroyed keys, as a certificate of erasure says."""
    sweep_seconds: float = 3600.0
    """Between two sweeps of what is kept for a time only."""


class Built:
    """The objects of one process of keyring."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        self.own = read_settings(KeyringSettings, os.environ, section="keyring")
        if self.common.kek_file is None:
            raise SettingsError("CARNET_KEK_FILE must be set")
        wrapper = FileKeyWrapper(self.common.kek_file)
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
        handlers={
            "open_for_audit": app.open_for_audit,
            "open_key": app.open_key,
            "open_keys": app.open_keys,
            "make_keys": app.make_keys,
            "transport_key": app.transport_key,
            "rotate": app.rotate,
            "destroy": app.destroy,
            "rewrap_all": app.rewrap_all,
        },
        outbox=OutboxReader(app, message_for, app),
        position_of=built.position_of,
        close=app.close,
    )


def projecting() -> Projecting:
    built = Built()
    return Projecting(
        log=built.app,
        message_for=message_for,
        transport_keys=built.app,
        amqp_uri=built.common.amqp_uri,
        close=built.app.close,
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
