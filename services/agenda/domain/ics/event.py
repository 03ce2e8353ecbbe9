"""One event of a calendar, property by property."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.agenda.domain import facts as f
from services.agenda.domain.ics.blocks import TZID
from services.agenda.domain.ics.zones import UnknownZone, Zones
from services.agenda.domain.recurrence import BadRule, Recurrence, check_rule
from services.agenda.domain.slot import MAX_SEQUENCE, WHOLE, Place, Revision
from services.agenda.domain.when import HOME, BadWhen, When, civil_of

_STATUS = {
    "": f.Status.NOSTATUS,
    "CONFIRMED": f.Status.BOOKED,
    "TENTATIVE": f.Status.PENDING,
    "CANCELLED": f.Status.CANCELLED,
}


class Broken(ValueError):
    """A property that decides what the event says cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.faults = {name: reason}


class EventReader:
    """One event whose properties can be read."""

    def __init__(self, event: Any, zones: Zones, cancels: bool) -> None:
        self._event = event
        self._zones = zones
        self._cancels = cancels

    def revision(self) -> Revision:
        status = str(self._event.get("STATUS", "")).strip().upper()
        if status not in _STATUS:
            raise Broken("STATUS", "is not one of an event")
        cancels = self._cancels or status == "CANCELLED"
        when = self._when()
        if when is None and not cancels:
            raise Broken("DTSTART", "is missing")
        return Revision(
            slot=self._slot(when),
            place=self._place(),
            facts=self._facts(when, _STATUS["" if cancels else status]) if when else None,
            cancels=cancels,
        )

    def _slot(self, when: When | None) -> str:
        named = self._event.get("RECURRENCE-ID")
        if named is None:
            return WHOLE
        if "RANGE" in named.params:
            raise Broken("RECURRENCE-ID", "changes all that follow, which is not taken")
        if when and when.all_day and (day := _midnight(named.dt)):
            return day.isoformat()
        start, zone = self._civil("RECURRENCE-ID", named, when)
        return self._made("RECURRENCE-ID", start, zone, days=0 if zone else 1).key

    def _place(self) -> Place:
        sequence = int(self._event.get("SEQUENCE", 0))
        if not 0 <= sequence <= MAX_SEQUENCE:
            raise Broken("SEQUENCE", "is out of range")
        stamp = self._event.get("DTSTAMP")
        if stamp is None:
            return Place.of(sequence, None)
        at = stamp.dt
        if not isinstance(at, datetime):
            raise Broken("DTSTAMP", "is no instant")
        return Place.of(sequence, at if at.tzinfo else at.replace(tzinfo=UTC))

    def _when(self) -> When | None:
        named = self._event.get("DTSTART")
        if named is None:
            return None
        start, zone = self._civil("DTSTART", named)
        if "DTEND" in self._event and "DURATION" in self._event:
            raise Broken("DURATION", "is there beside DTEND")
        if "DTEND" in self._event:
            return self._until_end(start, zone)
        lasts = self._event["DURATION"].dt if "DURATION" in self._event else None
        if lasts is None:
            return self._made("DTSTART", start, zone, days=0 if zone else 1)
        if not isinstance(lasts, timedelta):
            raise Broken("DURATION", "is no duration")
        if lasts < timedelta():
            raise Broken("DURATION", "ends before it starts")
        return self._made("DURATION", start, zone, days=lasts.days, seconds=lasts.seconds)

    def _until_end(self, start: datetime, zone: str | None) -> When:
        end, end_zone = self._civil("DTEND", self._event["DTEND"])
        if (zone is None) != (end_zone is None):
            raise Broken("DTEND", "is not of the same kind as DTSTART")
        if zone is None or end_zone is None:
            if end < start:
                raise Broken("DTEND", "ends before it starts")
            # RFC 5545 3.6.1 has the end excluded; some calendars write the same day twice.
            return self._made("DTEND", start, None, days=max((end - start).days, 1))
        first = self._made("DTSTART", start, zone)
        last = self._made("DTEND", end, end_zone)
        lasts = (last.starts_at - first.starts_at).total_seconds()
        return self._made("DTEND", start, zone, seconds=int(lasts))

    def _made(
        self, name: str, start: datetime, zone: str | None, days: int = 0, seconds: int = 0
    ) -> When:
        try:
            return When(start=start, zone=zone, days=days, seconds=seconds)
        except BadWhen as why:
            raise Broken(name, str(why)) from None

    def _civil(self, name: str, value: Any, of: When | None = None) -> tuple[datetime, str | None]:
        """Civil time and its zone; ``None`` for a day."""
        if value.params.get("VALUE", "").upper() == "DATE" and isinstance(value.dt, datetime):
            raise Broken(name, "is no day")
        return self._civil_of(name, value.dt, value.params.get(TZID), of)

    def _civil_of(
        self, name: str, moment: Any, tzid: str | list[str] | None, of: When | None
    ) -> tuple[datetime, str | None]:
        """``of``: the series it is one of, in whose zone it is if it names none."""
        if not isinstance(moment, date):
            raise Broken(name, "is no time")
        if not isinstance(moment, datetime):
            return datetime.combine(moment, datetime.min.time()), None
        if moment.tzinfo:  # in UTC, even where a zone is named too (RFC 5545 3.2.19)
            return civil_of(moment, "UTC"), "UTC"
        try:
            if tzid:
                return moment, self._zones.named(tzid if isinstance(tzid, str) else ",".join(tzid))
            return moment, (of.zone if of else None) or self._zones.floating()
        except UnknownZone:
            raise Broken(name, "is in an unknown time zone") from None

    def _facts(self, when: When, status: f.Status) -> f.Facts:
        event = self._event
        organizer = event.get("ORGANIZER")
        said_by = organizer.params.get("CN", "") if hasattr(organizer, "params") else ""
        return f.Facts(
            title=f.line(_text(event, "SUMMARY"), f.TITLE) or f.UNTITLED,
            when=when,
            series=self._series(when),
            name=f.line(str(said_by), f.NAME),
            address=f.line(_text(event, "LOCATION"), f.ADDRESS),
            comment=f.lines(_text(event, "DESCRIPTION"), f.COMMENT),
            status=status,
            private=self._is_private(),
        )

    def _is_private(self) -> bool:
        """CONFIDENTIAL too, and every other word than PUBLIC (RFC 5545 3.8.1.3)."""
        said = {str(one).strip().upper() for one in several(self._event.get("CLASS"))}
        return bool(said - {"", "PUBLIC"})

    def _series(self, when: When) -> Recurrence | None:
        rule = self._event.get("RRULE")
        if "RECURRENCE-ID" in self._event or not (rule or "RDATE" in self._event):
            return None
        text = rule.to_ical().decode() if rule else None
        try:
            if text:
                check_rule(text, when.start)
            return Recurrence(
                rule=text,
                added=tuple(sorted({m.start.isoformat() for m in self._dates("RDATE", when)})),
                excluded=tuple(sorted({m.key for m in self._dates("EXDATE", when)})),
            )
        except BadRule as why:
            raise Broken("RRULE", str(why)) from None

    def _dates(self, name: str, when: When) -> Iterator[When]:
        """Added or left out, in the zone of the series; a day of a series of times is a day."""
        for group in several(self._event.get(name)):
            tzid = group.params.get(TZID)
            for value in group.dts:
                moment = value.dt
                if name == "EXDATE" and when.all_day:
                    moment = _midnight(moment) or moment
                start, zone = self._civil_of(name, moment, tzid, when)
                this = self._made(name, start, zone, days=0 if zone else 1)
                if zone and when.zone:
                    civil = civil_of(this.starts_at, when.zone).replace(fold=0)
                    yield self._made(name, civil, when.zone)
                elif name == "RDATE" and (zone or when.zone):
                    raise Broken(name, "is not of the same kind as DTSTART")
                else:
                    yield this


def _midnight(moment: Any) -> date | None:
    """The day that it begins, by the clock it is written in, or that of France: Exchange names
    occurrences of whole days so.
    """
    if not isinstance(moment, datetime):
        return None
    civil = civil_of(moment, HOME) if moment.tzinfo else moment
    return civil.date() if civil.time() == time() else None


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    if isinstance(value, list):
        value = value[0]
    return "" if value is None else str(value)


def several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]
