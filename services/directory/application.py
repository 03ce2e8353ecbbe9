"""Use cases of the directory: one public method each, named like its RPC."""

from uuid import UUID

from services.directory import contract
from services.directory.contract import (
    Deactivate,
    Description,
    GetProfessional,
    RegisterFacility,
    RegisterProfessional,
)
from services.directory.domain.codes import Codes
from services.directory.domain.errors import FacilityAlreadyRegistered, UnknownProfessional
from services.directory.domain.facility import Facility
from services.directory.domain.national_ids import NationalIdRules
from services.directory.domain.professional import Professional
from shared.crypto.keys import Keys
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome, command
from shared.stores.settings import EventStoreSettings


class Directory(EventLog):
    name = "directory"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        codes: Codes,
        id_rules: NationalIdRules,
    ) -> None:
        super().__init__(settings, keys, clock)
        self._codes = codes
        self._id_rules = id_rules

    @command
    def register_professional(self, request: RegisterProfessional, by: Actor) -> Outcome[Done]:
        self._id_rules.check_professional(request.national_id)
        self._codes.check_profession(
            request.profession, in_training=request.in_training, specialty=request.specialty
        )
        description = request.model_dump(include=set(Description.model_fields))
        professional = self.get(self._professional_id(request.national_id), Professional)
        if professional:
            professional.describe(description, by)
        else:
            professional = Professional.register(
                self._professional_id(request.national_id), request.national_id, description, by
            )
        return Outcome(answer=Done(), save=[professional])

    @command
    def register_facility(self, request: RegisterFacility, by: Actor) -> Outcome[Done]:
        self._id_rules.check_facility(request.finess)
        self._codes.check_sector(request.sector)
        facility_id = derived_id(self.secret, "facility", request.finess)
        if self.get(facility_id, Facility):
            raise FacilityAlreadyRegistered(fields={"finess": "is registered already"})
        description = request.model_dump(include={"name", "sector", "postal_code", "town"})
        facility = Facility.register(facility_id, request.finess, description, by)
        return Outcome(answer=Done(), save=[facility])

    @command
    def deactivate(self, request: Deactivate, by: Actor) -> Outcome[Done]:
        professional = self._known(request.national_id)
        professional.deactivate(by)
        return Outcome(answer=Done(), save=[professional])

    def get_professional(self, request: GetProfessional, by: Actor) -> contract.Professional:
        return contract.Professional.of(self._known(request.national_id), self._codes)

    def _known(self, national_id: str) -> Professional:
        found = self.get(self._professional_id(national_id), Professional)
        if found is None:
            raise UnknownProfessional
        return found

    def _professional_id(self, national_id: str) -> UUID:
        return derived_id(self.secret, "professional", national_id)
