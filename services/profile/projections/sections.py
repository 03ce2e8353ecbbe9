"""Read model of entries, answers and targets: ids and instants in clear, the rest sealed."""

from collections.abc import Sequence
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.profile.domain.entry import Entry
from services.profile.domain.once import Answers, Target
from shared.crypto.fields import seal_field
from shared.crypto.keys import Keys
from shared.kernel.clock import instant
from shared.stores.documents import Delete, Eq, Patch, Purge, Put, Write


class Sections:
    """Rows: ``record_id``, ``what`` (entry, answers, target), ``added_at`` and ``changed_at`` in
    clear; ``said``, ``origin`` and ``visibility`` sealed under the record's key."""

    NAME = "sections"
    VERSION = 1
    INDEXES = ("record_id",)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register(Entry.Created)
    @writes.register(Entry.AddedAgain)
    def _(self, event: Entry.Created | Entry.AddedAgain) -> Sequence[Write]:
        said = {"content": event.content, "links": event.links, "section": event.section}
        return self._row(event, "entry", said, event.confidentiality)

    @writes.register
    def _(self, event: Entry.Changed) -> Sequence[Write]:
        said = {"content": event.content, "links": event.links, "section": event.section}
        changed = {"said": self._sealed(event, "said", said)}
        return [Patch(str(event.originator_id), changed | {"changed_at": _at(event)})]

    @writes.register
    def _(self, event: Entry.VisibilitySet) -> Sequence[Write]:
        changed = {"visibility": self._sealed(event, "visibility", event.confidentiality)}
        return [Patch(str(event.originator_id), changed | {"changed_at": _at(event)})]

    @writes.register
    def _(self, event: Entry.Removed) -> Sequence[Write]:
        return [Delete(str(event.originator_id))]

    @writes.register
    def _(self, event: Answers.Created) -> Sequence[Write]:
        said = {
            "questionnaire": event.questionnaire,
            "answers": event.answers,
            "final": event.final,
        }
        return self._row(event, "answers", said, event.confidentiality)

    @writes.register
    def _(self, event: Target.Created) -> Sequence[Write]:
        said = {"kind": event.kind, "low": event.low, "high": event.high}
        return self._row(event, "target", said, event.confidentiality)

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _row(self, event: Any, what: str, said: Any, codes: Sequence[str]) -> Sequence[Write]:
        row = {
            "record_id": str(event.record_id),
            "what": what,
            "added_at": _at(event),
            "changed_at": _at(event),
            "said": self._sealed(event, "said", said),
            "origin": self._sealed(event, "origin", event.by),
            "visibility": self._sealed(event, "visibility", list(codes)),
        }
        return [Put(str(event.originator_id), row)]

    def _sealed(self, event: Any, field: str, value: Any) -> str:
        key = self._keys.current(event.record_id)
        return seal_field(key, place(str(event.originator_id), field), value)


def place(row_id: str, field: str) -> str:
    """Binds a sealed value to its row, so that rows cannot be swapped."""
    return f"{Sections.NAME}.{field}.{row_id}"


def _at(event: Any) -> str:
    return instant(event.timestamp)
