"""When something takes place: civil time in a zone, or whole days.

A time that the clock skips, or shows twice, is read as RFC 5545 (3.3.5) says: with the offset
before the gap, and as the first of the two. What was given as an instant stays that instant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from shared.kernel.clock import instant

HOME = "Europe/Paris"
"""Zone of days, and of times that name none."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST = timedelta(days=366)


class BadWhen(ValueError):
    """Not a time an appointment can have; says why."""


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether the IANA database has it. Looked up by name: a path is never opened."""
    return name in _zones()


def instant_of(civil: datetime, zone: str) -> datetime:
    """The instant (UTC) at which clocks of that zone show ``civil``; see above."""
    return civil.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def civil_of(moment: datetime, zone: str) -> datetime:
    """What clocks of that zone show; ``fold`` tells the second of two equal hours."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, kw_only=True)
class When:
    """``start``: civil, without zone. ``zone``: ``None`` for whole days, counted by ``days``.

    Otherwise it lasts ``days`` of the calendar, then ``seconds``: a DTEND is an exact
    duration, the days of a DURATION are those of the calendar (RFC 5545 3.3.6, 3.8.5.3).
    """

    start: datetime
    zone: str | None
    days: int = 0
    seconds: int = 0

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise BadWhen(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
        if self.days < (1 if self.all_day else 0) or self.seconds < 0:
            raise BadWhen("ends before it starts")
        if timedelta(days=self.days, seconds=self.seconds) > LONGEST:
            raise BadWhen(f"lasts more than {LONGEST.days} days")

    @classmethod
    def of_days(cls, first: date, last: date) -> "When":
        """Whole days, both included."""
        return cls(start=datetime.combine(first, time()), zone=None, days=(last - first).days + 1)

    @classmethod
    def of_instants(cls, start: datetime, end: datetime | None, zone: str) -> "When":
        """``zone``: whose clocks it is shown by."""
        lasts = (end - start) if end else timedelta()
        if lasts < timedelta():
            raise BadWhen("ends before it starts")
        return cls(start=civil_of(start, zone), zone=zone, seconds=round(lasts.total_seconds()))

    @property
    def all_day(self) -> bool:
        return self.zone is None

    @property
    def first_day(self) -> date | None:
        """Of whole days."""
        return self.start.date() if self.all_day else None

    @property
    def last_day(self) -> date | None:
        """Of whole days, included."""
        return (self.start + timedelta(days=self.days - 1)).date() if self.all_day else None

    @property
    def starts_at(self) -> datetime:
        """UTC; a day starts at its first hour in France."""
        return instant_of(self.start, self.zone or HOME)

    @property
    def ends_at(self) -> datetime:
        """UTC, excluded."""
        after = self.start + timedelta(days=self.days) if self.days else self.start
        return instant_of(after, self.zone or HOME) + timedelta(seconds=self.seconds)

    @property
    def key(self) -> str:
        """Names one occurrence of a series: its day, or its instant."""
        return self.start.date().isoformat() if self.all_day else instant(self.starts_at)

    def moved(self, start: datetime) -> "When":
        """The same length from another civil start."""
        return When(start=start, zone=self.zone, days=self.days, seconds=self.seconds)

    def to_event(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"start": self.start.isoformat(), "zone": self.zone}
        kept |= {"days": self.days, "seconds": self.seconds}
        return kept | ({"fold": 1} if self.start.fold else {})

    @classmethod
    def from_event(cls, state: dict[str, Any]) -> "When":
        start = datetime.fromisoformat(state["start"]).replace(fold=state.get("fold", 0))
        return cls(start=start, zone=state["zone"], days=state["days"], seconds=state["seconds"])
