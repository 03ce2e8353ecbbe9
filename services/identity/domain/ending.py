"""How a record ends: majority of whom it was kept for, death, erasure."""

from datetime import date, datetime
from typing import Any

from services.identity.domain import ending_events as e
from services.identity.domain.errors import (
    InvalidDateOfDeath,
    NotAMinor,
    NotDueYet,
    NotInThatState,
)
from services.identity.domain.majority import majority_at
from services.identity.domain.record_event import RecordPart
from services.identity.domain.retention import retention_end
from services.identity.domain.states import ErasureReason, Status
from services.identity.domain.traits import Traits
from shared.kernel.actor import Actor
from shared.kernel.birth_date import earliest
from shared.kernel.french import latest_day_in_france

_LIVING = frozenset(Status) - {Status.DECEASED, Status.MERGED, Status.ERASING}


class Ending(RecordPart):
    """The part of a record that says when it ends."""

    traits: Traits
    status: Status
    status_before_death: Status
    is_minor: bool
    opens_at: datetime
    closed_at: datetime | None
    deceased_at: datetime | None
    """When the death was declared, which is not when it happened."""
    erasure_due: datetime | None
    """When the person's own request is carried out."""

    def reach_majority(self, now: datetime, by: Actor) -> None:
        """At 18 representatives stop acting, and the young adult activates the record."""
        if not self.is_minor or self.status not in _LIVING:
            raise NotAMinor
        if now < majority_at(self.traits.birth_date):
            raise NotDueYet
        self._record(e.MajorityReached, by)

    def declare_death(self, died_on: date, now: datetime, by: Actor) -> None:
        """From any state of life; the record is neither read nor fed any more."""
        if self.status not in _LIVING:
            raise NotInThatState(f"the record is {self.status.value}")
        if not earliest(self.traits.birth_date) <= died_on <= latest_day_in_france(now):
            raise InvalidDateOfDeath(fields={"date": "lies between birth and today"})
        erase_at = self.erasure_due or retention_end(now)
        self._record(e.DeathDeclared, by, died_on=died_on, erase_at=erase_at)

    def revoke_death(self, by: Actor) -> None:
        """Someone else had died, or nobody: the record is again what it was."""
        if self.status is not Status.DECEASED:
            raise NotInThatState("no death is declared")
        self._record(e.DeathRevoked, by, **self.restored(self.status_before_death))

    def restored(self, status: Status) -> dict[str, Any]:
        """Fields of a :class:`Restored`: what the record is again, and what awaits it."""
        erase_at = self.erasure_due
        if status is Status.CLOSED and self.closed_at and not erase_at:
            erase_at = retention_end(self.closed_at)
        return {
            "status": status.value,
            "opens_at": self.opens_at,
            "erase_at": erase_at,
            "majority_at": majority_at(self.traits.birth_date) if self.is_minor else None,
        }

    def request_erasure(self, due: datetime, by: Actor) -> None:
        """CSP R1111-36: of a closed record, on express request."""
        if self.status is not Status.CLOSED:
            raise NotInThatState("only a closed record is erased")
        if self.erasure_due:
            raise NotInThatState("the erasure is requested already")
        self._record(e.ErasureRequested, by, due=due)

    def cancel_erasure(self, by: Actor) -> None:
        if self.status is not Status.CLOSED or not self.erasure_due or not self.closed_at:
            raise NotInThatState("no erasure is requested")
        self._record(e.ErasureCancelled, by, kept_until=retention_end(self.closed_at))

    def begin_erasure(self, now: datetime, by: Actor) -> ErasureReason:
        """When the request is due, or the ten years have passed; from here there is no way back."""
        reason = self._reason_to_erase(now)
        if reason is None:
            raise NotDueYet
        self._record(e.ErasureBegun, by)
        return reason

    def _reason_to_erase(self, now: datetime) -> ErasureReason | None:
        ended = {Status.CLOSED: self.closed_at, Status.DECEASED: self.deceased_at}.get(self.status)
        if ended is None:
            return None
        if self.erasure_due and self.erasure_due <= now:
            return ErasureReason.REQUESTED
        return ErasureReason.RETENTION_ENDED if retention_end(ended) <= now else None
