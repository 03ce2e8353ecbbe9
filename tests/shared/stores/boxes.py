"""A small application on the event log: boxes of a record, and permits decided on their state."""

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.contract import Command, Done, Request
from shared.stores.event_log import EventLog, Outcome, command, unreplayed


class Box(Aggregate):
    TOPIC = "boxes.box"

    class Created(Aggregate.Created):
        TOPIC = "boxes.box_opened"
        record_id: UUID
        label: str
        day: date
        by: dict[str, Any]

    class Relabelled(Aggregate.Event):
        TOPIC = "boxes.box_relabelled"
        record_id: UUID
        label: str
        by: dict[str, Any]

        def apply(self, aggregate: "Box") -> None:
            aggregate.label = self.label

    class Forgetful(Aggregate.Event):
        """An event whose author forgot the record."""

        TOPIC = "boxes.box_forgotten"

    def __init__(self, record_id: UUID, label: str, day: date) -> None:
        self.record_id = record_id
        self.label = label
        self.day = day

    @classmethod
    def open(cls, box_id: UUID, record_id: UUID, label: str, by: Actor) -> "Box":
        return cls._create(
            cls.Created,
            id=box_id,
            record_id=record_id,
            label=label,
            day=date(2026, 1, 2),
            by=by.to_event(),
        )

    def relabel(self, label: str, by: Actor) -> None:
        self.trigger_event(self.Relabelled, record_id=self.record_id, label=label, by=by.to_event())


class Permit(Aggregate):
    """Says on which version of the box's stream it was decided."""

    TOPIC = "boxes.permit"

    class Created(Aggregate.Created):
        TOPIC = "boxes.permitted"
        decided_on: int

    @event(Created)
    def __init__(self, decided_on: int) -> None:
        self.decided_on = decided_on


class OpenBox(Command):
    record_id: UUID
    label: str


class Opened(Done):
    box_id: UUID
    label: str


class Relabel(Command):
    box_id: UUID
    label: str


class Ask(Request):
    box_id: UUID


class Permission(Command):
    box_id: UUID


class Decided(Done):
    decided_on: int


class Boxes(EventLog):
    name = "boxes"

    @command
    def open_box(self, request: OpenBox, by: Actor) -> Outcome[Opened]:
        box_id = self.new_id(request, by, "box")
        box = Box.open(box_id, request.record_id, request.label, by)
        return Outcome(answer=Opened(box_id=box_id, label=request.label), save=[box])

    @command
    def relabel(self, request: Relabel, by: Actor) -> Outcome[Done]:
        box = self.get(request.box_id, Box)
        if box is None:
            raise Forbidden
        box.relabel(request.label, by)
        return Outcome(answer=Done(), save=[box])

    @command
    def permit(self, request: Permission, by: Actor) -> Outcome[Done]:
        """What it creates has an id of its own each time: only the request makes it one."""
        return Outcome(answer=Done(), save=[Permit(decided_on=self.version_of(request.box_id))])

    @unreplayed
    def decide(self, request: Ask, by: Actor) -> Outcome[Decided]:
        """A permit unless the box says ``closed``, good only if the box has not moved since."""
        box = self.get(request.box_id, Box)
        if box is None or box.label == "closed":
            raise Forbidden
        return Outcome(
            answer=Decided(decided_on=box.version),
            save=[Permit(decided_on=box.version)],
            relied_on={box.id: box.version},
        )


PATIENT = Actor(kind=ActorKind.PATIENT, id="1d6d4a0e-0000-4000-8000-000000000001")
OTHER = Actor(kind=ActorKind.PATIENT, id="1d6d4a0e-0000-4000-8000-000000000002")
