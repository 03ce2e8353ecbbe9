"""What happens when a childhood, a life, or the time to keep a record ends."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from services.identity.domain.record_event import RecordEvent
from services.identity.domain.states import Status

if TYPE_CHECKING:
    from services.identity.domain.record import Record


class MajorityReached(RecordEvent):
    """The contact was that of a representative: it is forgotten, as is their activation."""

    TOPIC = "identity.majority_reached"

    def apply(self, record: "Record") -> None:
        record.is_minor = False
        record.representatives = []
        record.activated = False
        record.activation_code = None
        record.contact = {"email": None, "phone": None}


class DeathDeclared(RecordEvent):
    """``erase_at``: when all is destroyed, unless the death is revoked."""

    TOPIC = "identity.death_declared"
    died_on: date
    erase_at: datetime

    def apply(self, record: "Record") -> None:
        record.status_before_death = record.status
        record.status = Status.DECEASED
        record.deceased_at = self.timestamp


class Restored(RecordEvent):
    """Back to what it was, with what time will do to it: ``opens_at`` if it waits for that,
    ``erase_at`` if it was closed, ``majority_at`` of a minor.
    """

    status: str
    opens_at: datetime
    erase_at: datetime | None
    majority_at: datetime | None

    def apply(self, record: "Record") -> None:
        record.status = Status(self.status)


class DeathRevoked(Restored):
    TOPIC = "identity.death_revoked"

    def apply(self, record: "Record") -> None:
        super().apply(record)
        record.deceased_at = None


class ErasureRequested(RecordEvent):
    TOPIC = "identity.erasure_requested"
    due: datetime

    def apply(self, record: "Record") -> None:
        record.erasure_due = self.due


class ErasureCancelled(RecordEvent):
    """``kept_until``: the end of the ten years, as if nothing had been asked."""

    TOPIC = "identity.erasure_cancelled"
    kept_until: datetime

    def apply(self, record: "Record") -> None:
        record.erasure_due = None


class ErasureBegun(RecordEvent):
    """The last event of a record; soon nobody can read it."""

    TOPIC = "identity.erasure_begun"

    def apply(self, record: "Record") -> None:
        record.status = Status.ERASING
