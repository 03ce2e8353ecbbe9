"""Series: a rule (RFC 5545 3.3.10), days added and left out, expanded within a window.

Rules that no appointment has (by the hour, by the number of the week) are refused, and so are
those whose search for a next occurrence might take long: whoever writes a calendar must not be
able to keep a service busy.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from services.agenda.domain.when import FIRST_YEAR, LAST_YEAR, When, instant_of

MAX_DATES = 1000
"""Days one series may add, and leave out; and occurrences a rule may count."""
MAX_INTERVAL = 1000
_PARTS = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS"},
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_STEP = {"DAILY": 1, "WEEKLY": 7}
_WITH_FIVE = 29
"""Days of the shortest month that has some day of the week five times."""
_MONTHS = frozenset(map(str, range(1, 13)))
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class BadRule(ValueError):
    """Not a rule that is taken; says why."""


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """``rule``: the value of an RRULE. ``added``: civil starts, ISO 8601, in the zone of the
    series. ``excluded``: keys of occurrences (:attr:`When.key`), or days.
    """

    rule: str | None = None
    added: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if max(len(self.added), len(self.excluded)) > MAX_DATES:
            raise BadRule(f"adds or leaves out more than {MAX_DATES} days")

    def to_event(self) -> dict[str, Any]:
        return {"rule": self.rule, "added": list(self.added), "excluded": list(self.excluded)}

    @classmethod
    def from_event(cls, state: Mapping[str, Any]) -> "Recurrence":
        return cls(
            rule=state["rule"],
            added=tuple(state["added"]),
            excluded=tuple(state["excluded"]),
        )

    def leaves_out(self, when: When) -> bool:
        """By its key, or by a day, as some calendars write it."""
        return not {when.key, when.start.date().isoformat()}.isdisjoint(self.excluded)


def check_rule(text: str, start: datetime) -> None:
    """Raise :class:`BadRule` unless it is one that is taken."""
    rule = _read(text)
    freq = str(_one(rule, "FREQ"))
    if freq not in _PARTS:
        raise BadRule("repeats more often than daily")
    if unknown := rule.keys() - _ALWAYS - _PARTS[freq]:
        raise BadRule(f"uses {min(unknown)}, which is not taken with {freq}")
    if "COUNT" in rule and "UNTIL" in rule:
        raise BadRule("has both COUNT and UNTIL")
    if not 1 <= _one(rule, "INTERVAL", 1) <= MAX_INTERVAL:
        raise BadRule(f"has no INTERVAL between 1 and {MAX_INTERVAL}")
    if not 1 <= _one(rule, "COUNT", 1) <= MAX_DATES:
        raise BadRule(f"has no COUNT between 1 and {MAX_DATES}")
    _check_days(rule, freq)
    _check_possible(rule, start)


@lru_cache(maxsize=4096)
def _is_taken(text: str, start: datetime) -> bool:
    """Not of a rule that was taken before it was refused: nobody could read the agenda it is in."""
    try:
        check_rule(text, start)
    except ValueError:
        return False
    return True


def _check_days(rule: Mapping[str, Any], freq: str) -> None:
    days = rule.get("BYDAY", ())
    if not all(_DAY.fullmatch(str(day)) for day in days):
        raise BadRule("names a day that no week has")
    ordinals = _ordinals(rule)
    most = 53 if freq == "YEARLY" and "BYMONTH" not in rule else 5
    if ordinals and (freq in _STEP or "BYMONTHDAY" in rule):
        raise BadRule("counts days of the week where it may not")
    if any(not 1 <= abs(n) <= most for n in ordinals):
        raise BadRule("counts further than a month or a year goes")
    if freq == "DAILY" and days and _one(rule, "INTERVAL", 1) != 1:
        raise BadRule("leaves days out of a count of days")
    if ordinals and len(ordinals) < len(days):
        raise BadRule("counts some of its days of the week, and others not")
    positions = rule.get("BYSETPOS", ())
    if positions and (ordinals or any(not 1 <= abs(n) <= 4 * len(days) for n in positions)):
        raise BadRule("has a BYSETPOS outside of its days")


def _ordinals(rule: Mapping[str, Any]) -> list[int]:
    """Of its days of the week, those that are counted."""
    days = (_DAY.fullmatch(str(day)) for day in rule.get("BYDAY", ()))
    return [int(day[1]) for day in days if day and day[1]]


def _check_possible(rule: Mapping[str, Any], start: datetime) -> None:
    if any(str(month) not in _MONTHS for month in rule.get("BYMONTH", ())):
        raise BadRule("names a month that no year has")
    months = [int(month) for month in rule.get("BYMONTH", ())]
    if _one(rule, "FREQ") in _STEP:
        return
    longest = _longest_month(rule, start, months or [start.month])
    if any(not 1 <= abs(day) <= longest for day in rule.get("BYMONTHDAY", ())):
        raise BadRule("names a day that its months do not have")
    in_months = _one(rule, "FREQ") == "MONTHLY" or "BYMONTH" in rule
    if in_months and longest < _WITH_FIVE and any(abs(n) > 4 for n in _ordinals(rule)):
        raise BadRule("counts further than its months go")


def _longest_month(rule: Mapping[str, Any], start: datetime, months: Sequence[int]) -> int:
    """Days of the longest of those that the rule comes to: every second year from an odd one has
    no 29 February.
    """
    interval = _one(rule, "INTERVAL", 1)
    if _one(rule, "FREQ") == "MONTHLY":
        first = start.year * 12 + start.month - 1
        named = [(n // 12, n % 12 + 1) for n in range(first, 12 * (LAST_YEAR + 1), interval)]
    else:
        years = range(start.year, LAST_YEAR + 1, interval)
        named = [(year, month) for year in years for month in months]
    return max(monthrange(year, month)[1] for year, month in named)


def _one(rule: Mapping[str, Any], name: str, default: Any = None) -> Any:
    values = rule.get(name)
    if values is None:
        return default
    return values[0] if isinstance(values, Sequence) and not isinstance(values, str) else values


def starts(when: When, series: Recurrence, since: datetime, until: datetime) -> Iterator[datetime]:
    """Civil starts from ``since`` on and before ``until`` (both civil), in order, each once.

    The start of the series is one of them, whatever the rule says (RFC 5545 3.8.5.3). Those
    left out are still in.
    """
    found = {when.start} | {datetime.fromisoformat(text) for text in series.added}
    if series.rule and _is_taken(series.rule, when.start):
        found |= set(_by_rule(when, series.rule, since, until))
    yield from sorted(start for start in found if since <= start < until)


def _by_rule(when: When, text: str, since: datetime, until: datetime) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - as below

    rule = _read(text)
    last = _last(rule, when)
    parts = ";".join(p for p in text.split(";") if not p.upper().startswith("UNTIL="))
    expanded = rrulestr(parts, dtstart=_nearer(rule, when.start, since))
    for start in expanded.between(since, until, inc=True):
        if last and instant_of(start, when.zone or "UTC") > last:
            return
        yield start


def _read(text: str) -> Mapping[str, Any]:
    # Here, since icalendar weighs 3 MB and most processes, and most appointments, never need it.
    from icalendar import vRecur  # noqa: PLC0415 - as above

    rule: Mapping[str, Any] = vRecur.from_ical(text)
    return rule


def _nearer(rule: Mapping[str, Any], start: datetime, since: datetime) -> datetime:
    """A later start of the same series: a century of days need not be walked through."""
    step = _STEP.get(str(_one(rule, "FREQ")), 0) * _one(rule, "INTERVAL", 1)
    if not step or "COUNT" in rule or since <= start:
        return start
    return start + timedelta(days=(since - start).days // step * step)


def _last(rule: Mapping[str, Any], when: When) -> datetime | None:
    """UNTIL, included, as an instant: UTC, civil time of the series, or a whole day."""
    until = _one(rule, "UNTIL")
    if until is None or until.year > LAST_YEAR:  # which is later than anything that is shown
        return None
    if until.year < FIRST_YEAR:
        return datetime.min.replace(tzinfo=UTC)
    zone = when.zone or "UTC"
    if not isinstance(until, datetime):
        assert isinstance(until, date)  # noqa: S101 - vRecur has no third kind
        return instant_of(datetime.combine(until, time.max), zone)
    if until.tzinfo is None:
        return instant_of(until, zone)
    return instant_of(_end_of_day(until), zone) if when.all_day else until.astimezone(UTC)


def _end_of_day(until: datetime) -> datetime:
    """Of whole days the day counts, whatever hour a calendar gave it. A full hour from noon on is
    the midnight that begins the next one east of Greenwich: Exchange writes its last day so.
    """
    on_the_hour = (until.minute, until.second) == (0, 0)
    day = until + timedelta(hours=12) if on_the_hour else until
    return datetime.combine(day, time.max)
