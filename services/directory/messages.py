"""What others hear of the directory: national ids and codes, no name."""

from functools import singledispatch
from typing import Any

from services.directory.domain.facility import Facility
from services.directory.domain.professional import Professional
from shared.eventing.messages import MessageData


class ProfessionalRegistered(MessageData):
    TYPE = "directory.professional_registered"
    national_id: str
    profession: str
    in_training: bool
    specialty: str | None
    pharmacist_section: str | None


class ProfessionalChanged(MessageData):
    """They may have been deactivated before: they are active again."""

    TYPE = "directory.professional_changed"
    national_id: str
    profession: str
    in_training: bool
    specialty: str | None
    pharmacist_section: str | None


class ProfessionalDeactivated(MessageData):
    TYPE = "directory.professional_deactivated"
    national_id: str


class FacilityRegistered(MessageData):
    TYPE = "directory.facility_registered"
    finess: str
    sector: str


@singledispatch
def message_for(event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


@message_for.register
def _(event: Professional.Created) -> MessageData:
    return ProfessionalRegistered(by=event.by, **_practice(event))


@message_for.register
def _(event: Professional.Changed) -> MessageData:
    return ProfessionalChanged(by=event.by, **_practice(event))


@message_for.register
def _(event: Professional.Deactivated) -> MessageData:
    return ProfessionalDeactivated(by=event.by, national_id=event.national_id)


@message_for.register
def _(event: Facility.Created) -> MessageData:
    return FacilityRegistered(by=event.by, finess=event.finess, sector=event.description["sector"])


def _practice(event: Professional.Created | Professional.Changed) -> dict[str, Any]:
    kept = ("profession", "in_training", "specialty", "pharmacist_section")
    return {"national_id": event.national_id, **{k: event.description[k] for k in kept}}
