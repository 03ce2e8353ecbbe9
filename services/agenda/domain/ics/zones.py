"""Names of time zones in calendars, as zones of the IANA database."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.agenda.domain.ics.blocks import Block, Calendar
from services.agenda.domain.recurrence import check_rule
from services.agenda.domain.when import HOME, is_zone

_NEAR = (
    HOME, "UTC", "Europe/London", "Europe/Helsinki", "America/Martinique", "America/Cayenne",
    "America/Miquelon", "Indian/Reunion", "Indian/Mayotte", "Pacific/Noumea", "Pacific/Tahiti",
    "Pacific/Wallis", "Pacific/Marquesas", "Pacific/Gambier", "America/Montreal",
)  # fmt: skip
"""Zones a calendar's own definition is compared with: those of France, and of its neighbours."""
_YEARS = (2019, 2024, 2026)
MAX_DEFINITION = 20_000
"""Characters of one; those of calendars that list every change since 1900 have half of that."""
MAX_RULES = 20
"""Of one definition."""
MAX_EVALUATED = 5
"""Definitions of one calendar."""
_YEARLY = re.compile(r"(?=.*FREQ=YEARLY)(?=.*BYMONTH=\d\d?(;|$))", re.IGNORECASE)
"""Zones change in one month of each year. One that changes every day has a hundred thousand days
to look at, and the library takes minutes."""


class UnknownZone(ValueError):
    """A zone that no database has, and that the calendar does not define as one of ours."""


class Zones:
    """The zones one calendar names."""

    def __init__(self, calendar: Calendar) -> None:
        self._blocks = _blocks(calendar.blocks)
        self._found: dict[str, str] = {}
        self._evaluated = 0
        self._default = calendar.properties.get("X-WR-TIMEZONE") or HOME

    def floating(self) -> str:
        """Of times that name none: the calendar's, else that of France. Raises
        :class:`UnknownZone`.
        """
        return self.named(self._default)

    def named(self, tzid: str) -> str:
        """Raises :class:`UnknownZone`."""
        if tzid not in self._found:
            self._found[tzid] = self._search(tzid)
        return self._found[tzid]

    def _search(self, tzid: str) -> str:
        name = _plain(tzid)
        tails = ["/".join(name.split("/")[-parts:]) for parts in (3, 2)]
        candidates = [name, WINDOWS_TO_OLSON.get(name, ""), *tails]
        known = next(filter(is_zone, candidates), None)
        if known and "/" in known:
            return known
        # GMT, EST, CET: zones of the database that know no summer, or other ones than are meant.
        defined = self._defined(name)
        if known and defined is None:
            return known
        for candidate in [*([known] if known else []), *_NEAR]:
            if defined and _alike(defined, ZoneInfo(candidate)):
                return candidate
        raise UnknownZone(tzid)

    def _defined(self, name: str) -> tzinfo | None:
        self._evaluated += 1
        return _definition(self._blocks.get(name)) if self._evaluated <= MAX_EVALUATED else None


def _blocks(blocks: Sequence[Block]) -> Mapping[str, Block]:
    """Definitions by the name they define; none of them is evaluated yet."""
    found: dict[str, Block] = {}
    for block in blocks:
        names = [_value(line) for line in block.lines if line.upper().startswith("TZID")]
        if block.name == "VTIMEZONE" and block.whole and names:
            found.setdefault(_plain(names[0]), block)
    return found


def _definition(block: Block | None) -> tzinfo | None:
    """``None`` for one that is not there, cannot be read, or might take long to evaluate."""
    if block is None or len(block.text) > MAX_DEFINITION:
        return None
    rules = [_value(line) for line in block.lines if line.upper().startswith("RRULE")]
    if len(rules) > MAX_RULES or not all(map(_YEARLY.match, rules)):
        return None
    try:
        for rule in rules:
            check_rule(rule, datetime(_YEARS[0], 1, 1))  # noqa: DTZ001 - only its month counts
        component: Any = Timezone.from_ical(block.text)
        defined: tzinfo = component.to_tz(lookup_tzid=False)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None
    return defined


def _plain(name: str) -> str:
    """Without the quotes of a parameter, and the escapes of a text (RFC 5545 3.3.11)."""
    return re.sub(r"\\(.)", r"\1", name.strip().strip('"'))


def _value(line: str) -> str:
    return line.partition(":")[2].strip()


def _alike(defined: tzinfo, known: ZoneInfo) -> bool:
    """On every fifth day of some years; that one hour is missed tells no zone apart."""
    days = (
        datetime(year, month, day, 12)  # noqa: DTZ001 - civil, in both zones
        for year in _YEARS
        for month in range(1, 13)
        for day in range(1, 29, 5)
    )
    return all(
        day.replace(tzinfo=defined).utcoffset() == day.replace(tzinfo=known).utcoffset()
        for day in days
    )
