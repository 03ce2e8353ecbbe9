"""Read models as eventing knows them: what to write for an event, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from inspect import getattr_static
from typing import Any, Protocol
from uuid import UUID

from shared.eventing.received import Received
from shared.stores.documents import Documents, Write


class ProjectionOf(Protocol):
    """Says how events become documents; knows no store.

    ``writes`` is given a domain event of the service's own log, or a ``Received`` of another's.
    Where it is a ``singledispatchmethod``, events of classes it has no method for do nothing to
    the view, and are not even opened: of a log that holds ten openings for each document it
    matters.
    ``purge`` gives the writes that leave nothing of an erased record.
    """

    NAME: str
    VERSION: int

    def writes(self, event: Any, /) -> Sequence[Write]: ...

    def purge(self, record_id: UUID, /) -> Sequence[Write]: ...


@dataclass(frozen=True)
class View:
    """A projection and the documents it fills; these were opened with its name and version."""

    projection: ProjectionOf
    documents: Documents


ERASED = "identity.record_erased"
"""The one message that every followed view obeys, whatever else it takes from it."""


def writes_of(projection: ProjectionOf, received: Received) -> Sequence[Write]:
    """What a message does to a followed view: an erasure leaves nothing of its record."""
    if received.type == ERASED and received.record:
        return projection.purge(received.record)
    return projection.writes(received)


def takes(projection: ProjectionOf, kind: type) -> bool:
    """Whether an event of that class may do something to a view over the log it is in."""
    writes = getattr_static(projection, "writes")
    if not isinstance(writes, singledispatchmethod):
        return True
    dispatch = writes.dispatcher.dispatch
    return dispatch(kind) is not dispatch(object)
