"""What every service with a log also answers: its events, its head, its leaves."""

from typing import Any, Protocol

from pydantic import ConfigDict, Field

from shared.eventing.messages import Envelope
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Method, Query, Request

READERS = frozenset({ActorKind.SERVICE, ActorKind.AUDITOR})
MAX_ROWS = 500


class Outbox(Protocol):
    """Answers from the log itself, whatever was lost on the way to the broker."""

    def events(self, after: int, limit: int) -> Any:
        """Published events after a position, as :class:`Events`."""
        ...

    def head(self) -> Any:
        """Where the log ends, as :class:`Head`."""
        ...

    def leaves(self, after: int, limit: int) -> Any:
        """One digest per event, private ones included, as :class:`Leaves`."""
        ...


class Range(Query):
    after: int = Field(ge=0)
    limit: int = Field(default=100, ge=1, le=MAX_ROWS)


class Head(Answer):
    epoch: str
    position: int


class Events(Answer):
    envelopes: list[Envelope]
    head: Head


class Leaves(Answer):
    """``leaves``: position and hexadecimal SHA-256, in order, for positions in (from, to]."""

    model_config = ConfigDict(populate_by_name=True)

    epoch: str
    from_: int = Field(alias="from")
    to: int
    leaves: list[tuple[int, str]]


OUTBOX_METHODS = (
    Method(name="events", request=Range, answer=Events, callers=READERS),
    Method(name="head", request=Request, answer=Head, callers=READERS),
    Method(name="leaves", request=Range, answer=Leaves, callers=READERS),
)
