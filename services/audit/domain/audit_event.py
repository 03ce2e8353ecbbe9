"""One act as an AuditEvent of FHIR R4 (https://hl7.org/fhir/R4/auditevent.html).

Members follow ANS "TDEAuditEvent" (interop-ig-fhir-tracabilite-evenements): a subtype, a period,
at least two agents (who asked, and the system), codes of DICOM PS3.15 and IHE. No name, no INS.
"""

from collections.abc import Mapping
from typing import Any

from services.audit.domain.affected import is_refusal
from services.audit.domain.told import Told
from shared.kernel.actor import ActorKind
from shared.kernel.clock import instant

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_TYPE_OF_OBJECT = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE_OF_OBJECT = "http://terminology.hl7.org/CodeSystem/object-role"
_TYPE_SOURCE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

_LEVELS = frozenset("ULMNRV")
"""Codes of v3-Confidentiality; the others are those of the DMP."""

_PATIENT_RECORD = ("110110", "Patient Record")
_KINDS: Mapping[str, tuple[str, str]] = {
    "vault.record_exported": ("110106", "Export"),
    "vault.document_deposited": ("110107", "Import"),
    "agenda.calendar_imported": ("110107", "Import"),
    "access.access_decided": ("110112", "Query"),
    "access.glass_broken": ("110113", "Security Alert"),
    "access.emergency_ended": ("110113", "Security Alert"),
    "audit.anomaly_raised": ("110113", "Security Alert"),
}
_SUBKINDS: Mapping[str, tuple[str, str]] = {
    "access.glass_broken": ("110127", "Emergency Override Started"),
    "access.emergency_ended": ("110128", "Emergency Override Stopped"),
}
_ACTIONS = (
    ("C", ("_deposited", "_added", "_issued", "_announced", "_sent", "_granted")),
    ("D", ("_deleted", "_removed", "_discarded", "_erased", "_revoked", "_withdrawn")),
    ("R", ("_opened", "_read", "_presented", "_exported", "_decided")),
)
_PURPOSES = {
    "break_glass": ("ETREAT", "Emergency Treatment"),
    "regulation_centre": ("ETREAT", "Emergency Treatment"),
}
_OF_PERSON = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}


def audit_event(told: Told, observer: str, *, objects: bool = True) -> dict[str, Any]:
    """``observer``: the host that logs, for ``source`` and for identifiers. ``objects``: whether
    it says which document it was about."""
    kind = _KINDS.get(told.type, _PATIENT_RECORD)
    subkind = _SUBKINDS.get(told.type)
    refused = is_refusal(told)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": f"{told.service}-{told.epoch[:12]}-{told.position}",
        "type": _coding(_DCM, *kind),
        "subtype": [_coding(_DCM, *subkind) if subkind else _own(told.type, observer)],
        "action": _action(told.type),
        "period": {"start": instant(told.at), "end": instant(told.at)},
        "recorded": instant(told.at),
        "outcome": "4" if refused else "0",
        "agent": [_agent(told.by, observer), _system(told.service, observer)],
        "source": {
            "observer": {"display": observer},
            "type": [_coding(_TYPE_SOURCE, "4", "Application Server")],
        },
        "purposeOfEvent": [{"coding": [_purpose(told)]}],
    }
    entities = _record(told, observer) + (_object(told, observer) if objects else [])
    return {**event, "entity": entities} if entities else event


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _own(type_: str, observer: str) -> dict[str, str]:
    return {"system": f"https://{observer}/messages", "code": type_}


def _action(type_: str) -> str:
    """Create, read, update or delete; what is none of the others updates."""
    ends = (letter for letter, endings in _ACTIONS if type_.endswith(endings))
    return next(ends, "U")


def _purpose(told: Told) -> dict[str, str]:
    mode = "break_glass" if told.type == "access.glass_broken" else told.data.get("mode")
    if mode in _PURPOSES:
        return _coding(_ACT_REASON, *_PURPOSES[mode])
    if told.by.get("kind") in _OF_PERSON:
        return _coding(_ACT_REASON, "PATRQT", "patient requested")
    professional = told.by.get("kind") == ActorKind.PROFESSIONAL
    return (
        _coding(_ACT_REASON, "TREAT", "treatment")
        if professional
        else _coding(_ACT_REASON, "HOPERAT", "healthcare operations")
    )


def _agent(by: Mapping[str, Any], observer: str) -> dict[str, Any]:
    kind, id_ = str(by.get("kind", "service")), str(by.get("id", ""))
    agent: dict[str, Any] = {
        "type": {"coding": [{"system": f"https://{observer}/actors", "code": kind}]},
        "who": {"identifier": {"system": f"https://{observer}/{kind}", "value": id_ or kind}},
        "requestor": True,
    }
    if by.get("profession"):
        system = (
            "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"
        )
        agent["role"] = [{"coding": [{"system": system, "code": by["profession"]}]}]
    return agent


def _system(service: str, observer: str) -> dict[str, Any]:
    return {
        "type": {"coding": [_coding(_DCM, "110152", "Destination Role ID")]},
        "who": {"identifier": {"system": f"https://{observer}/services", "value": service}},
        "requestor": False,
    }


def _record(told: Told, observer: str) -> list[dict[str, Any]]:
    if told.record is None:
        return []
    value = {"system": f"https://{observer}/records", "value": str(told.record)}
    return [
        {
            "what": {"identifier": value},
            "type": _coding(_TYPE_OF_OBJECT, "1", "Person"),
            "role": _coding(_ROLE_OF_OBJECT, "1", "Patient"),
        }
    ]


def _object(told: Told, observer: str) -> list[dict[str, Any]]:
    document = told.data.get("document_id")
    if not document:
        return []
    codes = told.data.get("confidentiality") or []
    value = {"system": f"https://{observer}/documents", "value": str(document)}
    entity: dict[str, Any] = {
        "what": {"identifier": value},
        "type": _coding(_TYPE_OF_OBJECT, "2", "System Object"),
        "role": _coding(_ROLE_OF_OBJECT, "3", "Report"),
    }
    if codes:
        entity["securityLabel"] = [
            {"system": _label_system(code, observer), "code": code} for code in codes
        ]
    return [entity]


def _label_system(code: str, observer: str) -> str:
    return _CONFIDENTIALITY if code in _LEVELS else f"https://{observer}/confidentiality"
