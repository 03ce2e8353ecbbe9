"""A tiny publisher and a tiny follower, for the tests of eventing.

``Notes`` keeps notes of records and publishes those that are written. ``Tally`` follows it: one
stream per record counts what it was told, so that a message lost, doubled or out of order
shows in the counts.
"""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event

from shared.crypto.keys import SERVICE_KEY_ID, Key
from shared.eventing.messages import MessageData
from shared.eventing.received import Received
from shared.stores.documents import Eq, Patch, Purge, Put, Write
from shared.stores.event_log import NOTHING, EventLog, Outcome

BY = {"kind": "service", "id": "sample"}


class Note(Aggregate):
    TOPIC = "sample.Note"

    class Event(Aggregate.Event):
        TOPIC = "sample.Note.Event"
        record_id: UUID

    class Created(Event, Aggregate.Created):
        TOPIC = "sample.Note.Created"
        text: str

    class Read(Event):
        """Private: no message is registered for it."""

        TOPIC = "sample.Note.Read"

    @event(Created)
    def __init__(self, record_id: UUID, text: str) -> None:
        self.record_id = record_id
        self.text = text

    def read(self) -> None:
        self.trigger_event(self.Read, record_id=self.record_id)


class NoteWritten(MessageData):
    TYPE = "notes.note_written"
    text: str


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: Note.Created) -> MessageData:
    return NoteWritten(record_id=event.record_id, by=BY, text=event.text)


class Notes(EventLog):
    name = "notes"

    def write(self, record_id: UUID, text: str, *, reads: int = 0) -> int:
        """One listed event, and ``reads`` private ones after it."""
        note = Note(record_id, text)
        for _ in range(reads):
            note.read()
        return self.commit(Outcome(answer=NOTHING.answer, save=[note]))


class NoteList:
    """Notes' own read model."""

    NAME = "notes"
    VERSION = 1
    INDEXES = ("record_id",)

    def writes(self, event: object) -> Sequence[Write]:
        if isinstance(event, Note.Created):
            doc = {"record_id": str(event.record_id), "text": event.text, "reads": 0}
            return [Put(str(event.originator_id), doc)]
        if isinstance(event, Note.Read):
            return [Patch(str(event.originator_id), {"reads": event.originator_version - 1})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class Count(Aggregate):
    """What Tally was told of one record, in the order it was told."""

    TOPIC = "sample.Count"

    class Event(Aggregate.Event):
        TOPIC = "sample.Count.Event"
        record_id: UUID

    class Created(Event, Aggregate.Created):
        TOPIC = "sample.Count.Created"

    class Told(Event):
        TOPIC = "sample.Count.Told"
        text: str

    @staticmethod
    def create_id(record_id: UUID) -> UUID:
        return record_id

    @event(Created)
    def __init__(self, record_id: UUID) -> None:
        self.record_id = record_id
        self.texts: list[str] = []

    def tell(self, text: str) -> None:
        self.trigger_event(self.Told, record_id=self.record_id, text=text)

    @event(Told)
    def _told(self, text: str) -> None:
        self.texts.append(text)


class Tally(EventLog):
    name = "tally"

    def texts(self, record_id: UUID) -> list[str]:
        count = self.get(record_id, Count)
        return count.texts if count else []


def on_note_written(app: Tally, received: Received) -> Outcome[Any]:
    assert received.record is not None
    text = received.data["text"]
    if text.startswith("poison"):
        raise ValueError(f"{text} must not appear in any log")
    count = app.get(received.record, Count) or Count(received.record)
    count.tell(text)
    return Outcome(answer=NOTHING.answer, save=[count])


POLICIES = {"notes.note_written": on_note_written}


class Journal:
    """A read model over another service's messages."""

    NAME = "journal"
    VERSION = 1
    INDEXES = ("record_id",)

    def writes(self, received: Received) -> Sequence[Write]:
        text = received.data["text"]
        if text.startswith("poison"):
            raise ValueError("poison")
        return [
            Put(received.key.replace(".", "_"), {"record_id": str(received.record), "text": text})
        ]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class DayKeys:
    """The same transport key for whoever has the same root."""

    def __init__(self, root: bytes = b"t" * 32) -> None:
        self._root = root

    def key(self, day: date) -> Key:
        secret = bytes(
            a ^ b for a, b in zip(self._root, day.isoformat().encode() * 4, strict=False)
        )
        return Key(SERVICE_KEY_ID, 1, secret[:32])


def records(number: int) -> list[UUID]:
    return [uuid4() for _ in range(number)]
