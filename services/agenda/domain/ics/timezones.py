"""Definitions of time zones for the calendars we write (VTIMEZONE, RFC 5545 3.6.5).

Made here: those of the library begin summer time an hour late (icalendar 7.3.0).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

LAST = datetime(2038, 1, 1, tzinfo=UTC)
"""Nobody knows the law of later years."""
_DAY = timedelta(days=1)
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


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
        _repeat(observance, onsets)
        component.add_component(observance)
    return component


def _repeat(observance: TimezoneStandard | TimezoneDaylight, onsets: list[datetime]) -> None:
    """A yearly rule where there is one, and it holds to the end; else each day by itself: many
    calendars read the first of a list only.
    """
    years = [onset.year for onset in onsets]
    regular = len(years) > 1 and years == list(range(years[0], LAST.year))
    for place in (_last_of_month, _of_month) if regular else ():
        if len({(onset.month, place(onset), onset.time()) for onset in onsets}) == 1:
            rule = f"FREQ=YEARLY;BYMONTH={onsets[0].month};BYDAY={place(onsets[0])}"
            observance.add("RRULE", vRecur.from_ical(rule))
            return
    for onset in onsets[1:]:
        observance.add("RDATE", onset)


def _of_month(day: datetime) -> str:
    return f"{(day.day - 1) // 7 + 1}{_WEEK[day.weekday()]}"


def _last_of_month(day: datetime) -> str:
    is_last = day.day + 7 > monthrange(day.year, day.month)[1]
    return f"-1{_WEEK[day.weekday()]}" if is_last else _of_month(day)


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
