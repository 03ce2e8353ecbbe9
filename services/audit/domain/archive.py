"""A signed, self-contained archive of a period: rows as they lie in the stores, sealed, with the
log that vouches for them. It holds no key.

``manifest`` is a signed note (c2sp.org/signed-note) that names every other file with its SHA-256:

    <origin>/archive
    from <instant> to <instant>
    <sha256> <file>
    ...

``rows/<service>.ndjson``: one row a line, by position, with its index in the log; ``runs.ndjson``:
which stretch of positions the period holds of each service; ``checkpoint``, ``tile/...``: the log.
"""

import base64
import heapq
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.audit.domain.log_walk import Leaf, LogWalk
from services.audit.domain.proofs import read_checkpoint
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.stored import StoredRow
from services.audit.domain.tiles import parse_path
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import leaf_hash
from shared.kernel.note import CheckSignature, InvalidNote, VerifierKey, open_note

MANIFEST = "manifest"
STRETCHES = "stretches.json"
_ROWS = re.compile(r"rows/([a-z_]+)\.ndjson")
_LINE = re.compile(r"([0-9a-f]{64}) (\S+)")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Positions of one service that the archive holds, both included, and how many rows."""

    service: str
    first: int
    last: int
    rows: int


class Archived(Protocol):
    """The files of an archive."""

    def names(self) -> list[str]: ...

    def get(self, path: str) -> bytes | None: ...

    def lines(self, path: str) -> Iterator[bytes]: ...

    def put_once(self, path: str, data: bytes) -> None: ...

    def put(self, path: str, data: bytes) -> None: ...

    def digest(self, path: str) -> str:
        """SHA-256, in hex."""
        ...


def manifest_text(origin: str, period: str, digests: Mapping[str, str]) -> str:
    lines = [f"{origin}/archive", period]
    lines += [f"{digest} {name}" for name, digest in sorted(digests.items())]
    return "\n".join(lines) + "\n"


def row_line(row: StoredRow, index: int) -> bytes:
    fields = {**row._asdict(), "state": base64.b64encode(row.state).decode(), "index": index}
    return json.dumps(fields, sort_keys=True).encode() + b"\n"


def check_archive(
    files: Archived, verifier: VerifierKey, check: CheckSignature, advance: Callable[[int], None]
) -> VerificationReport:
    """Every file against the manifest, every row against the log, the log against its signed
    root; nothing but the archive and the public key is needed."""
    report = VerificationReport()
    _check_manifest(files, verifier, check, report)
    try:
        checkpoint = read_checkpoint(files, verifier, check).checkpoint
    except (InvalidNote, UnicodeDecodeError) as error:
        report.add([Finding(kind=FindingKind.CHECKPOINT_INVALID, detail=str(error))])
        return report
    report.origin, report.log_size = checkpoint.origin, checkpoint.size
    report.root = base64.b64encode(checkpoint.root).decode()
    _check_rows(files, checkpoint, report, advance)
    _check_stretches(files, report)
    return report


def _check_manifest(
    files: Archived, verifier: VerifierKey, check: CheckSignature, report: VerificationReport
) -> None:
    try:
        text = open_note((files.get(MANIFEST) or b"").decode(), verifier, check)
    except (InvalidNote, UnicodeDecodeError) as error:
        report.add([_changed(MANIFEST, str(error))])
        return
    listed = dict(_entries(text))
    there = set(files.names()) - {MANIFEST}
    for name in sorted(listed.keys() | there):
        if not _is_ours(name):
            report.add([_changed(name, "no file of an archive has this name")])
        elif name not in there:
            report.add([_changed(name, "missing")])
        elif name not in listed:
            report.add([_changed(name, "not in the manifest")])
        elif files.digest(name) != listed[name]:
            report.add([_changed(name, "not as it was signed")])


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n")[2:]:
        if found := _LINE.fullmatch(line):
            yield found[2], found[1]


def _is_ours(name: str) -> bool:
    if name in {"checkpoint", "vkey", STRETCHES} or _ROWS.fullmatch(name):
        return True
    try:
        parse_path(name)
    except ValueError:
        return False
    return True


def _check_rows(
    files: Archived,
    checkpoint: Checkpoint,
    report: VerificationReport,
    advance: Callable[[int], None],
) -> None:
    walk = LogWalk(files, checkpoint.size, lambda finding: report.add([finding]))
    stores = [_rows(files, name) for name in files.names() if _ROWS.fullmatch(name)]
    rows = heapq.merge(*stores, key=lambda placed: placed[0])
    placed = next(rows, None)
    for leaf in walk.leaves():
        while placed and placed[0] <= leaf.index:
            _compare(placed[1], leaf if placed[0] == leaf.index else None, report)
            placed = next(rows, None)
        if leaf.index % 256 == 255:
            advance(256)
    for index, row in [placed, *rows] if placed else []:
        report.add([_row_changed(row, index)])
    if walk.root() != checkpoint.root:
        report.add([Finding(kind=FindingKind.ROOT_DIFFERS)])


def _compare(row: StoredRow, leaf: Leaf | None, report: VerificationReport) -> None:
    count = report.of(row.service)
    count.events += 1
    digest = row.digest()
    if leaf and (digest == leaf.entry or leaf_hash(digest) == leaf.hash):
        count.matched += 1
    else:
        report.add([_row_changed(row, leaf.index if leaf else None)])


def _check_stretches(files: Archived, report: VerificationReport) -> None:
    """As many rows as were there when it was made: none was taken out."""
    for stretch in stretches(files.get(STRETCHES) or b"[]"):
        there = report.of(stretch.service).events
        if there != stretch.rows:
            said = f"{there} rows of {stretch.rows}"
            report.add(
                [Finding(kind=FindingKind.EVENT_REMOVED, service=stretch.service, detail=said)]
            )


def stretches(data: bytes) -> Iterable[Stretch]:
    return [Stretch(**item) for item in json.loads(data)]


def _rows(files: Archived, name: str) -> Iterator[tuple[int, StoredRow]]:
    for line in files.lines(name):
        fields: dict[str, Any] = json.loads(line)
        index = int(fields.pop("index"))
        yield index, StoredRow(**{**fields, "state": base64.b64decode(fields["state"])})


def _row_changed(row: StoredRow, index: int | None) -> Finding:
    return Finding(
        kind=FindingKind.EVENT_CHANGED,
        service=row.service,
        position=row.position,
        originator_id=row.originator_id,
        originator_version=row.originator_version,
        topic=row.topic,
        leaf_index=index,
    )


def _changed(path: str, detail: str) -> Finding:
    return Finding(kind=FindingKind.ARCHIVE_CHANGED, path=path, detail=detail)
