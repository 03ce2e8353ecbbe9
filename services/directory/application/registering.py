"""What an operator says of one professional or facility."""

from services.directory.application.log import FACILITY_PARTS, DirectoryLog
from services.directory.contract.parts import RegisterEntry
from services.directory.contract.registering import (
    Deactivate,
    EnrolFacility,
    RegisterFacility,
    RegisterProfessional,
)
from services.directory.domain.professional import PRACTICE
from shared.kernel.actor import Actor
from shared.kernel.french import FRANCE
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command

SAID_ALWAYS = {"family_name", "given_name", *PRACTICE}
SAID_IF_GIVEN = {"under_agreement", "skills", "diplomas", "mailboxes"}
OF_FACILITY_IF_GIVEN = {"mailboxes", *RegisterEntry.model_fields}


class Registering(DirectoryLog):
    @command
    def register_professional(self, request: RegisterProfessional, by: Actor) -> Outcome[Done]:
        self.id_rules.check_professional(request.national_id)
        said = SAID_ALWAYS | (SAID_IF_GIVEN & request.model_fields_set)
        description = request.model_dump(mode="json", include=said)
        self.check_practice(description)
        for skill in request.skills:
            self.codes.check_skill(skill.code)
        description["places"] = self.situations(request.places, description)
        return Outcome(answer=Done(), save=[self.described(request.national_id, description, by)])

    @command
    def register_facility(self, request: RegisterFacility, by: Actor) -> Outcome[Done]:
        self.id_rules.check_structure(request.named)
        self.check_structure(request.legal_entity, request.sector)
        said = FACILITY_PARTS - (OF_FACILITY_IF_GIVEN - request.model_fields_set)
        description = request.model_dump(mode="json", include=said)
        return Outcome(
            answer=Done(), save=[self.described_facility(request.named, description, by)]
        )

    @command
    def enrol_facility(self, request: EnrolFacility, by: Actor) -> Outcome[Done]:
        facility = self.known_facility(request.named)
        today = self.clock.now().astimezone(FRANCE).date()
        facility.enrol(request.consults_from, today, by)
        return Outcome(answer=Done(), save=[facility])

    @command
    def deactivate(self, request: Deactivate, by: Actor) -> Outcome[Done]:
        professional = self.known_professional(request.national_id)
        professional.deactivate(by)
        return Outcome(answer=Done(), save=[professional])
