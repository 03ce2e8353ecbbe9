"""What a service said in one message, read from its own log with the auditor's keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.audit.domain.lines import acting

ERASED = "erased"
"""In place of a type: the event of a record whose keys were destroyed."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """``type`` and ``data`` are those of the message. Of an erased record nothing is left but
    the place: ``type`` is :data:`ERASED`, and ``at`` the time of the event before it."""

    service: str
    epoch: str
    position: int
    at: datetime
    type: str
    record: UUID | None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def erased(self) -> bool:
        return self.type == ERASED

    @property
    def by(self) -> Mapping[str, Any]:
        """Who acted, without the services that carried the request."""
        return acting(self.data.get("by") or {})

    @property
    def who(self) -> str:
        """The one who acted, as ``kind:id``."""
        return f"{self.by.get('kind', 'service')}:{self.by.get('id', self.service)}"

    @property
    def place(self) -> str:
        """Where it stands: what ``prove`` takes."""
        return f"{self.service} {self.position}"
