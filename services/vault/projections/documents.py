"""The list of documents: ids and instants in clear, everything said of them sealed."""

from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.vault.domain import document_events as events
from services.vault.domain.document import entry_uuid
from services.vault.domain.lines import last_day
from services.vault.domain.metadata import Kind, Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from services.vault.domain.texts import text_of
from shared.crypto.fields import seal_field
from shared.crypto.keys import SERVICE_KEY_ID, Keys
from shared.crypto.tokens import keyed_token
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

    NAME = "documents"
    VERSION = 5
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
        self.marks = Marks(keys)

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
            **self._visibility(event, event.confidentiality),
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
            **self._visibility(event, event.confidentiality),
        }
        return [Patch(str(event.originator_id), changed)]

    @writes.register
    def _(self, event: events.Reclassified) -> Sequence[Write]:
        changed = {
            "entry_uuid": _entry_uuid(event),
            **self._said(event, Metadata.from_event(event.metadata), event.metadata),
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
        return [Patch(str(event.originator_id), self._origin(event, event.origin))]

    @writes.register(events.Deleted)
    @writes.register(events.Discarded)
    def _(self, event: events.Deleted | events.Discarded) -> Sequence[Write]:
        return [Delete(str(event.originator_id))]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _put(self, event: events.Created, status: Status) -> Write:
        metadata = Metadata.from_event(event.metadata)
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
            "status": status.value,
            "replaces": str(event.replaces) if event.replaces else None,
            "replaced_by": None,
            "kept": self._sealed(event, "kept", kept),
            **self._said(event, metadata, event.metadata),
            **self._origin(event, vars(Origin.of(metadata, event.by))),
            **self._visibility(event, event.confidentiality),
        }
        return Put(str(event.originator_id), row)

    def _said(self, event: events.DocumentEvent, said: Metadata, stored: Any) -> dict[str, Any]:
        day = said.service_day
        return {
            "service_start": said.service_start,
            "service_day": day,
            "last_day": last_day(day),
            "type": self.marks.type(event.record_id, said.type),
            "kind_mark": self.marks.kind(event.record_id, said.kind),
            "metadata": self._sealed(event, "metadata", stored),
            "text": self._sealed(event, "text", text_of(said)),
        }

    def _origin(self, event: events.DocumentEvent, origin: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "origin_mark": self.marks.origin(event.record_id, origin_of(origin)),
            "origin": self._sealed(event, "origin", origin),
        }

    def _visibility(self, event: events.DocumentEvent, codes: Sequence[str]) -> dict[str, Any]:
        return {
            "visibility_mark": self.marks.visibility(event.record_id, codes),
            "visibility": self._sealed(event, "visibility", codes),
        }

    def _sealed(self, event: events.DocumentEvent, field: str, value: Any) -> str:
        key = self._keys.current(event.record_id)
        return seal_field(key, place(str(event.originator_id), field), value)


class Marks:
    """Keyed tokens of what documents share: of one record alone, so that equal ones of two
    records do not look alike."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def type(self, record_id: UUID, code: str) -> str:
        return self._mark("document type", record_id, code)

    def kind(self, record_id: UUID, kind: Kind) -> str:
        return self._mark("document kind", record_id, dict(sorted(vars(kind).items())))

    def origin(self, record_id: UUID, origin: Origin) -> str:
        return self._mark("document origin", record_id, dict(sorted(vars(origin).items())))

    def visibility(self, record_id: UUID, codes: Iterable[str]) -> str:
        return self._mark("document visibility", record_id, sorted(codes))

    def _mark(self, label: str, record_id: UUID, value: Any) -> str:
        secret = self._keys.exact(SERVICE_KEY_ID, 1).secret
        return keyed_token(secret, label, f"{record_id}.{to_json(value).decode()}")


def origin_of(stored: Mapping[str, Any]) -> Origin:
    return Origin(
        professionals=tuple(stored["professionals"]),
        structures=tuple(stored["structures"]),
        person=stored["person"],
    )


def _entry_uuid(event: events.DocumentEvent) -> str:
    return str(entry_uuid(event.originator_id, event.originator_version))


def place(document_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{DocumentList.NAME}.{field}.{document_id}"
