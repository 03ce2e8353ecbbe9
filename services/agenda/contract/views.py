"""Appointments as they are shown."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from services.agenda.domain.facts import Status, With
from services.agenda.domain.occurrences import Occurrence
from services.agenda.domain.origin import Source
from services.agenda.domain.slot import WHOLE, is_private
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, ListQuery, Query


class Appointments(ListQuery):
    """What takes place, at least in part, in ``[from, to)``: a year back and ahead by default,
    ten years at most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")
    include_cancelled: bool = False


class Author(Answer):
    """``id``: structure id of a facility, client id of an application."""

    source: Source
    id: str | None = None


class AppointmentView(Answer):
    """One appointment, or one occurrence of a series: then ``occurrence`` names it.

    Whole days have ``day`` and ``last_day`` (included); ``starts_at`` and ``ends_at`` are then
    those of France. ``read_only``: it can be changed at its source alone. ``private``: masked to
    professionals, because of this one or of another of its series.
    """

    appointment_id: UUID
    occurrence: str | None
    recurring: bool
    title: str
    starts_at: Instant
    ends_at: Instant
    zone: str | None
    day: date | None
    last_day: date | None
    type: With | None
    name: str | None
    speciality: str | None
    address: str | None
    comment: str | None
    professional: str | None
    facility: str | None
    status: Status
    author: Author
    read_only: bool
    private: bool

    @classmethod
    def of(cls, seen: Occurrence) -> "AppointmentView":
        facts, when, kept = seen.facts, seen.facts.when, seen.kept
        whole = kept.slots.get(WHOLE)
        return cls(
            appointment_id=kept.appointment_id,
            occurrence=seen.slot or None,
            recurring=bool(whole and whole.facts and whole.facts.series) or bool(seen.slot),
            title=facts.title,
            starts_at=seen.starts_at,
            ends_at=seen.ends_at,
            zone=when.zone,
            day=when.first_day,
            last_day=when.last_day,
            type=facts.type,
            name=facts.name,
            speciality=facts.speciality,
            address=facts.address,
            comment=facts.comment,
            professional=facts.professional,
            facility=facts.facility,
            status=_status(seen),
            author=Author(source=kept.origin.source, id=kept.origin.id or None),
            read_only=not kept.origin.is_person,
            private=is_private(kept.slots),
        )


def _status(seen: Occurrence) -> Status:
    said = seen.facts.status
    if seen.cancelled and said is not Status.ENTEREDINERROR:
        return Status.CANCELLED
    return said


class ExportCalendar(Query):
    record_id: UUID


class ExportedCalendar(Answer):
    """``ics``: when, never what: titles, names and places stay in the record."""

    ics: str = Field(repr=False)
    media_type: Literal["text/calendar"] = "text/calendar"
