"""Calendars as other software writes them."""

from typing import Any
from uuid import uuid4

from services.agenda.contract.imports import ImportCalendar, Imported
from services.agenda.contract.views import AppointmentView
from shared.kernel.clock import instant
from tests.agenda.world import PATIENT, RECORD, World

STAMP = "20261101T080000Z"
MORNING = "DTSTART;TZID=Europe/Paris:20261201T093000"
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"


def vevent(uid: str | None = "a@clinic", *lines: str, stamp: str | None = STAMP) -> str:
    """``lines``: content lines, as ``DTSTART;TZID=Europe/Paris:20261201T093000``."""
    known = [f"UID:{uid}"] * (uid is not None) + [f"DTSTAMP:{stamp}"] * (stamp is not None)
    return "\r\n".join(["BEGIN:VEVENT", *known, *lines, "END:VEVENT"])


def calendar(*components: str, method: str | None = None, more: str = "") -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//FR"]
    if method:
        head.append(f"METHOD:{method}")
    if more:
        head.append(more)
    return "\r\n".join([*head, *components, "END:VCALENDAR", ""])


def importing(ics: str, **changes: Any) -> ImportCalendar:
    said = {"request_id": uuid4(), "record_id": RECORD, "ics": ics} | changes
    return ImportCalendar.model_validate(said)


def take(world: World, *components: str, **how: Any) -> Imported:
    return world.app.import_calendar(importing(calendar(*components, **how)), PATIENT)


def starts(views: list[AppointmentView]) -> list[str]:
    return [instant(view.starts_at)[:16] for view in views]
