"""Results of biology, read in each structured document when it comes in.

One row per level 3 CDA, all of it sealed; who may see it is asked of its document, each time.
"""

from collections.abc import Mapping, Sequence
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain.cda.biology import read_results
from services.vault.domain.document import Content
from services.vault.domain.ports import ContentDamaged, ContentMissing, Contents
from services.vault.domain.result import ReadDocument, Result
from shared.cda.tree import clinical_document
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.errors import InvalidRequest
from shared.stores.documents import Delete, Documents, Eq, Json, Purge, Put, Write

PAGE = 500
STRUCTURED = 3
"""Level of a CDA whose body is not a file."""


class ResultList:
    """Rows: ``record_id`` in clear; ``said`` sealed under the record's key."""

    NAME = "results"
    VERSION = 4
    INDEXES = ("record_id",)

    def __init__(self, keys: Keys, contents: Contents) -> None:
        self._keys = keys
        self._contents = contents

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: events.Created) -> Sequence[Write]:
        if event.content.get("level") != STRUCTURED:
            return ()
        read = self._read(event.originator_id, Content(**event.content))
        said = {
            "results": [result.to_row() for result in read.results],
            "unread": list(read.unread),
            "damaged": read.damaged,
        }
        key = self._keys.current(event.record_id)
        sealed = seal_field(key, _place(str(event.originator_id)), said)
        row = {"record_id": str(event.record_id), "said": sealed}
        return [Put(str(event.originator_id), row)]

    @writes.register(events.Discarded)
    @writes.register(events.Deleted)
    def _(self, event: events.DocumentEvent) -> Sequence[Write]:
        return [Delete(str(event.originator_id))]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _read(self, document_id: UUID, content: Content) -> ReadDocument:
        """A content that is lost or damaged is said to be; the store out of reach stops us."""
        try:
            data = self._contents.fetch(document_id, content)
            return read_results(clinical_document(data))
        except (ContentMissing, ContentDamaged, InvalidRequest):
            return ReadDocument(damaged=True)


class ListedResults:
    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def of_record(self, record_id: UUID) -> Mapping[UUID, ReadDocument]:
        """By document; none if the record was erased."""
        try:
            return {UUID(row["id"]): self._read(row) for row in self._rows(record_id)}
        except KeyErased:
            return {}

    def _rows(self, record_id: UUID) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(Eq("record_id", str(record_id)), limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows

    def _read(self, row: Json) -> ReadDocument:
        said: dict[str, Any] = open_field(self._keys, _place(row["id"]), row["said"])
        return ReadDocument(
            results=tuple(Result.from_row(result) for result in said["results"]),
            unread=tuple(said["unread"]),
            damaged=said["damaged"],
        )


def _place(document_id: str) -> str:
    return f"{ResultList.NAME}.said.{document_id}"
