"""What an auditor looks at: stores and files, of services that run or of a copy."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.cli.audit_keys import stored_keys
from scripts.cli.pool import workers
from scripts.cli.processes import SERVICES
from services.audit.adapters.contents import KeysOf, ReadObject, StateCheck
from services.audit.adapters.event_stores import (
    CannotRead,
    PostgresStores,
    SqliteStores,
    Stores,
    Stretch,
)
from services.audit.adapters.files import BucketFiles, FolderFiles
from services.audit.adapters.inspecting import Inspector
from services.audit.adapters.signing import log_key, verifier_key
from services.audit.domain.growth import Files
from services.audit.domain.inspection import Page
from services.audit.domain.proofs import LogReader, read_checkpoint
from services.audit.domain.report import VerificationReport
from services.audit.domain.settings import BUCKET, AuditSettings
from services.audit.domain.tiles import CHECKPOINT_PATH, VKEY_PATH, tiles_of
from services.audit.domain.verification import Advance, Log, Verification
from shared.auth.service_keys import ServicePublicKeys, private_key
from shared.crypto.signatures import check_ed25519
from shared.kernel.common import CommonSettings
from shared.kernel.note import VerifierKey
from shared.kernel.settings import read_settings
from shared.stores.objects import NotThere, Objects, open_objects

DOCUMENTS = "vault"
"""The bucket of the documents."""
SETTLING = 60.0
"""Seconds to wait for a log that runs to cover what was there when one began to look."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``live``: whether services may be writing meanwhile. ``keys_of``: None when no keys were
    given; then sealed states and documents cannot be compared."""

    stores: Stores
    files: Files
    verifier: VerifierKey
    keys_of: KeysOf | None
    documents: ReadObject | None
    live: bool
    where: "Where"

    @cached_property
    def log(self) -> LogReader:
        return LogReader(
            files=self.files, places=self.stores, verifier=self.verifier, check=check_ed25519
        )

    def verify(self, advance: Advance = lambda _: None) -> VerificationReport:
        """Rows are read, hashed and opened in several processes, and compared in this one."""
        heads = self._settled() if self.live else None
        total = sum(self.stores.heads().values())
        with workers(partial(open_inspector, self.where), total) as looking:

            def pages(service: str) -> Iterator[Page]:
                return looking.each(look, self.stores.stretches(service))

            return Verification(
                source=self.stores,
                pages=pages,
                log=Log(files=self.files, verifier=self.verifier, check=check_ed25519),
                heads=heads,
                advance=advance,
            ).run()

    def _settled(self) -> dict[str, int]:
        """The heads of now, once the log covers them, or when one has waited long enough."""
        heads, until = self.stores.heads(), time.monotonic() + SETTLING
        while not self._covers(heads) and time.monotonic() < until:
            time.sleep(0.2)
        return heads

    def _covers(self, heads: dict[str, int]) -> bool:
        appended = self.stores.appended()
        if any(appended.get(service, 0) < head for service, head in heads.items()):
            return False
        size = self.log.checkpoint().checkpoint.size
        return all(self._is_covered(service, head, size) for service, head in heads.items())

    def _is_covered(self, service: str, head: int, size: int) -> bool:
        run = self.stores.run_of(service, head) if head else None
        return not head or (run is not None and run.index_of(head) < size)


@dataclass(frozen=True, kw_only=True)
class Where:
    """What was said on the command line; the rest is as the services' own settings say."""

    settings: dict[str, str]
    data: Path | None = None
    postgres: str | None = None
    objects: Path | None = None
    kek: Path | None = None
    public_keys: Path | None = None
    vkey: str | None = None
    with_keys: bool = True


def open_evidence(where: Where) -> Evidence:
    """Raise :class:`CannotRead` if something to compare is not there."""
    stores = open_stores(where)
    files, documents = _objects(where)
    return Evidence(
        stores=stores,
        files=files,
        verifier=verifier_of(where),
        keys_of=open_keys(where, stores) if where.with_keys else None,
        documents=documents,
        live=where.data is None and where.objects is None,
        where=where,
    )


@contextmanager
def open_inspector(where: Where) -> Iterator[Inspector]:
    """What a process needs to look at rows; it opens everything itself."""
    evidence = open_evidence(where)
    keys_of, documents = evidence.keys_of, evidence.documents
    yield Inspector(evidence.stores, [StateCheck(keys_of, documents)] if keys_of else [])


def look(inspector: Inspector, stretch: Stretch) -> Page:
    return inspector.look(stretch)


def export_files(where: Where, folder: Path) -> int:
    """Write the published log into a folder; return its size. Needs no event store."""
    files, _ = _objects(where)
    return _export(files, verifier_of(where), FolderFiles(folder))


def export_into(evidence: Evidence, to: Files) -> int:
    """The same, of evidence that is open."""
    return _export(evidence.files, evidence.verifier, to)


def _export(files: Files, verifier: VerifierKey, to: Files) -> int:
    signed = read_checkpoint(files, verifier, check_ed25519)
    for tile in tiles_of(signed.checkpoint.size):
        for form in dict.fromkeys((tile, tile.full)):
            content = files.get(form.path)
            if content is not None:
                to.put(form.path, content)
    to.put(VKEY_PATH, f"{verifier}\n".encode())
    to.put(CHECKPOINT_PATH, signed.note.encode())
    return signed.checkpoint.size


def signing_key(where: Where, file: Path | None) -> Ed25519PrivateKey:
    """The log's own private key: the file given, else as the services' settings say."""
    if file:
        return log_key(file)
    own = read_settings(AuditSettings, where.settings, section="audit")
    if own.log_key_file:
        return log_key(own.log_key_file)
    return private_key(Path(_setting(where, "CARNET_SERVICE_KEYS_DIR")), "audit")


def open_stores(where: Where) -> Stores:
    dsn = where.postgres or (None if where.data else where.settings.get("CARNET_POSTGRES_DSN"))
    if dsn:
        return PostgresStores(dsn, SERVICES)
    folder = where.data or Path(_setting(where, "CARNET_DATA_DIR"))
    if not folder.is_dir():
        raise CannotRead(f"there is no folder {folder}")
    return SqliteStores(folder)


def _objects(where: Where) -> tuple[Files, ReadObject]:
    if where.objects:
        if not (where.objects / BUCKET).is_dir():
            raise CannotRead(f"{where.objects} holds no folder {BUCKET}: the files of the log")
        return FolderFiles(where.objects / BUCKET), _read_folder(where.objects / DOCUMENTS)
    common = CommonSettings.read(where.settings)
    return BucketFiles(open_objects(common, BUCKET)), _read_bucket(open_objects(common, DOCUMENTS))


def _read_folder(folder: Path) -> ReadObject:
    def read(key: str) -> Iterator[bytes] | None:
        file = folder / key
        return iter([file.read_bytes()]) if file.is_file() else None

    return read


def _read_bucket(objects: Objects) -> ReadObject:
    def read(key: str) -> Iterator[bytes] | None:
        chunks = objects.get(key)
        try:
            first = next(chunks, b"")
        except NotThere:
            return None
        return _chain(first, chunks)

    return read


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def verifier_of(where: Where) -> VerifierKey:
    """The key one was given, else that of the services' own settings."""
    if where.vkey:
        text = Path(where.vkey).read_text() if Path(where.vkey).is_file() else where.vkey
        return VerifierKey.parse(text)
    own = read_settings(AuditSettings, where.settings, section="audit")
    if own.log_key_file:
        raise CannotRead("the log has a key of its own: give its public half with --vkey")
    return verifier_key(own.origin, public_keys(where).of("audit").named(None))


def open_keys(where: Where, stores: Stores) -> KeysOf:
    """The keys of any service; raise :class:`CannotRead` or ``SettingsError`` without a key."""
    kek = where.kek or Path(_setting(where, "CARNET_KEK_FILE"))
    signer = public_keys(where).of("keyring")
    return stored_keys(lambda: stores.reading("keyring"), kek, signer)


def public_keys(where: Where) -> ServicePublicKeys:
    folder = where.public_keys or Path(_setting(where, "CARNET_SERVICE_KEYS_DIR"))
    return ServicePublicKeys(folder)


def _setting(where: Where, name: str) -> str:
    if name not in where.settings:
        raise CannotRead(f"{name} is not known: give a folder that was up with --dir, or options")
    return where.settings[name]


def copy_evidence(where: Where, to: Path, step: Callable[[str], None] = lambda _: None) -> None:
    """A copy that can be verified with nothing running: ``to/data``, ``to/objects/<bucket>``.

    Each store is copied as of one instant, before the files of the log: what is written meanwhile
    is at worst not in the copy. To be taken while nothing is being written.
    """
    data, source = to / "data", Path(_setting(where, "CARNET_DATA_DIR"))
    data.mkdir(parents=True)
    for service in SqliteStores(source).services():
        step(f"{service}.db")
        _backup(source / f"{service}.db", data / f"{service}.db")
    common = CommonSettings.read(where.settings)
    for bucket in (BUCKET, DOCUMENTS):
        step(f"objects of {bucket}")
        copy_objects(open_objects(common, bucket), to / "objects" / bucket)


def copy_objects(objects: Objects, folder: Path) -> None:
    """Each is read before a file is made: a store that is not what it was may name ``../x``."""
    folder.mkdir(parents=True, exist_ok=True)
    for key in objects.list():
        chunks = objects.get(key)
        try:
            first = next(chunks, b"")
        except ValueError as error:
            raise CannotRead(str(error)) from None
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as to:
            to.writelines(_chain(first, chunks))


def _backup(source: Path, to: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(to)) as copy,
    ):
        live.backup(copy)
