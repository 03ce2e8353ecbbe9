"""The list of conversations and drafts: ids, instants and counts in clear, words sealed."""

from collections.abc import Sequence
from datetime import datetime
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from services.messaging.domain.conversation import Conversation
from services.messaging.domain.draft import Draft
from services.messaging.domain.message import Message
from services.messaging.domain.ports import Row
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.clock import instant
from shared.kernel.words import words
from shared.stores.documents import (
    Documents,
    Eq,
    Filter,
    In,
    Json,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
    Write,
)

PAGE = 500


class ConversationList:
    """Rows by ``kind``. conversation: ``record_id``, ``trashed_at`` in clear, subject and codes
    sealed; message: ``conversation_id``, ``at``, ``read``, its words and names sealed; draft:
    whose it is sealed."""

    NAME = "conversations"
    VERSION = 1
    INDEXES = ("record_id", "conversation_id", "trashed_at")

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Conversation.Created) -> Sequence[Write]:
        row = {
            "kind": "conversation",
            "record_id": str(event.record_id),
            "trashed_at": "",
            "said": self._sealed(
                event, {"words": words(event.subject), "codes": event.confidentiality}
            ),
        }
        return [Put(str(event.originator_id), row)]

    @writes.register
    def _(self, event: Message.Created) -> Sequence[Write]:
        row = {
            "kind": "message",
            "record_id": str(event.record_id),
            "conversation_id": str(event.conversation_id),
            "at": instant(event.timestamp),
            "read": event.sender is None,
            "said": self._sealed(event, {"words": words(f"{event.subject} {event.body}")}),
        }
        return [Put(str(event.originator_id), row)]

    @writes.register
    def _(self, event: Conversation.MessageReceived) -> Sequence[Write]:
        """The name of who wrote is searched too: it stands in a row of its own."""
        name = event.sender.get("name", "")
        row = {
            "kind": "name",
            "record_id": str(event.record_id),
            "conversation_id": str(event.originator_id),
            "at": instant(event.timestamp),
            "read": True,
            "said": self._sealed(event, {"words": words(name)}),
        }
        return [Put(f"{event.originator_id}.{event.message_id}", row)]

    @writes.register
    def _(self, event: Conversation.MessageRead) -> Sequence[Write]:
        return [Patch(str(event.message_id), {"read": True})]

    @writes.register
    def _(self, event: Conversation.Trashed) -> Sequence[Write]:
        return [Patch(str(event.originator_id), {"trashed_at": instant(event.timestamp)})]

    @writes.register
    def _(self, event: Conversation.Restored) -> Sequence[Write]:
        return [Patch(str(event.originator_id), {"trashed_at": ""})]

    @writes.register
    def _(self, event: Conversation.Deleted) -> Sequence[Write]:
        own = str(event.originator_id)
        gone = [Purge([Eq("conversation_id", own)])]
        return [*gone, Patch(own, {"kind": "deleted", "trashed_at": ""})]

    @writes.register
    def _(self, event: Draft.Created) -> Sequence[Write]:
        row = {
            "kind": "draft",
            "record_id": str(event.record_id),
            "conversation_id": str(event.conversation_id),
            "at": instant(event.timestamp),
            "read": True,
            "said": self._sealed(event, {"writer": event.writer}),
        }
        return [Put(str(event.originator_id), row)]

    @writes.register
    def _(self, event: Draft.Discarded) -> Sequence[Write]:
        return [Patch(str(event.originator_id), {"kind": "discarded"})]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge([Eq("record_id", str(record_id))])]

    def _sealed(self, event: Conversation.Event | Message.Event | Draft.Event, value: Any) -> str:
        return seal_field(self._keys.current(event.record_id), PLACE, value)


PLACE = "conversations.said"


class ListedConversations:
    """Answers from the list what the use cases ask."""

    def __init__(self, documents: Documents, keys: Keys) -> None:
        self._documents = documents
        self._keys = keys

    def of_records(self, records: Sequence[UUID]) -> Sequence[Row]:
        ids = [str(one) for one in records]
        found = self._rows([In("record_id", ids)], Sort("at"))
        parts: dict[str, list[Json]] = {}
        for row in found:
            if row["kind"] in {"message", "name"}:
                parts.setdefault(row["conversation_id"], []).append(row)
        rows = [(row, parts.get(row["id"], [])) for row in found if row["kind"] == "conversation"]
        rows.sort(key=lambda pair: (pair[1][-1]["at"] if pair[1] else "", pair[0]["id"]))
        return [one for pair in reversed(rows) if (one := self._opened(*pair))]

    def trashed_before(self, moment: datetime) -> Sequence[UUID]:
        where = [Range("trashed_at", ge="0", lt=instant(moment))]
        return [UUID(row["id"]) for row in self._rows(where, Sort("trashed_at"))]

    def drafts(self, records: Sequence[UUID], writer: str) -> Sequence[UUID]:
        ids = [str(one) for one in records]
        rows = self._rows([In("record_id", ids), Eq("kind", "draft")], Sort("at", descending=True))
        return [UUID(row["id"]) for row in rows if self._said(row).get("writer") == writer]

    def _opened(self, row: Json, parts: Sequence[Json]) -> Row | None:
        said = self._said(row)
        if not said:
            return None
        spoken = [word for part in parts for word in self._said(part).get("words", ())]
        return Row(
            conversation_id=UUID(row["id"]),
            record_id=UUID(row["record_id"]),
            confidentiality=tuple(said["codes"]),
            unread=sum(not part["read"] for part in parts),
            trashed=bool(row["trashed_at"]),
            text=" ".join([*said["words"], *spoken]),
        )

    def _said(self, row: Json) -> Json:
        """Nothing of an erased record: its rows go too."""
        try:
            found: Json = open_field(self._keys, PLACE, row["said"])
        except KeyErased:
            return {}
        return found

    def _rows(self, where: Sequence[Filter], sort: Sort) -> list[Json]:
        rows: list[Json] = []
        after: str | None = None
        while True:
            page = self._documents.find(*where, sort=[sort], limit=PAGE, after=after)
            rows += page.items
            after = page.next_cursor
            if after is None:
                return rows
