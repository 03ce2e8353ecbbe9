"""What use cases ask of the list of documents."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from services.vault.domain.lines import Group, Line, Lines, Shared, Span
from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Kind, Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import IN_RECORD, Status
from services.vault.projections.document_rows import Marks, origin_of, place, visibility_of
from services.vault.projections.documents import LINE
from shared.crypto.fields import Fields
from shared.crypto.keys import KeyErased, Keys
from shared.stores.documents import Documents, Eq, Filter, In, Json, Range

V = TypeVar("V")
PAGE = 5_000
"""Rows of one record read at once: each page of a list costs a sort of all of it."""
AFTER_ALL = "~"
"""Comes after what a day may be followed by."""


class ListedDocuments:
    """Answers from the list what the use cases ask.

    Marks and instants are in clear, and only sealed values are proven: whoever is shown a row, or
    is answered by what a mark stands for, is so only once its sealed values bear its marks."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def lines(self, record_id: UUID, span: Span) -> Lines:
        at = "submitted_at" if span.submitted_since else "service_start"
        fields = (at, *LINE)
        rows = {
            row[0]: row
            for where in self._within(record_id, span)
            for row in self._documents.columns(fields, *where)
        }
        lines = [Line(moment, id_, *marks) for id_, moment, *marks in rows.values()]
        try:
            shared = self._shared(record_id, lines)
            # Examples that have changed since say nothing of the others: they have one more.
            others = [line for line in lines if line.group not in shared]
            shared |= self._shared(record_id, others[::-1])
        except KeyErased:
            return Lines()
        return Lines([line for line in lines if line.group in shared], shared)

    def entries(self, lines: Sequence[Line]) -> list[Entry]:
        """In their order; without those that have changed, or gone, since the line was read."""
        rows = {row["id"]: row for row in self._documents.get_all([e.document_id for e in lines])}
        opening = _Opening(self._keys)
        found = []
        for line in lines:
            row = rows.get(line.document_id)
            entry = opening.entry(row) if row else None
            if entry and self._group(entry) == line.group:
                found.append(entry)
        return found

    def texts(self, record_id: UUID, span: Span, ids: Collection[str]) -> Iterator[tuple[str, str]]:
        fields = Fields(self._keys)
        for where in self._within(record_id, span):
            for id_, text in self._documents.columns(["text"], *where):
                if id_ in ids:
                    yield id_, fields.open(place(id_, "text"), text)

    def versions(self, member: UUID) -> Sequence[Entry]:
        rows: deque[Json] = deque()
        rows.extend(self._documents.get_all([str(member)]))
        while rows and (earlier := self._linked(rows, rows[0]["replaces"])):
            rows.appendleft(earlier)
        while rows and (later := self._linked(rows, rows[-1]["replaced_by"])):
            rows.append(later)
        return self._opened(rows)

    def held_in(self, record_id: UUID) -> Sequence[Entry]:
        where = (Eq("record_id", str(record_id)), Eq("status", Status.HELD))
        return self._opened(self._rows(where))

    def by_logical_id(self, logical_id: UUID) -> UUID | None:
        found = self._documents.find(Eq("logical_id", str(logical_id)), limit=1).items
        return UUID(found[0]["id"]) if found else None

    def _within(self, record_id: UUID, span: Span) -> Iterator[Sequence[Filter]]:
        """Each finds a part of what is looked at."""
        where: list[Filter] = [Eq("record_id", str(record_id)), In("status", sorted(span.states))]
        if span.submitted_since:
            where.append(Range("submitted_at", ge=span.submitted_since))
        if span.acts_until:
            where.append(Range("service_day", lt=span.acts_until + AFTER_ALL))
        if span.acts_since is None:
            yield where
            return
        yield [*where, Range("last_day", ge=span.acts_since)]
        if span.spared:
            marks = Marks(self._keys, record_id)
            types = [marks.type(code) for code in sorted(span.spared)]
            yield [*where, In("type", types)]

    def _shared(self, record_id: UUID, lines: Sequence[Line]) -> dict[Group, Shared]:
        """Read from an example of each group; without those whose example has changed since."""
        groups = {line.group: line.document_id for line in lines}
        examples = [{group[n]: id_ for group, id_ in groups.items()} for n in (1, 2, 3)]
        ids = sorted({id_ for by_mark in examples for id_ in by_mark.values()})
        rows = {row["id"]: row for row in self._documents.get_all(ids)}
        opening, marks = _Opening(self._keys), Marks(self._keys, record_id)
        kinds, origins, visibilities = (
            {mark: rows[id_] for mark, id_ in by_mark.items() if id_ in rows}
            for by_mark in examples
        )
        kind_of = _proven(kinds, opening.kind, marks.kind)
        people_of = _proven(origins, opening.origin, marks.origin)
        codes_of = _proven(visibilities, opening.visibility, marks.visibility)
        return {
            (status, kind, origin, codes): Shared(
                kind=kind_of[kind],
                origin=people_of[origin],
                confidentiality=codes_of[codes],
                status=status,
            )
            for status, kind, origin, codes in groups
            if kind in kind_of and origin in people_of and codes in codes_of
        }

    def _group(self, entry: Entry) -> Group:
        """As its sealed values say."""
        marks = Marks(self._keys, entry.record_id)
        return (
            entry.status,
            marks.kind(entry.metadata.kind),
            marks.origin(entry.origin),
            marks.visibility(entry.confidentiality),
        )

    def _linked(self, rows: Collection[Json], document_id: str | None) -> Json | None:
        """One more of these versions, if it is in the same record and none of them."""
        for row in self._documents.get_all([document_id]) if document_id else ():
            same_record = all(row["record_id"] == other["record_id"] for other in rows)
            new = all(row["id"] != other["id"] for other in rows)
            if same_record and new and row["status"] in IN_RECORD:
                return row
        return None

    def _opened(self, rows: Iterable[Json]) -> Sequence[Entry]:
        """None if the record was erased."""
        opening = _Opening(self._keys)
        try:
            return [opening.entry(row) for row in rows]
        except KeyErased:
            return []

    def _rows(self, where: Sequence[Filter]) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(*where, limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows


def _proven(
    examples: Mapping[str, Json], read: Callable[[Json], V], mark_of: Callable[[V], str]
) -> dict[str, V]:
    """What each mark stands for, where the sealed value of its example bears it."""
    found = ((mark, read(row)) for mark, row in examples.items())
    return {mark: value for mark, value in found if mark_of(value) == mark}


class _Opening:
    """Sealed values of rows, opened for one answer."""

    def __init__(self, keys: Keys) -> None:
        self._fields = Fields(keys)

    def kind(self, row: Json) -> Kind:
        return self._metadata(row).kind

    def origin(self, row: Json) -> Origin:
        return origin_of(self._opened(row, "origin"))

    def visibility(self, row: Json) -> tuple[str, ...]:
        return visibility_of(self._opened(row, "visibility"))[0]

    def entry(self, row: Json) -> Entry:
        kept = self._opened(row, "kept")
        codes, told = visibility_of(self._opened(row, "visibility"))
        return Entry(
            document_id=UUID(row["id"]),
            record_id=UUID(row["record_id"]),
            logical_id=UUID(row["logical_id"]),
            entry_uuid=UUID(row["entry_uuid"]),
            submission_set=_maybe_id(row["submission_set"]),
            submitted_at=row["submitted_at"],
            status=row["status"],
            metadata=self._metadata(row),
            confidentiality=codes,
            told=told,
            media_type=kept["media_type"],
            size=kept["size"],
            origin=self.origin(row),
            replaces=_maybe_id(row["replaces"]),
            replaced_by=_maybe_id(row["replaced_by"]),
        )

    def _metadata(self, row: Json) -> Metadata:
        return Metadata.from_event(self._opened(row, "metadata"))

    def _opened(self, row: Json, field: str) -> Any:
        return self._fields.open(place(row["id"], field), row[field])


def _maybe_id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
