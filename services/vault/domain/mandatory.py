"""The documents that must go into a record (arrêté du 26 avril 2022, CSP L.1111-15), and which of
them a hospital stay still owes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Literal

from services.vault.domain.listing import Entry
from services.vault.domain.states import Status

BEFORE_A_STAY = timedelta(days=60)
"""How long before a stay the letter that announces it may have been written."""
FIRST = date.min + BEFORE_A_STAY
"""Before it there is no such day."""
WEST, EAST = timezone(timedelta(hours=-4)), timezone(timedelta(hours=4))
"""Guadeloupe and Martinique; La Réunion: between them hospitals owe documents."""
FACILITY = "facility"
ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class Mandatory:
    """One line of the decree. ``types``: codes of JDV_J07; ``producers``: who owes it; ``stay``:
    when a hospital stay owes one (``always``, ``if_operated``, ``if_planned``; empty: never)."""

    id: str
    document: str
    types: tuple[str, ...]
    producers: tuple[str, ...]
    stay: str
    mail_to_professional: bool
    mail_to_person: bool
    in_force_since: date
    excluded: str
    confidence: str


@dataclass(frozen=True, kw_only=True)
class Stay:
    """``facility``: Struct_IdNat. ``stop``: ``None`` while the person is still there."""

    facility: str
    start: date
    stop: date | None
    operated: bool
    planned: bool


@dataclass(frozen=True, kw_only=True)
class Owed:
    """``state``: ``not_due`` while the stay goes on; ``entry``: the document that answers."""

    line: Mandatory
    state: Literal["present", "missing", "not_due"]
    entry: Entry | None


def owed(lines: Sequence[Mandatory], stay: Stay, seen: Sequence[Entry], today: date) -> list[Owed]:
    """What this stay owes, and whether it is among ``seen`` - the documents this reader may see,
    so that a hidden one is told of to nobody."""
    over = stay.stop is not None and stay.stop <= today
    current = [e for e in seen if e.status != Status.DEPRECATED]
    found = []
    for line in _lines_of(lines, stay):
        entry = next((e for e in current if _answers(e, line, stay, today)), None)
        due = over or FACILITY not in line.producers
        found.append(Owed(line=line, state=_state(entry, due=due), entry=entry))
    return found


def _state(entry: Entry | None, *, due: bool) -> Literal["present", "missing", "not_due"]:
    if entry:
        return "present"
    return "missing" if due else "not_due"


def _lines_of(lines: Sequence[Mandatory], stay: Stay) -> Iterator[Mandatory]:
    asked = {
        ALWAYS: True,
        "if_operated": stay.operated,
        "if_planned": stay.planned,
    }
    day = stay.stop or stay.start
    return (line for line in lines if asked.get(line.stay, False) and line.in_force_since <= day)


def _answers(entry: Entry, line: Mandatory, stay: Stay, today: date) -> bool:
    said = entry.metadata
    if said.type not in line.types:
        return False
    by_the_facility = FACILITY in line.producers
    if by_the_facility and stay.facility not in entry.origin.structures:
        return False
    begin = stay.start if by_the_facility else max(stay.start, FIRST) - BEFORE_A_STAY
    first = _day(said.service_start, WEST)
    last = _day(said.service_stop or said.service_start, EAST)
    end = (stay.stop or today).isoformat()
    return last >= begin.isoformat()[: len(last)] and first <= end


def _day(moment: str, zone: tzinfo) -> str:
    """A stay has the days of where it was, which no document says: an instant may be of either day
    that it has in France. A day, or less, is what it is."""
    if "T" not in moment:
        return moment
    try:
        return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()
    except OverflowError:  # the first or the last hours of the calendar
        return moment[: len("YYYY-MM-DD")]
