"""Who an entry is hidden from: confidentiality codes of JDV_J08 (CI-SIS).

Masking: CSP R.1111-49; a minor's secret: L.1111-5, R.1111-50.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.profile.domain.errors import NotSecret
from services.profile.domain.origin import author_of, facility_of, is_by_person
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest

NORMAL = "N"
MASKED = "MASQUE_PS"
HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
CATEGORIES = {
    "allergies": "ALLERGIES",
    "diseases": "DISEASES",
    "hospitalizations": "HOSPITALIZATIONS",
    "treatments": "TREATMENTS",
    "vaccinations": "VACCINES",
    "blood_group": "BLOOD_GROUP",
    "disabilities": "DISABILITIES",
    "family_history": "FAMILY_HISTORY",
    "lifestyle": "LIFESTYLES",
    "contacts": "ENTOURAGE_CONTACT",
    "health_professionals": "HEALTH_PROFESSIONALS",
    "wishes": "WISHES",
}
"""Sections by which a person allows a connected service something (SectionToDownload of the
mobile application); what has none, no service ever sees."""
CODES = {"professionals": MASKED, "representatives": HIDDEN_FROM_REPRESENTATIVES}


def codes_for(hidden_from: Iterable[str], by: Actor) -> list[str]:
    """The codes, sorted. A secret session always hides from representatives; nobody hides
    from themselves (:class:`InvalidRequest` on ``hidden_from``)."""
    asked = {CODES[who] for who in hidden_from}
    kind = by.principal.kind
    if HIDDEN_FROM_REPRESENTATIVES in asked and kind is not ActorKind.PATIENT:
        raise InvalidRequest(fields={"hidden_from": "only the person hides from representatives"})
    if by.principal.secret:
        asked.add(HIDDEN_FROM_REPRESENTATIVES)
    return sorted(asked) or [NORMAL]


def require_secret_enough(codes: Iterable[str], by: Actor) -> None:
    """Else representatives would see that something was changed in secret."""
    if by.principal.secret and HIDDEN_FROM_REPRESENTATIVES not in codes:
        raise NotSecret


def is_hidden_from_representatives(codes: Iterable[str]) -> bool:
    return HIDDEN_FROM_REPRESENTATIVES in codes


def section_attributes(
    section: str, codes: Sequence[str], entered_by: Mapping[str, Any]
) -> dict[str, Any]:
    """For ``access`` to decide on. ``class``: the category that finalities name."""
    attributes = _attributes("profile_section", section, codes, entered_by)
    return attributes | {"class": CATEGORIES.get(section)}


def measure_attributes(
    kind: str, codes: Sequence[str], entered_by: Mapping[str, Any]
) -> dict[str, Any]:
    return _attributes("measure", kind, codes, entered_by)


def _attributes(
    resource: str, kind: str, codes: Sequence[str], entered_by: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "kind": resource,
        "type": kind,
        "confidentiality": list(codes),
        "author": author_of(entered_by),
        "facility": facility_of(entered_by),
        "by_patient": is_by_person(entered_by),
    }
