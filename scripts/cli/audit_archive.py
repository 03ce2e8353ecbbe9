"""``archive`` and ``restore-check``: a period kept for years, verifiable with one public key."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.audit_evidence import (
    Evidence,
    export_into,
    open_evidence,
    signing_key,
    verifier_of,
)
from scripts.cli.audit_looking import Under, use_over_all
from scripts.cli.audit_options import (
    AUDITOR,
    AsJson,
    Data,
    Ended,
    Kek,
    ObjectsDir,
    Postgres,
    PublicKeys,
    Since,
    Until,
    Vkey,
    Who,
    or_cannot,
    progress,
    when,
    where,
)
from scripts.cli.audit_told import Opened, Reader
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import err, out
from services.audit.adapters.event_stores import CannotRead
from services.audit.domain.archive import (
    MANIFEST,
    STRETCHES,
    Stretch,
    check_archive,
    manifest_text,
    row_line,
)
from shared.crypto.signatures import check_ed25519
from shared.kernel.note import sign_note

CHUNK = 65_536
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip
"""What reading a ZIP whose bytes were changed ends in, or rows that are none."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in it: the same rows make the same archive."""


class ZipFiles:
    """The files of an archive, in one ZIP."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.digests: dict[str, str] = {}

    def names(self) -> list[str]:
        return self._file.namelist()

    def get(self, path: str) -> bytes | None:
        try:
            return self._file.read(path)
        except KeyError:
            return None

    def lines(self, path: str) -> Iterator[bytes]:
        with self._file.open(path) as file:
            yield from file

    def digest(self, path: str) -> str:
        digest = hashlib.sha256()
        with self._file.open(path) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def put_once(self, path: str, data: bytes) -> None:
        self.put(path, data)

    def put(self, path: str, data: bytes) -> None:
        self.put_all(path, iter((data,)))

    def put_all(self, path: str, chunks: Iterator[bytes]) -> None:
        digest, info = hashlib.sha256(), zipfile.ZipInfo(path, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._file.open(info, "w", force_zip64=True) as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        self.digests[path] = digest.hexdigest()


def archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write (ZIP).")],
    since: Since = None,
    until: Until = None,
    sign_with: Annotated[
        Path | None,
        typer.Option("--sign-with", metavar="FILE", help="The log's private key (PEM)."),
    ] = None,
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    vkey: Vkey = None,
) -> None:
    """Write a signed archive of a period: its events, sealed as they lie, and the whole log.

    It holds no key and no readable content; documents themselves stay in the vault. Keys are
    only used to tell which events are of the period. `restore-check` verifies it anywhere. It
    takes every record's events: the mandate must be over all.

    [b]Example[/]

      carnet audit archive 2026-11.zip --from 2026-11-01 --to 2026-12-01
    """
    given = where(
        home,
        data=data,
        postgres=postgres,
        objects=objects,
        keys=keys,
        public_keys=public_keys,
        vkey=vkey,
    )
    with or_cannot():
        use_over_all(given, Under(home, who, "archive"))
        evidence, key = open_evidence(given), signing_key(given, sign_with)
        if key.public_key().public_bytes_raw() != evidence.verifier.key:
            raise CannotRead("this key is not the log's: nobody could check the archive")
        with _new(file) as zipped:
            into = ZipFiles(zipped)
            count, lacking = _write(evidence, into, when(since), when(until))
            period = f"from {since or 'the beginning'} to {until or 'now'}"
            text = manifest_text(evidence.verifier.name, period, into.digests)
            into.put(MANIFEST, sign_note(text, evidence.verifier, key.sign).encode())
    out.print(f"{count} events written to {file}", markup=False)
    for event in lacking:
        sentence = "is not in the log, though later events are: run carnet audit verify"
        err.print(f"[red]✗[/] {event} {sentence}", soft_wrap=True)
    raise typer.Exit(Ended.FINDINGS if lacking else Ended.CLEAN)


@contextmanager
def _new(file: Path) -> Iterator[zipfile.ZipFile]:
    """Gone again unless it was written to its end."""
    with zipfile.ZipFile(file, "x") as zipped:
        try:
            yield zipped
        except BaseException:
            file.unlink()
            raise


def _write(
    evidence: Evidence, into: ZipFiles, since: datetime | None, until: datetime | None
) -> tuple[int, list[str]]:
    """The log first: what is written to the stores meanwhile is then not in the archive. Return
    how many events are, and of each service the first that should be and is not in the log."""
    if evidence.keys_of is None:
        raise CannotRead("without keys nobody can tell which events are of the period")
    size = export_into(evidence, into)
    stores, kept, lacking = evidence.stores, [], []
    with progress("archiving", sum(stores.heads().values())) as advance:
        reader = Reader(stores, evidence.keys_of, advance)
        for service in stores.services():
            lines = _Lines(evidence, service, size)
            opened = (o for o in reader.opened(service) if _within(o, since, until))
            into.put_all(f"rows/{service}.ndjson", lines.of(opened))
            if lines.lacking:
                lacking.append(f"{service} {lines.lacking}")
            if lines.count:
                kept.append(
                    Stretch(service=service, first=lines.first, last=lines.last, rows=lines.count)
                )
    into.put(STRETCHES, json.dumps([asdict(stretch) for stretch in kept], indent=1).encode())
    return sum(stretch.rows for stretch in kept), lacking


class _Lines:
    """Rows that the log covers, as lines; counts them on the way. Those that are yet to be logged
    are the last ones; ``lacking``: the first that is not in it although a later one is, or 0."""

    def __init__(self, evidence: Evidence, service: str, size: int) -> None:
        self._evidence = evidence
        self._service = service
        self._size = size
        self.count = self.first = self.last = self.lacking = 0

    def of(self, opened: Iterator[Opened]) -> Iterator[bytes]:
        run, waiting = None, 0
        for item in opened:
            position = item.row.position
            if run is None or not run.first_position <= position <= run.last_position:
                run = self._evidence.stores.run_of(self._service, position)
            if run is None or run.index_of(position) >= self._size:
                waiting = waiting or position
                continue
            self.lacking = self.lacking or waiting
            self.first = self.first or position
            self.last, self.count = position, self.count + 1
            yield row_line(item.row, run.index_of(position))


def _within(opened: Opened, since: datetime | None, until: datetime | None) -> bool:
    return (not since or opened.at >= since) and (not until or opened.at < until)


def restore_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive.")],
    home: Dir = DEFAULT,
    vkey: Vkey = None,
    as_json: AsJson = False,
) -> None:
    """Verify an archive: its manifest's signature, each file, each event against the log in it,
    the log against its signed root. Needs the archive and the public key, nothing else.

    [b]Example[/]

      carnet audit restore-check 2026-11.zip --vkey 'carnet.localhost/log+1a2b3c4d+AQ...'
    """
    with or_cannot():
        verifier = verifier_of(where(home, vkey=vkey, with_keys=False))
        try:
            zipped = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise CannotRead(f"{file}: {error}") from None
        with zipped, progress("checking the archive", None) as advance:
            try:
                report = check_archive(ZipFiles(zipped), verifier, check_ed25519, advance)
            except DAMAGED as error:
                raise CannotRead(f"{file} is damaged: {error}") from None
    if as_json:
        out.print_json(data=report.to_json())
    else:
        for finding in report.findings:
            out.print(f"[red]✗[/] {finding}", soft_wrap=True)
        events = sum(count.matched for count in report.services.values())
        out.print(f"{events} events, log {report.origin} of {report.log_size} entries")
        err.print("[green]✓ the archive is whole[/]" if report.log_verified else "[red]✗[/]")
    raise typer.Exit(Ended.CLEAN if report.log_verified else Ended.FINDINGS)
