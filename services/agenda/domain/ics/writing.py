"""The feed that a person's own calendar may show: when, and never what.

A calendar goes to telephones, to employers, to companies of other countries. So nothing that
says or lets guess a state of health is in it: no title, name, speciality, address or comment, and
our own opaque UID instead of one that may name a clinic.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from services.agenda.domain.facts import Facts, Status
from services.agenda.domain.ics.timezones import timezone_component
from services.agenda.domain.occurrences import Kept, Occurrence, changed_occurrences
from services.agenda.domain.slot import WHOLE, Slot
from services.agenda.domain.when import When

PRODUCT = "-//Carnet//Agenda//FR"
NAME = "Mes rendez-vous"
SUMMARY = "Rendez-vous"
REMINDER = "Rappel"
_TENTATIVE = {Status.PENDING, Status.PROPOSED, Status.WAITLIST}


def write_calendar(agenda: Sequence[Kept], reminders: Mapping[str, datetime], now: datetime) -> str:
    """``reminders``: instant of each by its id."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", NAME)
    for zone, first in _zones(agenda).items():
        calendar.add_component(timezone_component(zone, first))
    for kept in agenda:
        for event in _events(kept):
            calendar.add_component(event)
    for reminder_id, due_at in reminders.items():
        calendar.add_component(_reminder(reminder_id, due_at, now))
    text: bytes = calendar.to_ical()
    return text.decode()


def _zones(agenda: Sequence[Kept]) -> dict[str, datetime]:
    """Zones whose civil time series keep, each with its first instant that matters."""
    found: dict[str, datetime] = {}
    for kept in agenda:
        facts = kept.slots.get(WHOLE, Slot()).facts
        if facts and facts.series and facts.when.zone and facts.when.zone != "UTC":
            first = facts.when.starts_at
            found[facts.when.zone] = min(first, found.get(facts.when.zone, first))
    return found


def _events(kept: Kept) -> Iterator[Event]:
    whole = kept.slots.get(WHOLE, Slot())
    changed = list(changed_occurrences(kept))
    if whole.facts:
        master = _event(kept, whole.facts, cancelled=whole.cancelled)
        if whole.facts.series:
            _add_series(master, kept, whole.facts)
        yield master
    for occurrence in changed:
        event = _event(kept, occurrence.facts, cancelled=occurrence.cancelled)
        event.add("RECURRENCE-ID", _named(occurrence, whole.facts))
        yield event


def _event(kept: Kept, facts: Facts, *, cancelled: bool) -> Event:
    event = Event()
    event.add("UID", f"{kept.appointment_id}")
    event.add("DTSTAMP", kept.changed_at)
    event.add("SEQUENCE", kept.changes)
    event.add("SUMMARY", SUMMARY)
    event.add("CLASS", "PRIVATE")
    if cancelled:
        event.add("STATUS", "CANCELLED")
    else:
        event.add("STATUS", "TENTATIVE" if facts.status in _TENTATIVE else "CONFIRMED")
    _add_when(event, facts.when, civil=facts.series is not None)
    return event


def _add_when(event: Event, when: When, *, civil: bool) -> None:
    """``civil``: a series keeps the time of its zone; a single one is an instant."""
    if when.all_day:
        first = when.start.date()
        event.add("DTSTART", first)
        event.add("DTEND", first + timedelta(days=when.days))
    elif civil:
        event.add("DTSTART", _in_zone(when.start, when))
        event.add("DURATION", timedelta(days=when.days, seconds=when.seconds))
    else:
        event.add("DTSTART", when.starts_at)
        event.add("DTEND", when.ends_at)


def _add_series(master: Event, kept: Kept, facts: Facts) -> None:
    series, when = facts.series, facts.when
    if series is None:
        return
    if series.rule:
        master.add("RRULE", vRecur.from_ical(series.rule))
    if series.added:
        added = [datetime.fromisoformat(text) for text in series.added]
        master.add("RDATE", [_value(start, when) for start in added])
    ended = {name for name, slot in kept.slots.items() if name != WHOLE and slot.facts is None}
    if left_out := [_of_key(name, when) for name in sorted({*series.excluded, *ended})]:
        master.add("EXDATE", left_out)


def _value(start: datetime, when: When) -> date:
    return start.date() if when.all_day else _in_zone(start, when)


def _in_zone(start: datetime, when: When) -> datetime:
    return start.replace(tzinfo=ZoneInfo(when.zone or "UTC"))


def _of_key(key: str, when: When) -> date:
    """A key of an occurrence in the form of its series."""
    if "T" in key:
        return datetime.fromisoformat(key).astimezone(ZoneInfo(when.zone or "UTC"))
    day = date.fromisoformat(key)
    return day if when.all_day else _in_zone(datetime.combine(day, when.start.time()), when)


def _named(occurrence: Occurrence, series: Facts | None) -> date:
    return _of_key(occurrence.slot, series.when if series else occurrence.facts.when)


def _reminder(reminder_id: str, due_at: datetime, now: datetime) -> Event:
    event = Event()
    event.add("UID", reminder_id)
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("SUMMARY", REMINDER)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT")
    event.add("DTSTART", due_at.astimezone(UTC))
    return event
