"""What profile asks of the outside, in sentences."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.profile.domain.listing import AnswersRow, EntryRow, TargetRow
from services.profile.domain.measuring import Said
from services.profile.domain.series import Series
from shared.kernel.actor import Actor
from shared.kernel.gate import NORMALLY, How


@dataclass(frozen=True, kw_only=True)
class Person:
    """As a summary names them. ``birth_date``: as received, perhaps incomplete; ``sex``: M, F or
    I."""

    name: str
    birth_date: str
    sex: str


class People(Protocol):
    def record_of(self, value: str, oid: str) -> UUID | None:
        """The record of an INS, ``None`` if there is none or the text is no INS."""
        ...

    def person_of(self, record_id: UUID, by: Actor) -> Person:
        """Raises ``Forbidden`` if there is no such record."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """A document as the vault gives it. ``record_id``: that it is of; ``replaced``: by a newer
    version."""

    record_id: UUID
    content: bytes
    confidentiality: Sequence[str]
    replaced: bool = False


class Papers(Protocol):
    def report(self, document_id: UUID, records: Collection[UUID], by: Actor) -> Report:
        """Opened in the caller's name, and in their journal. Raises ``Forbidden`` also for a
        document of another record."""
        ...

    def may_see(
        self, document_id: UUID, records: Collection[UUID], by: Actor, how: How = NORMALLY
    ) -> bool:
        """Is it a document of one of those records that this reader may see now?"""
        ...


class Reports(Protocol):
    def results(self, content: bytes) -> Sequence[Said]:
        """Those that are kinds of measure; none of what is no structured report."""
        ...


class Listed(Protocol):
    """The read models; they may lag behind the log. An erased record has nothing."""

    def entries(self, record_id: UUID) -> Sequence[EntryRow]:
        """All that were not removed, in no promised order."""
        ...

    def answers(self, record_id: UUID) -> Sequence[AnswersRow]: ...

    def targets(self, record_id: UUID) -> Sequence[TargetRow]: ...

    def series(
        self, record_id: UUID, kind: str, since: datetime | None, until: datetime | None
    ) -> Sequence[Series]:
        """Every series with a measure of that kind in [since, until[, removed measures left
        out; each series may also hold measures outside of it."""
        ...
