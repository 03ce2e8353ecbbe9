"""What is said of an appointment. Nothing of it leaves the record unsealed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from services.agenda.domain.recurrence import Recurrence
from services.agenda.domain.when import When

TITLE, NAME, ADDRESS, COMMENT = 100, 200, 300, 1000
"""Characters, at most."""
UNTITLED = "Rendez-vous"


class Status(StrEnum):
    """FHIR R4 ``AppointmentStatus``, and ``NOSTATUS`` where nobody said."""

    BOOKED = "BOOKED"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"
    NOSHOW = "NOSHOW"
    ENTEREDINERROR = "ENTEREDINERROR"
    ARRIVED = "ARRIVED"
    CHECKEDIN = "CHECKEDIN"
    WAITLIST = "WAITLIST"
    PROPOSED = "PROPOSED"
    PENDING = "PENDING"
    NOSTATUS = "NOSTATUS"


ENDED = frozenset({Status.CANCELLED, Status.ENTEREDINERROR})
"""It does not take place."""


class With(StrEnum):
    """Whom it is with."""

    PRACTITIONER = "PRACTITIONER"
    HEALTHCARE_SERVICE = "HEALTHCARE_SERVICE"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """``professional``: national id (PS_IdNat); ``facility``: structure id (Struct_IdNat).
    ``private``: masked to professionals, as whoever wrote it wishes.
    """

    title: str
    when: When
    series: Recurrence | None = None
    type: With | None = None
    name: str | None = None
    speciality: str | None = None
    address: str | None = None
    comment: str | None = None
    professional: str | None = None
    facility: str | None = None
    status: Status = Status.NOSTATUS
    private: bool = False

    def to_event(self) -> dict[str, Any]:
        kept = {k: v for k, v in asdict(self).items() if v is not None}
        kept["when"] = self.when.to_event()
        if self.series:
            kept["series"] = self.series.to_event()
        return kept

    @classmethod
    def from_event(cls, state: Mapping[str, Any]) -> "Facts":
        series = state.get("series")
        return cls(
            **{
                **state,
                "when": When.from_event(state["when"]),
                "series": Recurrence.from_event(series) if series else None,
                "type": With(state["type"]) if "type" in state else None,
                "status": Status(state["status"]),
            }
        )


def line(text: str, limit: int) -> str | None:
    """One line of a calendar of elsewhere: without control characters, cut to its limit."""
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return _cut(" ".join(shown.split()), limit)


def lines(text: str, limit: int) -> str | None:
    """The same for a text of several lines."""
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc")
    return _cut(kept.strip(), limit)


def _cut(text: str, limit: int) -> str | None:
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or None
