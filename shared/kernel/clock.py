"""Time is a port: rules are given an instant and never look at a clock."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

LONGEST = 64
"""Characters of a number of seconds."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """System time plus the seconds written in a file, read at each call.

    A demonstration moves the time of all its processes by writing one number. Production
    refuses to boot with it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._shift())

    def _shift(self) -> float:
        """Read as a system does: a call asks for the time a dozen times."""
        try:
            file = os.open(self._file, os.O_RDONLY)
        except FileNotFoundError:
            return 0.0
        try:
            return float(os.read(file, LONGEST) or 0)
        finally:
            os.close(file)


class FixedClock:
    """A clock that moves only when a test says so."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


def instant(moment: datetime) -> str:
    """RFC 3339, UTC, milliseconds: the form of every instant on the wire."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read what :func:`instant` wrote, or any RFC 3339 text with an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC")
    return in_utc(moment)


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC; :class:`ValueError` where the calendar ends before it gets there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies between the years 1 and 9999 in UTC") from None
