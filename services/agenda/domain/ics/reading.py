"""Events of a calendar as revisions: what cannot be read is named, the rest is taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from icalendar import Event

from services.agenda.domain.ics.blocks import Block, Calendar, calendars
from services.agenda.domain.ics.event import Broken, EventReader, several
from services.agenda.domain.ics.zones import Zones
from services.agenda.domain.slot import Revision
from shared.kernel.errors import InvalidRequest, TooMany

METHODS = frozenset({"", "PUBLISH", "REQUEST", "CANCEL"})
MAX_UID = 500
_DECISIVE = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
     "SEQUENCE", "DTSTAMP", "STATUS", "EXRULE", "CLASS"}
)  # fmt: skip
"""A component that has one of these broken is not taken: it would say something else."""
_RULE = re.compile(r"(?:([A-Z-]+)=[^=;]+(?:;+|$))+", re.IGNORECASE)
_RULE_PART = re.compile(r"([A-Z-]+)=", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One component. ``revision``: ``None`` if it is not taken; ``faults``: property to reason,
    also of one that is taken without what was broken.
    """

    uid: str | None = None
    revision: Revision | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def read_calendar(text: str, *, components: int, series: int) -> list[Part]:
    """Every component but time zones, in order; of these, ``components`` at most and ``series``
    that repeat.

    Raises :class:`InvalidRequest` for what is no calendar or asks for an answer (METHOD), and
    :class:`TooMany`.
    """
    found = [(calendar, Zones(calendar)) for calendar in calendars(text)]
    for calendar, _ in found:
        if calendar.method not in METHODS:
            raise InvalidRequest(fields={"ics": "has a METHOD that is not taken"})
    parts = [
        (block, calendar, zones)
        for calendar, zones in found
        for block in calendar.blocks
        if block.name != "VTIMEZONE"
    ]
    if len(parts) > components:
        raise TooMany(f"at most {components} components at once", fields={"ics": "too many"})
    if sum("RRULE" in block.text.upper() for block, _, _ in parts) > series:
        raise TooMany(f"at most {series} series at once", fields={"ics": "too many"})
    return [_part(block, calendar, zones) for block, calendar, zones in parts]


def _part(block: Block, calendar: Calendar, zones: Zones) -> Part:
    if block.name != "VEVENT":
        return Part(faults={block.name: "is no event"})
    if not block.whole:
        return Part(faults={"END": "is missing"})
    try:
        event: Any = Event.from_ical(block.text_without_zones)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return Part(faults={"VEVENT": "cannot be read"})
    uid = str(event.get("UID", "")).strip()
    try:
        if not 0 < len(uid) <= MAX_UID:
            raise Broken("UID", f"has 1 to {MAX_UID} characters")  # noqa: TRY301 - as all below
        harmless = _harmless_faults(event, block)
        cancels = calendar.method == "CANCEL"
        return Part(
            uid=uid, revision=EventReader(event, zones, cancels).revision(), faults=harmless
        )
    except Broken as broken:
        return Part(uid=uid[:MAX_UID] or None, faults=broken.faults)


def _harmless_faults(event: Any, block: Block) -> dict[str, str]:
    """What is broken without changing what the event says; raises for the rest."""
    faults = {name or "line": "is malformed" for name, _ in event.errors}
    for name in sorted(_DECISIVE):
        # Of a line whose parameters are broken, the library tells no name.
        if name in faults or len(block.values(name)) > len(several(event.get(name))):
            raise Broken(name, "is malformed")
        if name not in {"EXDATE", "RDATE", "CLASS"} and isinstance(event.get(name), list):
            raise Broken(name, "is there twice")
    if not all(map(_is_whole_rule, block.values("RRULE"))):
        raise Broken("RRULE", "is malformed")
    if "EXRULE" in event:
        raise Broken("EXRULE", "is not taken")
    return faults


def _is_whole_rule(text: str) -> bool:
    """Of another one, as those of vCalendar 1.0, the library leaves out what it does not know; each
    part is there once (RFC 5545 3.3.10).
    """
    names = [name.upper() for name in _RULE_PART.findall(text)]
    return _RULE.fullmatch(text) is not None and len(names) == len(set(names))
