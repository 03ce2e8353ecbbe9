"""What others hear of the directory: national ids and codes, no name and no address."""

from datetime import date
from functools import singledispatch
from typing import Any

from services.directory.domain.facility import Facility
from services.directory.domain.national_ids import finess_of
from services.directory.domain.professional import PRACTICE, Professional
from shared.eventing.messages import MessageData


class ProfessionalRegistered(MessageData):
    """``places``: each work situation, as facility, profession, in_training, specialty and
    pharmacist_section.
    """

    TYPE = "directory.professional_registered"
    national_id: str
    profession: str
    in_training: bool
    specialty: str | None
    pharmacist_section: str | None
    places: list[dict[str, str | bool | None]]


class ProfessionalChanged(MessageData):
    """``active`` false: something of one who was deactivated changed; true: they may have been
    deactivated before, and are active again.
    """

    TYPE = "directory.professional_changed"
    national_id: str
    profession: str
    in_training: bool
    specialty: str | None
    pharmacist_section: str | None
    places: list[dict[str, str | bool | None]]
    active: bool = True


class ProfessionalDeactivated(MessageData):
    TYPE = "directory.professional_deactivated"
    national_id: str


class FacilityRegistered(MessageData):
    """``finess``: empty where there is none; ``structure``: Struct_IdNat. ``level``: EJ, a legal
    entity, or ET, an establishment. ``sector`` is empty where none is known, as of a legal entity.
    """

    TYPE = "directory.facility_registered"
    finess: str
    structure: str
    sector: str
    level: str = "ET"
    open: bool = True


class FacilityChanged(MessageData):
    TYPE = "directory.facility_changed"
    finess: str
    structure: str
    sector: str
    level: str
    open: bool


class FacilityEnrolled(MessageData):
    """It may consult records from this day on."""

    TYPE = "directory.facility_enrolled"
    finess: str
    structure: str
    consults_from: date


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


@message_for.register
def _(event: Professional.Created) -> MessageData:
    return ProfessionalRegistered(by=event.by, **_practice(event))


@message_for.register
def _(event: Professional.Changed) -> MessageData:
    return ProfessionalChanged(by=event.by, active=event.active, **_practice(event))


@message_for.register
def _(event: Professional.Deactivated) -> MessageData:
    return ProfessionalDeactivated(by=event.by, national_id=event.national_id)


@message_for.register
def _(event: Facility.Created) -> MessageData:
    return FacilityRegistered(by=event.by, **_structure(event))


@message_for.register
def _(event: Facility.Changed) -> MessageData:
    return FacilityChanged(by=event.by, **_structure(event))


@message_for.register
def _(event: Facility.Enrolled) -> MessageData:
    return FacilityEnrolled(
        by=event.by,
        finess=finess_of(event.structure) or "",
        structure=event.structure,
        consults_from=event.consults_from,
    )


def _practice(event: Professional.Created | Professional.Changed) -> dict[str, Any]:
    described = event.description
    return {
        "national_id": event.national_id,
        **{name: described[name] for name in PRACTICE},
        "places": [
            {name: place[name] for name in ("facility", *PRACTICE)} for place in described["places"]
        ],
    }


def _structure(event: Facility.Created | Facility.Changed) -> dict[str, Any]:
    described = event.description
    return {
        "finess": finess_of(event.structure) or "",
        "structure": event.structure,
        "sector": described["sector"] or "",
        "level": described["level"],
        "open": described["open"],
    }
