"""Definitions of time zones for the calendars we write (VTIMEZONE, RFC 5545 3.6.5).

Made here: those of the library begin summer time an hour late (icalendar 7.3.0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

LAST = datetime(2038, 1, 1, tzinfo=UTC)
"""Nobody knows the law of later years."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Change:
    at: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


def timezone_component(zone: str, first: datetime) -> Timezone:
    """Of the time from ``first`` (an instant) on."""
    component = Timezone()
    component.add("TZID", zone)
    same: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for change in _changes(ZoneInfo(zone), first):
        onset = (change.at + change.before).replace(tzinfo=None)
        kind = (change.before, change.after, change.name, change.summer)
        same.setdefault(kind, []).append(onset)
    for (before, after, name, summer), onsets in same.items():
        observance = TimezoneDaylight() if summer else TimezoneStandard()
        observance.add("DTSTART", onsets[0])
        observance.add("TZOFFSETFROM", before)
        observance.add("TZOFFSETTO", after)
        observance.add("TZNAME", name)
        if onsets[1:]:
            observance.add("RDATE", onsets[1:])
        component.add_component(observance)
    return component


def _changes(zone: ZoneInfo, first: datetime) -> Iterator[_Change]:
    """What holds at the beginning, then every change until ``LAST``."""
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    yield _change(zone, day, day)
    while day < LAST:
        if _offset(zone, day) != _offset(zone, day + _DAY):
            at = _instant_of_change(zone, day)
            yield _change(zone, at - timedelta(seconds=1), at)
        day += _DAY


def _instant_of_change(zone: ZoneInfo, day: datetime) -> datetime:
    before, after = 0, 24 * 60
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, day + timedelta(minutes=middle)) == _offset(zone, day):
            before = middle
        else:
            after = middle
    return day + timedelta(minutes=after)


def _change(zone: ZoneInfo, just_before: datetime, at: datetime) -> _Change:
    local = at.astimezone(zone)
    return _Change(
        at=at,
        before=_offset(zone, just_before),
        after=_offset(zone, at),
        name=local.tzname() or "",
        summer=bool(local.dst()),
    )


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
