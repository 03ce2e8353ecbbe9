"""The log of the directory: what it is built with, and how it finds what use cases need."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.directory.application.imports import Imports
from services.directory.contract.parts import FacilityDescription, Place
from services.directory.domain.codes import Codes
from services.directory.domain.errors import UnknownFacility, UnknownProfessional
from services.directory.domain.facility import Facility
from services.directory.domain.facility import blank as blank_facility
from services.directory.domain.national_ids import NationalIdRules, finess_of
from services.directory.domain.professional import PRACTICE, Professional
from shared.crypto.keys import Keys
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

FACILITY_PARTS = set(FacilityDescription.model_fields)


class DirectoryLog(EventLog):
    name = "directory"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        codes: Codes,
        id_rules: NationalIdRules,
        absent_share_max: float = 0.05,
    ) -> None:
        """``absent_share_max``: of the professionals known, how many one whole extract may lack
        and have deactivated.
        """
        super().__init__(settings, keys, clock)
        self.codes = codes
        self.id_rules = id_rules
        self.absent_share_max = absent_share_max
        self.imports = Imports(self.guarded)

    def own_tables(self) -> Sequence[str]:
        return Imports.create_statements()

    def professional_id(self, national_id: str) -> UUID:
        return derived_id(self.secret, "professional", national_id)

    def facility_id(self, structure: str) -> UUID:
        return derived_id(self.secret, "facility", finess_of(structure) or structure)

    def known_professional(self, national_id: str) -> Professional:
        found = self.get(self.professional_id(national_id), Professional)
        if found is None:
            raise UnknownProfessional
        return found

    def known_facility(self, structure: str) -> Facility:
        found = self.get(self.facility_id(structure), Facility)
        if found is None:
            raise UnknownFacility
        return found

    def described(self, national_id: str, description: dict[str, Any], by: Actor) -> Professional:
        """The professional as described from now on, registered if need be; not saved yet.
        What the description does not speak of stays as it was.
        """
        stream = self.professional_id(national_id)
        professional = self.get(stream, Professional)
        if professional is None:
            return Professional.register(stream, national_id, blank(description), by)
        professional.describe({**professional.description, **description}, by)
        return professional

    def described_facility(
        self, structure: str, description: dict[str, Any], by: Actor
    ) -> Facility:
        facility = self.get(self.facility_id(structure), Facility)
        if facility is None:
            whole = blank_facility(description)
            return Facility.register(self.facility_id(structure), structure, whole, by)
        facility.amend(description, by)
        return facility

    def check_practice(self, practice: dict[str, Any]) -> None:
        self.codes.check_profession(
            practice["profession"],
            in_training=practice["in_training"],
            specialty=practice["specialty"],
        )

    def check_structure(self, legal_entity: str | None, sector: str | None) -> None:
        if legal_entity is not None:
            self.id_rules.check_facility(legal_entity, "legal_entity")
        self.codes.check_sector(sector)

    def situations(self, given: Sequence[Place], practice: dict[str, Any]) -> list[dict[str, Any]]:
        """Each with its own practice; ``InvalidRequest`` names the one that is wrong."""
        places = [place_of(place, practice) for place in given]
        for number, place in enumerate(places):
            try:
                self.check_practice(place)
                self.check_structure(place["legal_entity"], place["sector"])
            except InvalidRequest as wrong:
                fields = {f"places.{number}.{name}": why for name, why in wrong.fields.items()}
                raise InvalidRequest(fields=fields) from None
        return places


def place_of(place: Place, practice: dict[str, Any]) -> dict[str, Any]:
    """A place that names a profession says all of its practice; else it is the practice given."""
    told = place.model_dump(mode="json")
    if told["profession"] is None:
        return {**told, **{name: practice[name] for name in PRACTICE}}
    return {**told, "in_training": bool(told["in_training"])}


def blank(description: dict[str, Any]) -> dict[str, Any]:
    return {"under_agreement": None, "skills": [], "diplomas": [], "mailboxes": [], **description}
