"""A calendar cut into its components, so that one that is broken spoils no other."""

import re
from dataclasses import dataclass, field

from shared.kernel.errors import InvalidRequest

TZID = "X-CARNET-TZID"
_ZONE = re.compile(r";TZID=", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_MARK = re.compile(r"(BEGIN|END):([A-Za-z0-9-]+)\s*", re.IGNORECASE)


@dataclass(kw_only=True)
class Block:
    """One component, nested ones included. ``lines``: content lines, unfolded, BEGIN and END
    among them. ``whole``: false where its end is missing.
    """

    name: str
    lines: list[str] = field(default_factory=list)
    whole: bool = False

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"

    @property
    def text_without_zones(self) -> str:
        """The same with each TZID under another name (:data:`TZID`): the library would look each
        zone up by itself, and guess. We do that once, by our own rules.
        """
        return "\r\n".join(_without_zone(line) for line in self.lines) + "\r\n"


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
    for line in _FOLD.sub("", text.lstrip("\ufeff")).splitlines():
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
            if not self._open or self._open[0] == name:  # or the one before has no end
                calendar.blocks.append(Block(name=name))
                self._open = []
            self._open.append(name)
        if not self._open:
            _add_property(calendar, line)
            return
        block = calendar.blocks[-1]
        block.lines.append(line)
        if what == "END" and self._open[-1] == name:
            self._open.pop()
            block.whole = not self._open


def _add_property(calendar: Calendar, line: str) -> None:
    name, _, value = line.partition(":")
    calendar.properties[name.partition(";")[0].strip().upper()] = value.strip()


def _without_zone(line: str) -> str:
    name, colon, value = line.partition(":")
    return _ZONE.sub(f";{TZID}=", name) + colon + value
