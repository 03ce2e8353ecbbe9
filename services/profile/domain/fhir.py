"""FHIR R4 Observations, in and out (profiles of the French "mesures de santé" guide).

In: only what we understand is taken, each entry on its own; what is not is named, and the rest
of the bundle goes on. Out: what validates as R4, codes in LOINC or NCIt, units in UCUM.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain.kinds import Kind, Kinds, Part
from services.profile.domain.measuring import Said
from services.profile.domain.series import Point
from shared.kernel.clock import instant, parse_instant
from shared.kernel.errors import InvalidRequest

UCUM = "http://unitsofmeasure.org"
SYSTEMS = {
    "LOINC": "http://loinc.org",
    "NCIt": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
}
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INS = "urn:oid:"
STATUSES = {"final", "amended", "corrected"}
"""ObservationStatus of a measure that was taken; the others are no result, or a withdrawn one."""
MAX_TEXT = 150
"""Characters of a comment, as for a measure entered by hand."""


@dataclass(frozen=True)
class Subject:
    """Who an observation says it is about: a record here, or the holder of an INS."""

    record_id: str | None = None
    ins: str | None = None
    oid: str | None = None


@dataclass(frozen=True)
class Read:
    said: Said
    subject: Subject | None


class Unreadable(Exception):
    """One observation cannot be taken; ``field`` (FHIR path) and why, never its content."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def observations(bundle: Mapping[str, Any]) -> list[Any]:
    """The resource of each entry. Raises :class:`InvalidRequest` if it is no bundle."""
    entries = bundle.get("entry", [])
    if bundle.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise InvalidRequest(fields={"bundle": "a FHIR R4 Bundle"})
    return [entry.get("resource") if isinstance(entry, dict) else None for entry in entries]


def read_observation(resource: Any, kinds: Kinds) -> Read:
    """Raises :class:`Unreadable`."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "Observation":
        raise Unreadable("resourceType", "Observation")
    status = resource.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        raise Unreadable("status", f"one of {', '.join(sorted(STATUSES))}")
    kind = _kind(resource.get("code"), kinds)
    values, unit = _values(resource, kind)
    said = Said(
        kind=kind.name,
        at=_instant(resource),
        values=values,
        unit=unit,
        source_id=_source_id(resource),
        device=_text(resource, "device", "display"),
        comment=_comment(resource),
    )
    return Read(said, _subject(resource.get("subject")))


def _codings(concept: Any) -> Iterator[tuple[str, str]]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        said = coding if isinstance(coding, dict) else {}
        system, code = said.get("system"), said.get("code")
        if isinstance(system, str) and isinstance(code, str):
            yield system, code


def _kind(concept: Any, kinds: Kinds) -> Kind:
    said = set(_codings(concept))
    found = [k for k in kinds.values() if (SYSTEMS[k.system], k.code) in said]
    if len(found) != 1:
        raise Unreadable("code", "the LOINC or NCIt code of one kind of measure known here")
    return found[0]


def _values(resource: Mapping[str, Any], kind: Kind) -> tuple[tuple[float, ...], str]:
    if len(kind.parts) == 1:
        value, unit = _quantity(resource.get("valueQuantity"), "valueQuantity")
        return (value,), unit
    components = resource.get("component")
    found = {}
    for component in components if isinstance(components, list) else ():
        for coding in _codings(component.get("code") if isinstance(component, dict) else None):
            found[coding] = component.get("valueQuantity")
    quantities = [
        _quantity(found.get((SYSTEMS["LOINC"], part.code)), f"component.{part.name}")
        for part in kind.parts
    ]
    units = {unit for _, unit in quantities}
    if len(units) != 1:
        raise Unreadable("component", "the same unit for all")
    return tuple(value for value, _ in quantities), units.pop()


def _quantity(quantity: Any, field: str) -> tuple[float, str]:
    if not isinstance(quantity, dict):
        raise Unreadable(field, "a Quantity")
    value, unit = quantity.get("value"), quantity.get("code")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"{field}.value", "a number")
    if quantity.get("system") != UCUM or not isinstance(unit, str):
        raise Unreadable(f"{field}.code", "a UCUM code")
    if quantity.get("comparator"):
        raise Unreadable(f"{field}.comparator", "a measured value, not a bound")
    try:
        return float(value), unit
    except OverflowError:
        raise Unreadable(f"{field}.value", "a number") from None


def _instant(resource: Mapping[str, Any]) -> datetime:
    text = resource.get("effectiveDateTime", resource.get("effectiveInstant"))
    try:
        return parse_instant(text if isinstance(text, str) else "")
    except (ValueError, OverflowError):
        raise Unreadable("effectiveDateTime", "an instant with its offset") from None


def _source_id(resource: Mapping[str, Any]) -> str | None:
    """The business identifier, else the id the source's own server gave."""
    identifiers = resource.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else ():
        if isinstance(one, dict) and isinstance(one.get("value"), str) and one["value"]:
            return f"{one.get('system') or ''}|{one['value']}"[:256]
    own = resource.get("id")
    return own[:256] if isinstance(own, str) and own else None


def _subject(subject: Any) -> Subject | None:
    """``None`` if it names nobody. A name it does not understand is refused, not ignored."""
    if subject is None:
        return None
    said = subject if isinstance(subject, dict) else {}
    reference, identifier = said.get("reference"), said.get("identifier")
    if isinstance(reference, str) and reference.startswith("Patient/"):
        return Subject(record_id=reference.removeprefix("Patient/"))
    if isinstance(identifier, dict):
        system, value = identifier.get("system"), identifier.get("value")
        if isinstance(system, str) and isinstance(value, str) and system.startswith(INS):
            return Subject(ins=value, oid=system.removeprefix(INS))
    raise Unreadable("subject", "Patient/<record_id>, or an INS with its OID")


def _text(resource: Mapping[str, Any], field: str, inner: str) -> str | None:
    value = resource.get(field)
    text = value.get(inner) if isinstance(value, dict) else None
    return text[:MAX_TEXT] if isinstance(text, str) and text else None


def _comment(resource: Mapping[str, Any]) -> str | None:
    notes = resource.get("note")
    first = notes[0] if isinstance(notes, list) and notes else None
    return _text({"note": first}, "note", "text")


def written(record_id: UUID, kind: Kind, points: Sequence[Point]) -> dict[str, Any]:
    """A Bundle of type collection, one Observation per point."""
    entries = [{"resource": _observation(record_id, kind, point)} for point in points]
    return {"resourceType": "Bundle", "type": "collection"} | (
        {"entry": entries} if entries else {}
    )


def _observation(record_id: UUID, kind: Kind, point: Point) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "preliminary" if point.preliminary else "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": SYSTEMS[kind.system], "code": kind.code}]},
        "subject": {"reference": f"Patient/{record_id}"},
        "effectiveDateTime": instant(point.at),
    }
    if point.measure_id:
        resource["id"] = str(point.measure_id)
    if point.device:
        resource["device"] = {"display": point.device}
    if point.document_id:
        resource["derivedFrom"] = [{"reference": f"DocumentReference/{point.document_id}"}]
    if point.comment:
        resource["note"] = [{"text": point.comment}]
    if len(kind.parts) == 1:
        return resource | {"valueQuantity": _as_quantity(point.values[0], kind)}
    parts = zip(kind.parts, point.values, strict=True)
    return resource | {"component": [_component(part, value, kind) for part, value in parts]}


def _component(part: Part, value: float, kind: Kind) -> dict[str, Any]:
    return {
        "code": {"coding": [{"system": SYSTEMS["LOINC"], "code": part.code}]},
        "valueQuantity": _as_quantity(value, kind),
    }


def _as_quantity(value: float, kind: Kind) -> dict[str, Any]:
    return {"value": value, "unit": kind.unit, "system": UCUM, "code": kind.unit}
