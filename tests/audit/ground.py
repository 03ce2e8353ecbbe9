"""A small Carnet to tamper with: real event stores, a bucket, a published log."""

# ruff: noqa: S608 - the values put into these statements are the tests' own

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access.adapters.opening import open_log
from services.audit.adapters.contents import StateCheck
from services.audit.adapters.event_stores import SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.inspecting import Inspector
from services.audit.adapters.leaves import LeafFollower
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.report import FindingKind, VerificationReport
from services.audit.domain.tiles import decode_hashes
from services.audit.domain.verification import Log, Verification
from shared.crypto.local_keys import LocalKeys
from shared.crypto.signatures import check_ed25519
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.clock import FixedClock
from shared.kernel.merkle import subtree_root
from shared.kernel.note import sign_note
from shared.stores.event_log import EventLog
from shared.stores.places import SeenCheckpoint
from shared.stores.settings import EventStoreSettings
from tests.audit.acts import decided, deposited
from tests.audit.logs import NOW, PRIVATE, VERIFIER, publisher
from tests.support.damage import one_bit_off

ROOT_KEY = bytes(range(32))


class Vault(EventLog):
    """Its log and its documents, without its use cases."""

    name = "vault"


@dataclass
class Ground:
    """A data folder with three services' stores, a bucket, and the published log."""

    data: Path
    log: Path
    bucket: Path

    def copy(self, to: Path) -> "Ground":
        for source in (self.data, self.log, self.bucket):
            shutil.copytree(source, to / source.name)
        return Ground(to / self.data.name, to / self.log.name, to / self.bucket.name)

    def verify(
        self, *, heads: dict[str, int] | None = None, erased: UUID | None = None
    ) -> VerificationReport:
        def read(key: str) -> Iterator[bytes] | None:
            file = self.bucket / key
            return iter([file.read_bytes()]) if file.exists() else None

        def keys_of(service: str) -> LocalKeys:
            keys = LocalKeys(ROOT_KEY, service)
            if erased:
                keys.erase(erased)
            return keys

        stores = SqliteStores(self.data)
        return Verification(
            source=stores,
            pages=Inspector(stores, [StateCheck(keys_of, read)]).pages,
            log=Log(files=FolderFiles(self.log), verifier=VERIFIER, check=check_ed25519),
            heads=heads,
        ).run()

    def sql(self, service: str, *statements: str) -> None:
        with closing(sqlite3.connect(self.data / f"{service}.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)


RECORD = uuid4()
EVENTS = 12


def build(folder: Path, *, skipped: int = 0) -> Ground:
    """``skipped``: a position of the vault that is gone before anybody heard of it."""
    ground = Ground(folder / "data", folder / "log", folder / "bucket")
    ground.bucket.mkdir(parents=True)
    settings, clock = EventStoreSettings(data_dir=ground.data), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        open_log(settings, LocalKeys(ROOT_KEY, "access"), clock) as access,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        tree = SqlTree(audit.guarded)
        logs: dict[str, EventLog] = {"vault": vault, "access": access, "audit": audit}
        followers = [
            LeafFollower(audit, tree, name, pull_from(logs)) for name in ("vault", "access")
        ]
        for number in range(EVENTS):
            deposit(vault, ground.bucket, number)
            access.save(decided(RECORD))
            if number + 1 == skipped:
                continue
            if number == skipped:
                ground.sql("vault", f"DELETE FROM stored_events WHERE rowid = {skipped}")
            for follower in followers:
                follower.catch_up()
            if number % 3 == 0:
                publisher(tree, FolderFiles(ground.log)).publish()
        publisher(tree, FolderFiles(ground.log)).publish()
        note = tree.signed() or ""
        seen = SeenCheckpoint(size=tree.size(), note=note, vkey=str(VERIFIER))
        vault.places.keep_checkpoint(seen, None, None)
    return ground


def deposit(vault: EventLog, bucket: Path, number: int) -> None:
    data = f"sealed bytes {number}".encode()
    (bucket / f"o{number}").write_bytes(data)
    vault.save(deposited(RECORD, uuid4(), f"o{number}", sha256(data).hexdigest()))


def pull_from(logs: dict[str, EventLog]) -> Callable[[str, int, int], Any]:
    def pull(service: str, after: int, limit: int) -> Any:
        found = logs[service].leaves(after, limit)
        return {
            "service": service,
            "epoch": found.epoch,
            "after": found.after,
            "to": found.to,
            "leaves": list(found.leaves),
        }

    return pull


def found(report: VerificationReport) -> set[tuple[FindingKind, str | None, int | None]]:
    return {(f.kind, f.service, f.position) for f in report.findings}


def flip_state(ground: Ground, position: int) -> tuple[str, int]:
    """Change the last byte of a stored event; return its originator and version."""
    with closing(sqlite3.connect(ground.data / "vault.db")) as connection, connection:
        state, originator, version = connection.execute(
            "SELECT state, originator_id, originator_version FROM stored_events WHERE rowid = ?",
            (position,),
        ).fetchone()
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE rowid = ?", (one_bit_off(state), position)
        )
    return originator, version


def flip(file: Path, at: int = -1) -> None:
    file.write_bytes(one_bit_off(file.read_bytes(), at))


def older_note(ground: Ground) -> str:
    """The note of the first two leaves, which the log once signed."""
    hashes = decode_hashes((ground.log / "tile/0/000.p/2").read_bytes(), 2)
    checkpoint = Checkpoint(VERIFIER.name, 2, subtree_root(hashes))
    return sign_note(checkpoint.text, VERIFIER, PRIVATE.sign)
