"""Appointments as people ask for them."""

from typing import Any
from uuid import UUID, uuid4

from services.agenda.contract.appointments import (
    AddAppointment,
    CancelAppointment,
    ChangeAppointment,
)
from shared.kernel.actor import Actor
from tests.agenda.ics import vevent
from tests.agenda.world import PATIENT, RECORD, World

AT = "2026-12-01T09:30:00+01:00"
SERIES = vevent("s", "DTSTART;TZID=Europe/Paris:20261201T093000", "RRULE:FREQ=WEEKLY;COUNT=4")


def adding(**said: Any) -> AddAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "title": "Dentiste", "starts_at": AT}
    return AddAppointment.model_validate(given | said)


def changing(appointment_id: UUID, **said: Any) -> ChangeAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "appointment_id": appointment_id}
    return ChangeAppointment.model_validate(given | said)


def cancelling(appointment_id: UUID, **said: Any) -> CancelAppointment:
    given = {"request_id": uuid4(), "record_id": RECORD, "appointment_id": appointment_id}
    return CancelAppointment.model_validate(given | said)


def add(world: World, by: Actor = PATIENT, **said: Any) -> UUID:
    return world.app.add_appointment(adding(**said), by).appointment_id
