"""What every service with a log also answers: its events, its head, its leaves."""

from typing import Any, Protocol

from pydantic import Field

from shared.eventing.messages import Head, LeafBatch, Pulled
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Method, Position, Request

READERS = frozenset({ActorKind.SERVICE, ActorKind.AUDITOR})
MAX_ROWS = 500


class Outbox(Protocol):
    """Answers from the log itself, whatever was lost on the way to the broker."""

    def events(self, after: int, limit: int) -> Any:
        """Published events after a position, as :class:`Pulled`."""
        ...

    def head(self) -> Any:
        """Where the log ends, as :class:`Head`."""
        ...

    def leaves(self, after: int, limit: int) -> Any:
        """One digest per event, private ones included, as :class:`LeafBatch`."""
        ...

    def check(self) -> str | None:
        """For readiness: a sentence if the log cannot be read."""
        ...


class Range(Request):
    after: Position
    limit: int = Field(default=100, ge=1, le=MAX_ROWS)


OUTBOX_METHODS = (
    Method(name="events", request=Range, answer=Pulled, callers=READERS),
    Method(name="head", request=Request, answer=Head, callers=READERS),
    Method(name="leaves", request=Range, answer=LeafBatch, callers=READERS),
)
