"""Logs of a few services with keys of their own, and the commands run on them."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner, Result

from scripts.cli.processes import SERVICES
from scripts.ops.app import app
from services.keyring.adapters.wrapped_keys import WrappedKeys
from shared.auth.service_keys import generate_service_keys, private_key
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.crypto.local_keys import LocalKeys
from shared.crypto.tombstones import Tombstone
from shared.kernel.clock import Clock, SystemClock
from shared.stores.event_log import EventLog
from shared.stores.outcome import Outcome
from shared.stores.settings import EventStoreSettings
from tests.ops.note import Note


class Answer(BaseModel):
    """Nobody asked."""


@dataclass
class Operated:
    """``home`` has keys and data of one installation; ``folder`` its backups."""

    home: Path
    environ: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.home / "backups"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def run(self, *words: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            return CliRunner().invoke(app, words, catch_exceptions=False)

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def log(self, service: str, clock: Clock | None = None) -> EventLog:
        named = type("Log", (EventLog,), {"name": service})
        dsn = self.environ.get("CARNET_POSTGRES_DSN")
        settings = EventStoreSettings(data_dir=self.data, postgres_dsn=dsn)
        made: EventLog = named(settings, LocalKeys(b"k" * 32, service), clock or SystemClock())
        return made

    def write(self, service: str, count: int, clock: Clock | None = None) -> list[UUID]:
        """Save so many events, each in its own transaction; their streams."""
        log = self.log(service, clock)
        try:
            notes = [Note(uuid4()) for _ in range(count)]
            for note in notes:
                log.commit(Outcome(answer=Answer(), save=[note]))
            return [note.id for note in notes]
        finally:
            log.close()

    def streams(self, service: str) -> set[UUID]:
        log = self.log(service)
        try:
            return {row.originator_id for row in log.read(0, 10_000)}
        finally:
            log.close()

    def head(self, service: str) -> tuple[str, int]:
        log = self.log(service)
        try:
            return log.head().epoch, log.head().position
        finally:
            log.close()

    def make_key(self, record_id: UUID) -> None:
        log = self.log("keyring")
        keys = WrappedKeys(log.guarded, FileKeyWrapper(self.home / "kek"))
        log.commit(Outcome(answer=Answer(), also=[keys.add(f"record:{record_id}", 1)]))
        log.close()

    def destroy_key(self, record_id: UUID) -> Tombstone:
        log = self.log("keyring")
        keys = WrappedKeys(log.guarded, FileKeyWrapper(self.home / "kek"))
        stone = self.tombstone(record_id)
        log.commit(Outcome(answer=Answer(), also=[keys.destroy(f"record:{record_id}", stone)]))
        log.close()
        return stone

    def tombstone(self, record_id: UUID) -> Tombstone:
        now = datetime.now(UTC)
        stone = Tombstone(
            record_id=record_id,
            versions=1,
            destroyed_at=now,
            certificate_of=uuid4(),
            last_backup_expires=now + timedelta(days=35),
        )
        return stone.signed(private_key(self.home / "keys", "keyring"))

    def key_of(self, record_id: UUID) -> str:
        """``live``, ``destroyed`` or ``unknown``, as keyring would see it."""
        log = self.log("keyring")
        keys = WrappedKeys(log.guarded, FileKeyWrapper(self.home / "kek"))
        found = keys.find([f"record:{record_id}"]).get(f"record:{record_id}")
        log.close()
        if found is None:
            return "unknown"
        return "destroyed" if found.tombstone else "live"

    def rows_of_keys(self) -> int:
        """Wrapped keys on the disk, whatever a tombstone says of them."""
        log = self.log("keyring")
        with log.guarded.reading() as sql:
            [(count,)] = sql("SELECT count(*) FROM keyring_keys")
        log.close()
        return int(count)


def operated(home: Path) -> Operated:
    generate_service_keys(home / "keys", SERVICES)
    (home / "issuers.json").write_text(json.dumps([]))
    (home / "data").mkdir()
    kek = home / "kek"
    kek.touch(mode=0o600)
    kek.write_text(secrets.token_hex(32))
    environ = {
        "PATH": os.environ["PATH"],
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": "amqp://nobody@127.0.0.1:1/",
        "CARNET_SERVICE_KEYS_DIR": str(home / "keys"),
        "CARNET_ISSUERS_FILE": str(home / "issuers.json"),
        "CARNET_KEK_FILE": str(kek),
        "CARNET_DATA_DIR": str(home / "data"),
    }
    return Operated(home, environ)
