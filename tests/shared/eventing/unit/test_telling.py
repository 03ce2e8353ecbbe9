"""Events whose message says what they say."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import pytest

from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are


@dataclass(frozen=True)
class Moved:
    by: dict[str, Any]
    thing: str
    place: str
    why: str


class OfThing(MessageData):
    thing: str


class ThingMoved(OfThing):
    TYPE = "sample.thing_moved"
    place: str


class ThingLost(OfThing):
    TYPE = "sample.thing_lost"
    since: str


def of_thing(event: Moved) -> dict[str, Any]:
    return {"by": event.by, "thing": event.thing}


def test_a_message_says_its_fields_of_the_event_and_nothing_else() -> None:
    """Why it was moved stays inside."""

    @singledispatch
    def message_for(_event: object) -> MessageData | None:
        return None

    tell_as_they_are(message_for, of_thing, {Moved: ThingMoved}, base=OfThing)

    moved = Moved(by={"kind": "operator"}, thing="a", place="attic", why="told to nobody")
    assert message_for(moved) == ThingMoved(by={"kind": "operator"}, thing="a", place="attic")
    assert message_for("anything else") is None


def test_a_field_that_the_event_has_not_is_found_when_the_service_starts() -> None:
    """Not by the first event, which would stop the relay."""

    @singledispatch
    def message_for(_event: object) -> MessageData | None:
        return None

    with pytest.raises(TypeError, match="Moved has no since"):
        tell_as_they_are(message_for, of_thing, {Moved: ThingLost}, base=OfThing)
