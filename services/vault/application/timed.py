"""What time does to documents: found in a read model, done by commands that are done once."""

from uuid import UUID

from services.vault.application.log import VaultLog
from services.vault.domain import life
from services.vault.domain.document import Document
from services.vault.domain.states import IN_RECORD, Status
from services.vault.domain.timing import Due
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ids import derived_id
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command

SELF = Actor(kind=ActorKind.SERVICE, id="vault")


class OfTime(Command):
    document_id: UUID


class Timed(VaultLog):
    def tell_of_hidden(self) -> None:
        """CSP R.1111-53: the person is told within two weeks that the record was updated."""
        for document_id in self.due.before(Due.NOTICE, self.clock.now()):
            self.send_hidden_notice(self._once(document_id, Due.NOTICE), SELF)

    def open_hidden(self) -> None:
        """CSP R.1111-53: after a month it is open to them, announced or not."""
        for document_id in self.due.before(Due.OPENING, self.clock.now()):
            self.open_in_time(self._once(document_id, Due.OPENING), SELF)

    def archive_old(self) -> None:
        delay = self.rules.archive_after
        if delay is None:
            return
        for document_id in self.due.before(Due.ARCHIVE, self.clock.now() - delay):
            self.archive_in_time(self._once(document_id, Due.ARCHIVE), SELF)

    @command
    def send_hidden_notice(self, request: OfTime, by: Actor) -> Outcome[Done]:
        document = self.document(request.document_id)
        if document:
            life.tell_of_hidden(document, by)
        return _saved(document)

    @command
    def open_in_time(self, request: OfTime, by: Actor) -> Outcome[Done]:
        document = self.document(request.document_id)
        if document and document.status in IN_RECORD:
            life.reveal_to_patient(document, None, by, self.around(document.record_id).masking)
        return _saved(document)

    @command
    def archive_in_time(self, request: OfTime, by: Actor) -> Outcome[Done]:
        document = self.document(request.document_id)
        if document and document.status is Status.APPROVED:
            life.archive(document, None, by)
        return _saved(document)

    def _once(self, document_id: UUID, due: Due) -> OfTime:
        """The same at each sweep, so that what time does is done once."""
        request_id = derived_id(self.secret, "time", due.value, str(document_id))
        return OfTime(request_id=request_id, document_id=document_id)


def _saved(document: Document | None) -> Outcome[Done]:
    return Outcome(answer=Done(), save=[document] if document else [])
