"""Who acts. An argument of every use case, never ambient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class ActorKind(StrEnum):
    """Who may hold a token."""

    PROFESSIONAL = "professional"
    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    CAREGIVER = "caregiver"
    FACILITY = "facility"
    SECRETARY = "secretary"
    APPLICATION = "application"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SUPPORT = "support"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one who calls, as proven by the token.

    ``id``: national id (PS_IdNat) of a professional, record id of a person, structure id
    (Struct_IdNat) of a facility, client id of an application, name of a service.
    ``record_id``: the record a patient, representative or caregiver acts for.
    ``on_behalf_of``: the caller whose request a service carries, or the professional a
    facility's software names.
    ``claims``: the verified claims, kept to be carried on to the next service.
    """

    kind: ActorKind
    id: str
    record_id: UUID | None = None
    profession: str | None = None
    specialty: str | None = None
    pharmacist_section: str | None = None
    facility: str | None = None
    regulation: bool = False
    secret: bool = False
    mandate: str | None = None
    physician_present: bool = False
    on_behalf_of: "Actor | None" = None
    claims: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def principal(self) -> "Actor":
        """The person or software behind a service that carries their request."""
        return self.on_behalf_of if self.is_service and self.on_behalf_of else self

    @property
    def is_service(self) -> bool:
        return self.kind is ActorKind.SERVICE

    @property
    def in_secret(self) -> bool:
        """In a secret session, also when a software or a service carries it."""
        return self.secret or bool(self.on_behalf_of and self.on_behalf_of.in_secret)

    @property
    def acts_for_person(self) -> bool:
        """The person of the record, or someone acting in their place."""
        return self.kind in {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}

    def to_event(self) -> dict[str, Any]:
        """What an event keeps of who acted: codes and ids, never a name or a claim."""
        kept = {
            "kind": self.kind.value,
            "id": self.id,
            "record_id": str(self.record_id) if self.record_id else None,
            "profession": self.profession,
            "specialty": self.specialty,
            "pharmacist_section": self.pharmacist_section,
            "facility": self.facility,
            "regulation": self.regulation or None,
            "secret": self.secret or None,
            "mandate": self.mandate,
            "on_behalf_of": self.on_behalf_of.to_event() if self.on_behalf_of else None,
        }
        return {name: value for name, value in kept.items() if value is not None}


def through(by: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """The actor that an event keeps, then those on whose behalf it acted."""
    while by:
        yield by
        by = by.get("on_behalf_of")


def in_secret(by: Mapping[str, Any] | None) -> bool:
    """:attr:`Actor.in_secret` of the actor that an event keeps."""
    return any(actor.get("secret") for actor in through(by))
