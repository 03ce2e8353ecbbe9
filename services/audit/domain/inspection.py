"""What was seen of stored rows: all that comparing them with the log needs, and nothing sealed.

Looking at rows (reading, hashing, opening) is most of a verification, needs no order, and may be
done in other processes; comparing them with the log is done in one, in the log's order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.stored import StoredRow


class Inspected(NamedTuple):
    """A row without its state. ``digest``: as it lies in the store now."""

    service: str
    epoch: str
    position: int
    originator_id: str
    originator_version: int
    topic: str
    digest: bytes

    def finding(self, kind: FindingKind, index: int | None = None) -> Finding:
        return Finding(
            kind=kind,
            service=self.service,
            position=self.position,
            originator_id=self.originator_id,
            originator_version=self.originator_version,
            topic=self.topic,
            leaf_index=index,
        )


class RowCheck(Protocol):
    """One more look at a row that the log vouches for, or should have."""

    def check(self, row: StoredRow, report: VerificationReport) -> Iterable[Finding]: ...


@dataclass(frozen=True)
class Page:
    """Rows by rising position, and what looking at them gave."""

    rows: Sequence[Inspected]
    report: VerificationReport


def inspect(rows: Iterable[StoredRow], checks: Sequence[RowCheck]) -> Page:
    report = VerificationReport()
    return Page([_inspected(row, checks, report) for row in rows], report)


def _inspected(row: StoredRow, checks: Sequence[RowCheck], report: VerificationReport) -> Inspected:
    report.of(row.service).events += 1
    for check in checks:
        report.add(check.check(row, report))
    return Inspected(*row[:-1], row.digest())
