"""From what a caller says of a measure to what is kept of it."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.profile.domain.batch import MeasureFact
from services.profile.domain.kinds import Kind, Kinds, kind_named
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest
from shared.kernel.french import latest_day_in_france

AHEAD = timedelta(minutes=5)
"""How far the clock of a device may be in front of ours."""


FIRST = datetime(1900, 1, 1, tzinfo=UTC)
"""Nobody who lives was measured before; software without a date says year 1."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One measure as said; ``values``: one per part of its kind, in ``unit`` (UCUM).
    ``preliminary``: the laboratory may still change it. ``day``: where it says no hour, then ``at``
    is its beginning in metropolitan France."""

    kind: str
    at: datetime
    values: tuple[float, ...]
    unit: str
    source_id: str | None = None
    device: str | None = None
    comment: str | None = None
    preliminary: bool = False
    day: date | None = None

    def is_ahead_of(self, now: datetime) -> bool:
        """A day alone only where no part of France has it yet: it begins earlier overseas."""
        if self.day:
            return self.day > latest_day_in_france(now)
        return self.at > now + AHEAD


class Units(Protocol):
    def converted(self, value: float, unit: str, kind: Kind) -> float:
        """In the unit of the kind; ``unit`` is one it accepts."""
        ...


@dataclass(frozen=True)
class Measuring:
    kinds: Kinds
    units: Units

    def kept(self, said: Said, now: datetime, field: str = "") -> MeasureFact:
        """Without its id. Raises :class:`InvalidRequest`, fields after ``field``."""
        kind = kind_named(self.kinds, said.kind, f"{field}kind")
        if said.is_ahead_of(now):
            raise InvalidRequest(fields={f"{field}at": "a measure was taken, not will be"})
        if said.at < FIRST:
            raise InvalidRequest(fields={f"{field}at": "before 1900"})
        values = self.in_unit(kind, said.values, said.unit, field)
        fact: MeasureFact = {
            "kind": kind.name,
            "at": instant(said.at),
            "values": list(values),
            "device": said.device,
            "comment": said.comment,
            "warnings": list(kind.check(values, field)),
            "preliminary": said.preliminary or None,
        }
        return {name: value for name, value in fact.items() if value not in (None, [])}

    def in_unit(
        self, kind: Kind, values: tuple[float, ...], unit: str, field: str = ""
    ) -> tuple[float, ...]:
        if len(values) != len(kind.parts) or not all(map(math.isfinite, values)):
            wanted = ", ".join(part.name for part in kind.parts)
            raise InvalidRequest(fields={f"{field}values": f"numbers: {wanted}"})
        if unit not in kind.accepted:
            raise InvalidRequest(fields={f"{field}unit": f"one of {', '.join(kind.accepted)}"})
        return tuple(
            round(self.units.converted(value, unit, kind), kind.decimals) for value in values
        )


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one measure. ``known``: it was here before, nothing was kept again."""

    measure_id: UUID
    known: bool
    warnings: tuple[str, ...]
