"""Requests that bring appointments in, and what came of each of their parts."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.agenda.contract.parts import OfRecord
from services.agenda.domain.appointment import Effect
from shared.rpc.contract import Answer, Command, Done

MAX_ICS = 1_000_000
"""Characters of one calendar."""


class ImportCalendar(OfRecord):
    ics: str = Field(min_length=1, max_length=MAX_ICS, repr=False, description="RFC 5545")


class ImportAppointments(Command):
    """``record_id``, or the INS of whom it is for."""

    record_id: UUID | None = None
    ins: str | None = Field(default=None, max_length=25, repr=False)
    ins_oid: str | None = Field(default=None, max_length=40)
    bundle: dict[str, Any] = Field(repr=False, description="FHIR R4 Bundle of Appointment")

    @model_validator(mode="after")
    def _names_one_person(self) -> "ImportAppointments":
        if (self.record_id is None) == (self.ins is None) or bool(self.ins) != bool(self.ins_oid):
            raise ValueError("give record_id, or ins with ins_oid")
        return self


class PartOutcome(Answer):
    """``part``: number of the component or entry, from 0. ``fields``: what was wrong of it, also
    of one that was taken without what was malformed.
    """

    part: int
    outcome: Effect | Literal["refused"]
    uid: str | None = None
    appointment_id: UUID | None = None
    occurrence: str | None = None
    fields: dict[str, str] = Field(default={})


class Imported(Done):
    """``counts``: parts by outcome."""

    parts: list[PartOutcome]
    counts: dict[str, int]
