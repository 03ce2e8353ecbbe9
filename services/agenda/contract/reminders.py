"""Reminders: requests, answers, what is seen."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from services.agenda.contract.parts import Comment, Day, OfRecord, Title, Zone
from services.agenda.domain.when import HOME, instant_of
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, Done, ListQuery

MORNING = time(9)


class AddReminder(OfRecord):
    """Told on that day at that time, as clocks of ``zone`` show it."""

    title: Title
    day: Day = Field(alias="date")
    at: Annotated[time, Field(alias="time")] = MORNING
    zone: Zone = HOME
    comment: Comment | None = None
    appointment_id: UUID | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @property
    def due_at(self) -> datetime:
        return instant_of(datetime.combine(self.day, self.at.replace(tzinfo=None)), self.zone)


class ReminderAdded(Done):
    reminder_id: UUID
    due_at: Instant


class RemoveReminder(OfRecord):
    reminder_id: UUID


class Reminders(ListQuery):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")


class ReminderView(Answer):
    """``date``: civil, of the person. ``told``: its instant has passed and it was told."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    reminder_id: UUID
    title: str
    comment: str | None
    day: date = Field(alias="date")
    due_at: Instant
    appointment_id: UUID | None
    told: bool
