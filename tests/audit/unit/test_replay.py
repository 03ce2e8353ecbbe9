"""A record as it stood: every stream told in JSON, and its content to a physician alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

import pytest

from services.audit.domain.replay import Standing, plain

ID = UUID("0190a000-0000-7000-8000-000000000001")


class Colour(StrEnum):
    RED = "red"


class Rank(Enum):
    FIRST = 1


@dataclass
class Pair:
    name: str
    at: date


class Stream:
    """As our aggregates: a topic, a version, members, some of them of the library's own."""

    TOPIC = "vault.document"

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._pending_events: list[Any] = []
        self._version = 0
        self.told = dict(members)

    @property
    def version(self) -> int:
        return self._version


@dataclass
class Set:
    """An event that sets a member."""

    name: str
    value: Any

    def mutate(self, stream: Stream | None) -> Stream:
        evolved = stream or Stream({})
        evolved._version += 1
        setattr(evolved, self.name, self.value)
        return evolved


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Colour.RED, "red"),
        (Rank.FIRST, 1),
        (None, None),
        (2.5, 2.5),
        (datetime(2026, 11, 21, 8, 30, tzinfo=UTC), "2026-11-21T08:30:00.000Z"),
        (date(2026, 11, 21), "2026-11-21"),
        (ID, str(ID)),
        (Decimal("5.10"), "5.10"),
        (b"\x00\xff", "00ff"),
        ({Colour.RED: (1, ID)}, {"red": [1, str(ID)]}),
        (frozenset({"b", "a"}), ["a", "b"]),
        (Pair("x", date(2026, 1, 2)), {"name": "x", "at": "2026-01-02"}),
        (Stream({"a": 1}), {"told": {"a": 1}}),
    ],
)
def test_whatever_a_stream_holds_is_told(value: Any, told: Any) -> None:
    """In the forms of JSON; what the library keeps for itself is not."""
    assert plain(value) == told


def test_a_stream_is_told_as_its_last_event_left_it() -> None:
    """By service, with what it is, which and how far; of an erased record how much there was."""
    standing = Standing()
    standing.add("vault", "b", Set("title", "Bilan"))
    standing.add("vault", "a", Set("status", "approved"))
    standing.add("vault", "b", Set("title", "Bilan sanguin"))
    standing.add("vault", "c", None)

    told = standing.to_json(physician=True)

    assert [(one["id"], one["kind"], one["version"]) for one in told["vault"]] == [
        ("a", "document", 1),
        ("b", "document", 2),
    ]
    assert told["vault"][1]["state"] == {"told": {}, "title": "Bilan sanguin"}
    assert standing.erased == 1


def test_without_a_physician_codes_alone_are_told() -> None:
    """Members that are codes, also below others; rights and decisions are facts and told whole."""
    standing = Standing()
    for name, value in {
        "title": "Bilan",
        "status": "approved",
        "metadata": {"type": "11502-2", "title": "Bilan", "author": {"name": "A", "kind": "x"}},
        "words": {"text": "secret"},
    }.items():
        standing.add("vault", "a", Set(name, value))
        standing.add("access", "a", Set(name, value))

    told = standing.to_json(physician=False)

    assert told["vault"][0]["state"] == {
        "status": "approved",
        "metadata": {"type": "11502-2", "author": {"kind": "x"}},
    }
    assert told["access"][0]["state"]["words"] == {"text": "secret"}
