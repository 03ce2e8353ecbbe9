"""A line of the journal: what one message of one service says was done, by whom, to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.kernel.actor import ActorKind


class Group(StrEnum):
    """Groups of traces of the Mon espace santé application."""

    GENERAL = "GENERAL"
    SERVICE_TIERS = "SERVICE_TIERS"
    MEDICAL_DOCUMENT = "MEDICAL_DOCUMENT"


class Who(StrEnum):
    """Kinds of actor in the journal of the Mon espace santé application."""

    HEALTHCARE_PROFESSIONAL = "HEALTHCARE_PROFESSIONAL"
    HEALTHCARE_FACILITY = "HEALTHCARE_FACILITY"
    SUPPORT = "SUPPORT"
    PATIENT = "PATIENT"
    SERVICE_TIERS = "SERVICE_TIERS"
    SYSTEM = "SYSTEM"
    ENROLMENT = "ENROLMENT"


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"


_WHO = {
    ActorKind.PROFESSIONAL: Who.HEALTHCARE_PROFESSIONAL,
    ActorKind.PATIENT: Who.PATIENT,
    ActorKind.REPRESENTATIVE: Who.PATIENT,
    ActorKind.CAREGIVER: Who.PATIENT,
    ActorKind.FACILITY: Who.HEALTHCARE_FACILITY,
    ActorKind.SECRETARY: Who.HEALTHCARE_FACILITY,
    ActorKind.APPLICATION: Who.SERVICE_TIERS,
    ActorKind.SERVICE: Who.SYSTEM,
    ActorKind.AUDITOR: Who.SUPPORT,
    ActorKind.OPERATOR: Who.SUPPORT,
    ActorKind.SUPPORT: Who.SUPPORT,
}
_ENROLMENT = {
    "identity.record_announced",
    "identity.announcement_bounced",
    "identity.record_opened",
    "identity.ins_attached",
}
"""What is done to give someone a record, when no person or professional does it."""
LISTED = {
    "document": "access.access_decided:listed",
    "prescription": "access.access_decided:listed_prescriptions",
}
"""By kind, the lists that are asked for to be shown, and for nothing else."""
_DETAILS = {"professional", "facility", "grantee", "is_facility", "opens_at", "reason_fr", "kind"}
"""Members of a message that a sentence may tell."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """``by``: who acted, without the services that carried the request.

    ``actors``: every one who may call this line their own, as ``kind:id``.
    ``subject``: the document it is about, or what stands for its attributes; empty if none.
    """

    action: str
    group: Group
    actor_kind: Who
    secret: bool
    by: Mapping[str, Any]
    actors: tuple[str, ...]
    result: Result = Result.DONE
    subject: str = ""
    document_id: UUID | None = None
    decision_id: UUID | None = None
    mode: str = "normal"
    details: Mapping[str, Any] = field(default_factory=dict)


def line_of(type_: str, data: Mapping[str, Any], groups: Mapping[str, Group]) -> Line | None:
    """The line a message makes; None for what the journal does not tell.

    ``groups``: the actions that have a sentence, and the group of each.
    """
    action = _action(type_, data)
    if action not in groups:
        return None
    by = acting(data.get("by") or {})
    document_id = data.get("document_id")
    return Line(
        action=action,
        group=groups[action],
        actor_kind=_kind(type_, by),
        secret=bool(data.get("secret") or by.get("secret")),
        by=by,
        actors=_actors(by),
        result=Result.REFUSED if _is_refused(action) else Result.DONE,
        subject=str(document_id) if document_id else _subject_of(action, data),
        document_id=UUID(document_id) if document_id else None,
        decision_id=UUID(data["decision_id"]) if data.get("decision_id") else None,
        mode=data.get("mode") or "normal",
        details={name: data[name] for name in sorted(_DETAILS & data.keys())},
    )


def _is_refused(action: str) -> bool:
    return ":refused" in action or action.endswith("_refused")


def acting(by: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who acted, seen through the services that carried the request."""
    while by.get("kind") == ActorKind.SERVICE and by.get("on_behalf_of"):
        by = by["on_behalf_of"]
    return by


def _action(type_: str, data: Mapping[str, Any]) -> str:
    """A permitted decision is told by what was then done, except a list, which leaves no other
    trace. A double that the vault came upon was shown to nobody: its line would tell its
    depositor of it.
    """
    if is_of_a_double(data):
        return ""
    if type_ == "prescription.prescription_presented" and data.get("far_apart"):
        return f"{type_}:far_apart"
    if type_ != "access.access_decided":
        return type_
    kind, verb = data["kind"], data["action"]
    if data["permit"] or data["listing"]:
        told = is_shown_list(data) and verb == "read"
        return LISTED.get(kind, "") if told else ""
    if verb == "read" and kind in {"journal", "record"}:
        return f"{type_}:refused_{kind}"
    return f"{type_}:refused_{verb}"


def is_shown_list(data: Mapping[str, Any]) -> bool:
    """A list that somebody was shown what they may see of: ``permit`` is said of one thing, and so
    false of a list, which refused nobody. Audit asks for its own to show a journal."""
    return bool(data.get("listing")) and data.get("via") != "audit"


def is_of_a_double(data: Mapping[str, Any]) -> bool:
    """The vault asked whether to say that a document is there: nobody wanted to read it."""
    return data.get("scope") == "double"


def _subject_of(action: str, data: Mapping[str, Any]) -> str:
    """What stands for a document that has no id yet: the codes it is hidden by.

    That a list was asked for says nothing of what it held.
    """
    codes = sorted(data.get("confidentiality") or ())
    return codes_subject(codes) if codes and action not in LISTED.values() else ""


def codes_subject(codes: Iterable[str]) -> str:
    return "codes:" + ",".join(sorted(codes))


def _kind(type_: str, by: Mapping[str, Any]) -> Who:
    kind = _WHO[ActorKind(by.get("kind", ActorKind.SERVICE))]
    machine = kind in {Who.SYSTEM, Who.SUPPORT}
    return Who.ENROLMENT if machine and type_ in _ENROLMENT else kind


def _actors(by: Mapping[str, Any]) -> tuple[str, ...]:
    """A professional whom a facility's software names owns the line too."""
    found = []
    step: Mapping[str, Any] | None = by
    while step:
        found.append(actor_key(step.get("kind", ""), step.get("id", "")))
        step = step.get("on_behalf_of")
    return tuple(found)


def actor_key(kind: str, id_: str) -> str:
    return f"{kind}:{id_}"
