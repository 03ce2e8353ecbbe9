"""Who entered something, from the actor that its event keeps."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.actor import Actor, ActorKind, through

_PERSONS = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}
AUTHOR_TYPES = {
    ActorKind.PROFESSIONAL: "PRACTITIONER",
    ActorKind.FACILITY: "ORGANISATION",
    ActorKind.APPLICATION: "EDITOR_SOLUTION",
}
"""Kinds of author as Mon espace santé names them; whoever is not listed is ``PATIENT``."""


def author_of(by: Mapping[str, Any]) -> str | None:
    """National id of the professional who wrote it, or whom a software named."""
    return next((a["id"] for a in through(by) if a["kind"] == ActorKind.PROFESSIONAL), None)


def facility_of(by: Mapping[str, Any]) -> str | None:
    structures = (a["id"] if a["kind"] == "facility" else a.get("facility") for a in through(by))
    return next((s for s in structures if s), None)


def is_by_person(by: Mapping[str, Any]) -> bool:
    return any(a["kind"] in _PERSONS for a in through(by))


def author_type(by: Mapping[str, Any]) -> str:
    kinds = (AUTHOR_TYPES.get(ActorKind(a["kind"])) for a in through(by))
    return next((kind for kind in kinds if kind), "PATIENT")


def source_of(by: Actor) -> str:
    """Scope of the ids that a source gives its measures: one caller cannot spend another's.

    All who act for a person are one source, so that a device synchronised by both parents
    counts once.
    """
    who = by.principal
    return "person" if who.acts_for_person else f"{who.kind}:{who.id}"
