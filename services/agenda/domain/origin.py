"""Where an appointment comes from, and so who may change it here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shared.kernel.actor import Actor, ActorKind

SECRET = "INVISIBLE_REPRESENTANTS_LEGAUX"  # noqa: S105 - a code of JDV_J08 (XdsConfidentialityCode)
"""What a minor writes in a secret session is hidden from their representatives."""
MASKED = "MASQUE_PS"
"""What is private is masked to professionals (CSP R1111-49)."""


class Source(StrEnum):
    PERSON = "person"
    FACILITY = "facility"
    APPLICATION = "application"


_SOURCES = {ActorKind.FACILITY: Source.FACILITY, ActorKind.APPLICATION: Source.APPLICATION}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """``id``: structure id of a facility, client id of an application; empty for the person
    and those who act in their place, who all write in one agenda.
    """

    source: Source
    id: str = ""

    @classmethod
    def of(cls, by: Actor) -> "Origin":
        source = _SOURCES.get(by.principal.kind, Source.PERSON)
        return cls(source=source, id="" if source is Source.PERSON else by.principal.id)

    @property
    def is_person(self) -> bool:
        return self.source is Source.PERSON

    def to_event(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_event(cls, state: dict[str, Any]) -> "Origin":
        return cls(source=Source(state["source"]), id=state["id"])


AGENDA: Mapping[str, Any] = {"kind": "appointment"}
"""What is asked about where there is no appointment, or not one alone."""


def attributes(origin: Origin, *, secret: bool, private: bool = False) -> dict[str, Any]:
    """What ``access`` is told to decide on it: codes and ids, never a title."""
    return {
        "kind": "appointment",
        "confidentiality": [SECRET] * secret + [MASKED] * private,
        "facility": origin.id if origin.source is Source.FACILITY else None,
        "by_patient": origin.is_person,
    }
