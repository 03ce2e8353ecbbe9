"""Answers from the read models what the use cases ask."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from services.profile.domain.listing import AnswersRow, EntryRow, TargetRow
from services.profile.domain.origin import author_type
from services.profile.domain.series import Point, Series
from services.profile.projections.sections import place as place_in_sections
from services.profile.projections.series import place as place_in_series
from services.profile.projections.series import token
from shared.crypto.fields import open_field
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.clock import instant, parse_instant
from shared.stores.documents import Documents, Eq, Filter, Json, Range

PAGE = 500
Row = TypeVar("Row")


class ListedProfiles:
    def __init__(
        self, sections: Documents, series: Documents, keys: Keys, secret: Callable[[], bytes]
    ) -> None:
        """``secret``: of the service, once its log is open."""
        self._sections = sections
        self._series = series
        self._keys = keys
        self._secret = secret

    def entries(self, record_id: UUID) -> Sequence[EntryRow]:
        return self._of(record_id, "entry", _entry)

    def answers(self, record_id: UUID) -> Sequence[AnswersRow]:
        return self._of(record_id, "answers", _answers)

    def targets(self, record_id: UUID) -> Sequence[TargetRow]:
        return self._of(record_id, "target", _target)

    def series(
        self, record_id: UUID, kind: str, since: datetime | None, until: datetime | None
    ) -> Sequence[Series]:
        where: list[Filter] = [
            Eq("record_id", str(record_id)),
            Eq("kind", token(self._secret(), record_id, kind)),
        ]
        if since:
            where.append(Range("last", ge=instant(since)))
        if until:
            where.append(Range("first", lt=instant(until)))
        rows = list(_all(self._series, *where))
        removed = {row["removed"] for row in rows if row.get("removed")}
        try:
            since_then = {
                row["batch"]: open_field(self._keys, place_in_series(row["id"]), row["visibility"])
                for row in rows
                if row.get("visibility")
            }
            return [self._one(row, removed, since_then) for row in rows if row.get("said")]
        except KeyErased:
            return []

    def _one(self, row: Json, removed: set[str], since_then: Mapping[str, list[str]]) -> Series:
        said = open_field(self._keys, place_in_series(row["id"]), row["said"])
        written_by = author_type(said["by"])
        return Series(
            kind=said["kind"],
            points=[_point(m, written_by) for m in said["measures"] if m["id"] not in removed],
            confidentiality=since_then.get(row["id"].rpartition(".")[0], said["confidentiality"]),
            entered_by=said["by"],
        )

    def _of(
        self, record_id: UUID, what: str, read: Callable[[Json, dict[str, Any]], Row]
    ) -> list[Row]:
        rows = _all(self._sections, Eq("record_id", str(record_id)), Eq("what", what))
        try:
            return [read(row, self._opened(row)) for row in rows]
        except KeyErased:
            return []

    def _opened(self, row: Json) -> dict[str, Any]:
        fields = ("said", "origin", "visibility")
        return {
            name: open_field(self._keys, place_in_sections(row["id"], name), row[name])
            for name in fields
        }


def _entry(row: Json, opened: dict[str, Any]) -> EntryRow:
    return EntryRow(
        entry_id=UUID(row["id"]),
        **opened["said"],
        confidentiality=opened["visibility"],
        entered_by=opened["origin"],
        added_at=row["added_at"],
        changed_at=row["changed_at"],
    )


def _answers(row: Json, opened: dict[str, Any]) -> AnswersRow:
    return AnswersRow(
        answers_id=UUID(row["id"]),
        **opened["said"],
        confidentiality=opened["visibility"],
        given_by=opened["origin"],
        given_at=row["added_at"],
    )


def _target(row: Json, opened: dict[str, Any]) -> TargetRow:
    return TargetRow(
        **opened["said"],
        confidentiality=opened["visibility"],
        set_by=opened["origin"],
        set_at=row["added_at"],
    )


def _point(measure: dict[str, Any], written_by: str) -> Point:
    return Point(
        measure_id=UUID(measure["id"]),
        at=parse_instant(measure["at"]),
        values=tuple(measure["values"]),
        device=measure.get("device"),
        comment=measure.get("comment"),
        warnings=tuple(measure.get("warnings", ())),
        author_type=written_by,
        document_id=UUID(measure["document"]) if measure.get("document") else None,
        preliminary=measure.get("preliminary", False),
    )


def _all(documents: Documents, *where: Filter) -> Iterator[Json]:
    after: str | None = None
    while True:
        page = documents.find(*where, limit=PAGE, after=after)
        yield from page.items
        after = page.next_cursor
        if after is None:
            return
