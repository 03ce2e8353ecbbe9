"""What a reader wants first: the last synthesis, allergies, directives, whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.vault.domain.content import CDA
from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Metadata
from services.vault.domain.states import Status
from services.vault.domain.value_sets import LEVEL_1_FORMATS
from shared.cda.timestamps import civil_date
from shared.kernel.actor import Actor
from shared.kernel.gate import How
from shared.kernel.periods import months_after

SYNTHESIS = "60591-5"
"""JDV_J07 "Synthèse médicale", of the treating doctor (CSP L.1111-15)."""
ANY_SYNTHESIS = "SYNTH"
"""JDV_J07 "Synthèse", of anything: the type that the CI-SIS "Volet de synthèse médicale" demands of
its documents, which their format tells from the others (JDV_J60)."""
VSM_FORMAT = "urn:asip:ci-sis:vsm:2012"
DOCTOR = "G15_10"
"""JDV_J01: a doctor; with a specialty behind a slash, or without one."""
AMBULATORY = "AMBULATOIRE"
"""JDV_J04: the practice of who does not write it for a hospital or a home."""
SYNTHESIS_TYPES = frozenset({SYNTHESIS, ANY_SYNTHESIS})
DIRECTIVES = "DIR_ANT"
"""Heading of advance directives put in as documents."""
TRUSTED = "TRUSTED_CONTACT"
EMERGENCY = "EMERGENCY_CONTACT"


@dataclass(frozen=True, kw_only=True)
class FromProfile:
    """Entries by section, and the last measure of each kind, as ``profile`` shows them to this
    reader."""

    sections: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    directives: Mapping[str, Any] | None = None
    measures: Sequence[Mapping[str, Any]] = ()


class Profiles(Protocol):
    def of(self, record_id: UUID, by: Actor, how: How) -> FromProfile | None:
        """``None`` if this reader may not see the profile; raises ``Unavailable``."""
        ...


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """``due``: the day by which the next one is to be written; today if there is none."""

    latest: Entry | None
    due: date
    overdue: bool


def synthesis(seen: Sequence[Entry], today: date) -> Synthesis:
    """The latest one this reader may see, due again a year after it was made (CSP L.1111-15)."""
    latest = _latest([e for e in seen if _is_synthesis(e)])
    if latest is None:
        return Synthesis(latest=None, due=today, overdue=True)
    due = _a_year_after(civil_date(latest.metadata.creation))
    return Synthesis(latest=latest, due=due, overdue=due < today)


def _is_synthesis(entry: Entry) -> bool:
    """A structured one says by its format whether it is that of the treating doctor. A file says
    nothing: of type SYNTH it is taken for one if a doctor wrote it in ambulatory practice."""
    said = entry.metadata
    if said.type != ANY_SYNTHESIS:
        return said.type == SYNTHESIS
    return said.format == VSM_FORMAT or (_is_file(entry) and _is_of_practice(said))


def _is_file(entry: Entry) -> bool:
    """Bare, or in a CDA of level 1."""
    return entry.media_type != CDA or entry.metadata.format in LEVEL_1_FORMATS.values()


def _is_of_practice(said: Metadata) -> bool:
    doctors = (a for a in said.authors if (a.specialty or "").partition("/")[0] == DOCTOR)
    return said.practice_setting == AMBULATORY and any(doctors)


def directives(seen: Sequence[Entry], types: frozenset[str]) -> Entry | None:
    """The latest document of directives; ``types``: those of their heading."""
    return _latest([e for e in seen if e.metadata.type in types])


def contacts(profile: FromProfile, kind: str) -> list[Mapping[str, Any]]:
    known = profile.sections.get("contacts", ())
    return [contact for contact in known if contact.get("type") == kind]


def _latest(entries: Sequence[Entry]) -> Entry | None:
    current = [e for e in entries if e.status == Status.APPROVED]
    return max(current, key=lambda e: (e.metadata.creation, e.submitted_at), default=None)


def _a_year_after(day: str) -> date:
    """A month or a year alone counts from its first day; 29 February to the 28th."""
    first = date.fromisoformat(day + "YYYY-01-01"[len(day) :])
    return months_after(first, 12) if first.year < date.max.year else date.max
