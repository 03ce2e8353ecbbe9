"""A calendar cut into its components, so that one that is broken spoils no other."""

import re
from dataclasses import dataclass, field

from shared.kernel.errors import InvalidRequest

TZID = "X-CARNET-TZID"
_ZONE = re.compile(r";TZID=", re.IGNORECASE)
_LINE_END = re.compile(r"\r*\n|\r")
"""No other: what Unicode counts as one may stand in a text (RFC 5545 3.1)."""
_FOLD = re.compile(r"\n[ \t]")
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_OUTERMOST = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})
"""Never inside of another component (RFC 5545 3.6)."""
_MARK = re.compile(r"(BEGIN|END):([A-Za-z0-9-]+)\s*", re.IGNORECASE)


@dataclass(kw_only=True)
class Block:
    """One component. ``lines``: content lines, unfolded, BEGIN and END among them; ``own``: those
    that are of none inside of it, as an alarm. ``whole``: false where its end is missing.
    """

    name: str
    lines: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    whole: bool = False

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"

    @property
    def text_without_zones(self) -> str:
        """Its own lines with each TZID under another name (:data:`TZID`): the library would look
        each zone up by itself, and guess. We do that once, by our own rules.
        """
        return "\r\n".join(_without_zone(line) for line in self.own) + "\r\n"

    def values(self, name: str) -> list[str]:
        """What its own lines of that name say, readable or not; an empty one says nothing."""
        found = (line.partition(":")[2].strip() for line in self.own if _name(line) == name)
        return [value for value in found if value]


@dataclass(kw_only=True)
class Calendar:
    """One VCALENDAR: its own properties by name, and its components in order."""

    properties: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    @property
    def method(self) -> str:
        return self.properties.get("METHOD", "").upper()


def calendars(text: str) -> list[Calendar]:
    """Every VCALENDAR of the text. Raises :class:`InvalidRequest` if there is none."""
    cutter = _Cutter()
    lines = _FOLD.sub("", _LINE_END.sub("\n", text.lstrip("\ufeff"))).split("\n")
    for line in filter(None, lines):
        cutter.take(line)
    if not cutter.found:
        raise InvalidRequest(fields={"ics": "holds no VCALENDAR"})
    return cutter.found


class _Cutter:
    """Takes the lines one by one; what stands outside of any calendar is nobody's."""

    def __init__(self) -> None:
        self.found: list[Calendar] = []
        self._calendar: Calendar | None = None
        self._open: list[str] = []
        """Names of the components begun and not ended, the outermost first."""

    def take(self, line: str) -> None:
        mark = _MARK.fullmatch(line)
        what, name = (mark[1].upper(), mark[2].upper()) if mark else ("", "")
        if name == "VCALENDAR":
            self._turn(what)
        elif self._calendar:
            self._take_into(self._calendar, what, name, line)

    def _turn(self, what: str) -> None:
        """A component still open when its calendar ends stays without end."""
        self._calendar, self._open = None, []
        if what == "BEGIN":
            self._calendar = Calendar()
            self.found.append(self._calendar)

    def _take_into(self, calendar: Calendar, what: str, name: str, line: str) -> None:
        if what == "BEGIN":
            if not self._open or name in {self._open[0], *_OUTERMOST}:  # the one before has no end
                calendar.blocks.append(Block(name=name))
                self._open = []
            self._open.append(name)
        if not self._open:
            _add_property(calendar, line)
            return
        block = calendar.blocks[-1]
        block.lines.append(line)
        if len(self._open) == 1:
            block.own.append(line)
        if what == "END" and self._open[-1] == name:
            self._open.pop()
            block.whole = not self._open


def _add_property(calendar: Calendar, line: str) -> None:
    name, _, value = line.partition(":")
    calendar.properties[name.partition(";")[0].strip().upper()] = value.strip()


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def _without_zone(line: str) -> str:
    name, colon, value = line.partition(":")
    return _ZONE.sub(f";{TZID}=", name) + colon + value
