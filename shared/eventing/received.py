"""A message as its reader gets it: opened, checked, in the order of its publisher's log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kernel.ids import named_id

REQUESTS = UUID("6b9cf1c1-5c0f-4b58-9a52-6e1b1f7f2b5e")
"""Namespace of request ids made of publisher and position: neither says anything of a person."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """``data`` is JSON: ids and instants are strings."""

    publisher: str
    type: str
    version: int
    key: str
    epoch: str
    position: int
    occurred_at: datetime
    record: UUID | None
    data: dict[str, Any]

    @property
    def request_id(self) -> UUID:
        """For calls to another service: the same at every try, so that they work once."""
        return named_id(REQUESTS, f"{self.publisher}/{self.epoch}/{self.position}")


Upcast = Callable[[dict[str, Any]], dict[str, Any]]
Upcasts = Mapping[tuple[str, int], Upcast]
"""(type, version) -> data of the next version. One step each, as for stored events."""


def upcast(received: Received, upcasts: Upcasts) -> Received:
    """The message in the newest form its reader knows; parked and queued ones may be old."""
    while step := upcasts.get((received.type, received.version)):
        received = replace(received, version=received.version + 1, data=step(dict(received.data)))
    return received
