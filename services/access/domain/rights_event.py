"""What every event of a record's rights says, and how the parts of the rights raise them."""

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain import errors
from shared.kernel.actor import Actor


class RightsEvent(Aggregate.Event):
    """Sealed under the key of the record; ``by``: :meth:`Actor.to_event` of who acted."""

    record_id: UUID
    by: dict[str, Any]


class RightsPart(ABC):
    """Some of what a person allows and refuses; its events are those of the rights."""

    @property
    @abstractmethod
    def is_active(self) -> bool:
        """A record that may be fed and read (CSP R1111-28, R1111-36)."""

    def require_active(self) -> None:
        if not self.is_active:
            raise errors.RecordNotActive

    @abstractmethod
    def _trigger(self, event: type[RightsEvent], by: Actor, **values: Any) -> None:
        """Raise the event."""
