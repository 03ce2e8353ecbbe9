"""What anyone may ask of one professional or facility. Read from the log, so never behind."""

from services.directory.application.log import DirectoryLog
from services.directory.contract import reading
from services.directory.contract.reading import GetFacility, GetProfessional, Mailboxes, MailboxOf
from services.directory.domain.professional import Professional
from shared.kernel.actor import Actor


class Questions(DirectoryLog):
    def get_professional(self, request: GetProfessional, by: Actor) -> reading.Professional:
        return reading.Professional.of(self.known_professional(request.national_id), self.codes)

    def get_facility(self, request: GetFacility, by: Actor) -> reading.Facility:
        return reading.Facility.of(self.known_facility(request.named), self.codes)

    def mailbox_of(self, request: MailboxOf, by: Actor) -> Mailboxes:
        """An id that begins with 1 may be of either: the professional comes first."""
        stream = self.professional_id(request.national_id)
        if professional := self.get(stream, Professional):
            return Mailboxes(
                active=professional.active, items=professional.description["mailboxes"]
            )
        described = self.known_facility(request.national_id).description
        return Mailboxes(active=described["open"], items=described["mailboxes"])
