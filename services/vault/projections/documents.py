"""The list of documents: ids and instants in clear, everything said of them sealed."""

from collections.abc import Sequence
from functools import singledispatchmethod
from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain.document import entry_uuid
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from services.vault.projections.document_rows import VIEW, DocumentRow
from shared.crypto.keys import Keys
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Eq, Patch, Purge, Put, Write

LINE = ("status", "kind_mark", "origin_mark", "visibility_mark")
"""Of a row, what a line is made of beside its instant."""


class DocumentList:
    """Rows: ids, dates and ``status`` in clear; ``type`` and the marks of what documents share as
    keyed tokens; ``metadata``, ``origin``, ``kept`` (media type, size), ``visibility`` and
    ``text`` (what is searched) sealed under the record's key. None for what is gone.

    The long index holds all that lists are counted and ordered by: no row is read for it. The
    other finds what no day leaves out."""

    NAME = VIEW
    VERSION = 6
    INDEXES = (
        "logical_id",
        "record_id,type",
        ",".join(
            ("record_id", *LINE[:1], "last_day", "service_day", "submitted_at", "service_start",
             "type", *LINE[1:])
        ),
    )  # fmt: skip

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
            **self._row(event).visibility(event.hidden_by, event.confidentiality),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Replaced) -> Sequence[Write]:
        changed = {"status": Status.DEPRECATED.value, "replaced_by": str(event.replaced_by)}
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Hiding) -> Sequence[Write]:
        changed = {
            **({"entry_uuid": _entry_uuid(event)} if event.renewed else {}),
            **self._row(event).visibility(event.hidden_by, event.confidentiality),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Reclassified) -> Sequence[Write]:
        changed = {
            "entry_uuid": _entry_uuid(event),
            **self._row(event).said(Metadata.from_event(event.metadata), event.metadata),
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
        return [Patch(str(event.originator_id), self._row(event).origin(event.origin))]

    @writes.register(events.Deleted)
    @writes.register(events.Discarded)
    def _(self, event: events.Deleted | events.Discarded) -> Sequence[Write]:
        return [Delete(str(event.originator_id))]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _put(self, event: events.Created, status: Status) -> Write:
        metadata = Metadata.from_event(event.metadata)
        row = self._row(event)
        fields = {
            "record_id": row.record_id,
            "logical_id": str(event.logical_id),
            "entry_uuid": _entry_uuid(event),
            "submission_set": str(event.submission_set) if event.submission_set else None,
            "submitted_at": instant(event.timestamp),
            "status": status.value,
            "replaces": str(event.replaces) if event.replaces else None,
            "replaced_by": None,
            **row.kept(event.content),
            **row.said(metadata, event.metadata),
            **row.origin(vars(Origin.of(metadata, event.by).kept_in(event.record_id))),
            **row.visibility(event.hidden_by, event.confidentiality),
        }
        return Put(row.id, fields)

    def _row(self, event: events.DocumentEvent) -> DocumentRow:
        return DocumentRow(self._keys, event)


def _entry_uuid(event: events.DocumentEvent) -> str:
    return str(entry_uuid(event.originator_id, event.originator_version))
