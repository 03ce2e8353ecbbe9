"""The list of documents: ids and instants in clear, everything said of them sealed."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.vault.domain.document import Document, Status
from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.clock import instant
from shared.stores.documents import Documents, Eq, Json, Patch, Purge, Put, Write

PAGE = 500


class DocumentList:
    """Rows: ``record_id``, ``logical_id``, ``submitted_at``, ``status``, ``replaces`` and
    ``replaced_by`` in clear; ``said`` and ``visibility`` sealed under the record's key."""

    NAME = "documents"
    VERSION = 1
    INDEXES = ("record_id", "logical_id")

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Document.Created) -> Sequence[Write]:
        metadata = Metadata.from_event(event.metadata)
        said = {
            "metadata": event.metadata,
            "origin": asdict(Origin.of(metadata, event.by)),
            "media_type": event.content["media_type"],
            "size": event.content["size"],
        }
        row = {
            "record_id": str(event.record_id),
            "logical_id": str(event.logical_id),
            "submitted_at": instant(event.timestamp),
            "status": Status.APPROVED.value,
            "replaces": str(event.replaces) if event.replaces else None,
            "replaced_by": None,
            "said": self._sealed(event, "said", said),
            "visibility": self._sealed(event, "visibility", event.confidentiality),
        }
        return [Put(str(event.originator_id), row)]

    @writes.register
    def _(self, event: Document.Replaced) -> Sequence[Write]:
        changed = {"status": Status.DEPRECATED.value, "replaced_by": str(event.replaced_by)}
        return [Patch(str(event.originator_id), changed)]

    @writes.register(Document.Masked)
    @writes.register(Document.Unmasked)
    def _(self, event: Document.Masked | Document.Unmasked) -> Sequence[Write]:
        sealed = self._sealed(event, "visibility", event.confidentiality)
        return [Patch(str(event.originator_id), {"visibility": sealed})]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _sealed(self, event: Document.Event, field: str, value: Any) -> str:
        key = self._keys.current(event.record_id)
        return seal_field(key, place(str(event.originator_id), field), value)


class ListedDocuments:
    """Answers from the list what the use cases ask."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def of_record(self, record_id: UUID) -> Sequence[Entry]:
        try:
            return [self._entry(row) for row in self._rows(record_id)]
        except KeyErased:
            return []

    def by_logical_id(self, logical_id: UUID) -> UUID | None:
        found = self._documents.find(Eq("logical_id", str(logical_id)), limit=1).items
        return UUID(found[0]["id"]) if found else None

    def _rows(self, record_id: UUID) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(Eq("record_id", str(record_id)), limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows

    def _entry(self, row: Json) -> Entry:
        said = open_field(self._keys, place(row["id"], "said"), row["said"])
        visibility = open_field(self._keys, place(row["id"], "visibility"), row["visibility"])
        origin = said["origin"]
        return Entry(
            document_id=UUID(row["id"]),
            record_id=UUID(row["record_id"]),
            logical_id=UUID(row["logical_id"]),
            submitted_at=row["submitted_at"],
            status=row["status"],
            metadata=Metadata.from_event(said["metadata"]),
            confidentiality=tuple(visibility),
            media_type=said["media_type"],
            size=said["size"],
            origin=Origin(
                professionals=tuple(origin["professionals"]),
                structures=tuple(origin["structures"]),
                person=origin["person"],
            ),
            replaces=UUID(row["replaces"]) if row["replaces"] else None,
            replaced_by=UUID(row["replaced_by"]) if row["replaced_by"] else None,
        )


def place(document_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{DocumentList.NAME}.{field}.{document_id}"
