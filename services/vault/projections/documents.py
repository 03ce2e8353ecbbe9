"""The list of documents: ids and instants in clear, everything said of them sealed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain.document import entry_uuid
from services.vault.domain.listing import WHOLE, Entry, Span
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import IN_RECORD, Status
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import SERVICE_KEY_ID, KeyErased, Keys
from shared.crypto.tokens import keyed_token
from shared.kernel.clock import instant
from shared.stores.documents import (
    Delete,
    Documents,
    Eq,
    Filter,
    In,
    Json,
    Patch,
    Purge,
    Put,
    Range,
    Write,
)

PAGE = 5_000
"""Rows of one record read at once: each page of a list costs a sort of all of it."""
YEAR = len("YYYY")


class DocumentList:
    """Rows: ids, dates and ``status`` in clear, ``type`` as a keyed token; ``metadata``,
    ``origin``, ``kept`` (media type, size) and ``visibility`` sealed under the record's key. None
    for what is gone."""

    NAME = "documents"
    VERSION = 4
    INDEXES = ("record_id", "logical_id")

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: events.Created) -> Sequence[Write]:
        return [self._put(event, Status.APPROVED)]

    @writes.register
    def _(self, event: events.Held) -> Sequence[Write]:
        return [self._put(event, Status.HELD)]

    @writes.register
    def _(self, event: events.Released) -> Sequence[Write]:
        changed = {
            "status": Status.APPROVED.value,
            "submitted_at": instant(event.timestamp),
            "visibility": self._sealed(event, "visibility", event.confidentiality),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Replaced) -> Sequence[Write]:
        changed = {"status": Status.DEPRECATED.value, "replaced_by": str(event.replaced_by)}
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Hiding) -> Sequence[Write]:
        changed = {
            "entry_uuid": _entry_uuid(event),
            "visibility": self._sealed(event, "visibility", event.confidentiality),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Reclassified) -> Sequence[Write]:
        metadata = Metadata.from_event(event.metadata)
        changed = {
            "entry_uuid": _entry_uuid(event),
            "service_day": metadata.service_day,
            "type": _type(self._keys, event.record_id, metadata.type),
            "metadata": self._sealed(event, "metadata", event.metadata),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Archived) -> Sequence[Write]:
        return [Patch(str(event.originator_id), {"status": Status.ARCHIVED.value})]

    @writes.register
    def _(self, event: events.Unarchived) -> Sequence[Write]:
        return [Patch(str(event.originator_id), {"status": Status.APPROVED.value})]

    @writes.register(events.DepositedAgain)
    @writes.register(events.DepositWithdrawn)
    def _(self, event: events.DepositedAgain | events.DepositWithdrawn) -> Sequence[Write]:
        origin = self._sealed(event, "origin", event.origin)
        return [Patch(str(event.originator_id), {"origin": origin})]

    @writes.register(events.Deleted)
    @writes.register(events.Discarded)
    def _(self, event: events.Deleted | events.Discarded) -> Sequence[Write]:
        return [Delete(str(event.originator_id))]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _put(self, event: events.Created, status: Status) -> Write:
        metadata = Metadata.from_event(event.metadata)
        origin = asdict(Origin.of(metadata, event.by))
        kept = {
            "media_type": event.content["media_type"],
            "size": event.content["size"],
        }
        row = {
            "record_id": str(event.record_id),
            "logical_id": str(event.logical_id),
            "entry_uuid": _entry_uuid(event),
            "submission_set": str(event.submission_set) if event.submission_set else None,
            "submitted_at": instant(event.timestamp),
            "service_day": metadata.service_day,
            "type": _type(self._keys, event.record_id, metadata.type),
            "status": status.value,
            "replaces": str(event.replaces) if event.replaces else None,
            "replaced_by": None,
            "metadata": self._sealed(event, "metadata", event.metadata),
            "origin": self._sealed(event, "origin", origin),
            "kept": self._sealed(event, "kept", kept),
            "visibility": self._sealed(event, "visibility", event.confidentiality),
        }
        return Put(str(event.originator_id), row)

    def _sealed(self, event: events.DocumentEvent, field: str, value: Any) -> str:
        key = self._keys.current(event.record_id)
        return seal_field(key, place(str(event.originator_id), field), value)


class ListedDocuments:
    """Answers from the list what the use cases ask."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def of_record(self, record_id: UUID, span: Span = WHOLE) -> Sequence[Entry]:
        return self._entries(record_id, IN_RECORD, span)

    def held_in(self, record_id: UUID) -> Sequence[Entry]:
        return self._entries(record_id, {Status.HELD}, WHOLE)

    def by_logical_id(self, logical_id: UUID) -> UUID | None:
        found = self._documents.find(Eq("logical_id", str(logical_id)), limit=1).items
        return UUID(found[0]["id"]) if found else None

    def _entries(self, record_id: UUID, states: Collection[Status], span: Span) -> Sequence[Entry]:
        where = (Eq("record_id", str(record_id)), In("status", sorted(states)))
        rows = {
            row["id"]: row
            for narrowed in self._narrowed(record_id, span)
            for row in self._rows((*where, *narrowed))
        }
        try:
            return list(self._about(rows.values(), span.about))
        except KeyErased:
            return []

    def _about(
        self, rows: Iterable[Json], about: Callable[[Metadata], bool] | None
    ) -> Iterator[Entry]:
        for row in rows:
            metadata = Metadata.from_event(self._opened(row, "metadata"))
            if about is None or about(metadata):
                yield self._entry(row, metadata)

    def _opened(self, row: Json, field: str) -> Any:
        return open_field(self._keys, place(row["id"], field), row[field])

    def _narrowed(self, record_id: UUID, span: Span) -> Iterator[Sequence[Filter]]:
        """Each finds a part of what is looked at. An act may be dated by its year alone."""
        narrowed: list[Filter] = []
        if span.submitted_since:
            narrowed.append(Range("submitted_at", ge=span.submitted_since))
        if span.acts_since is None:
            yield narrowed
            return
        yield [*narrowed, Range("service_day", ge=span.acts_since[:YEAR])]
        if span.spared:
            tokens = [_type(self._keys, record_id, code) for code in sorted(span.spared)]
            yield [*narrowed, In("type", tokens)]

    def _rows(self, where: Sequence[Filter]) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(*where, limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows

    def _entry(self, row: Json, metadata: Metadata) -> Entry:
        origin, kept, visibility = (
            self._opened(row, field) for field in ("origin", "kept", "visibility")
        )
        return Entry(
            document_id=UUID(row["id"]),
            record_id=UUID(row["record_id"]),
            logical_id=UUID(row["logical_id"]),
            entry_uuid=UUID(row["entry_uuid"]),
            submission_set=_maybe_id(row["submission_set"]),
            submitted_at=row["submitted_at"],
            status=row["status"],
            metadata=metadata,
            confidentiality=tuple(visibility),
            media_type=kept["media_type"],
            size=kept["size"],
            origin=Origin(
                professionals=tuple(origin["professionals"]),
                structures=tuple(origin["structures"]),
                person=origin["person"],
            ),
            replaces=_maybe_id(row["replaces"]),
            replaced_by=_maybe_id(row["replaced_by"]),
        )


def _type(keys: Keys, record_id: UUID, code: str) -> str:
    """Of one record alone: equal types of two records do not look alike."""
    secret = keys.exact(SERVICE_KEY_ID, 1).secret
    return keyed_token(secret, "document type", f"{record_id}.{code}")


def _entry_uuid(event: events.DocumentEvent) -> str:
    return str(entry_uuid(event.originator_id, event.originator_version))


def _maybe_id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def place(document_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{DocumentList.NAME}.{field}.{document_id}"
