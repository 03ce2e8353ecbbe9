"""What a summary document holds: only what its reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.profile.domain.kinds import Kind
from services.profile.domain.ports import Person
from services.profile.domain.series import Point


@dataclass(frozen=True, kw_only=True)
class Centile:
    """``label``: as printed, e.g. ``P50``; ``line``: instants and values, in order."""

    label: str
    line: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, kw_only=True)
class Charted:
    """``low``, ``high``: the target that stands, one number per part. ``centiles``: reference
    curves of growth, for a child; ``source``: whose, in French."""

    kind: Kind
    points: Sequence[Point]
    low: Sequence[float] | None
    high: Sequence[float] | None
    centiles: Sequence[Centile] = ()
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """``sections``: entries by section; ``directives``: their text, or that they are a document."""

    person: Person
    made_at: datetime
    sections: Mapping[str, Sequence[Mapping[str, Any]]]
    directives: str | None
    measures: Sequence[Charted]


class Printer(Protocol):
    def pdf(self, summary: Summary) -> bytes:
        """Readable when printed in black and white."""
        ...
