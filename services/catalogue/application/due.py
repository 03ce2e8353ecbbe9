"""What time does: reapprovals asked, authorisations that end, reminders."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from services.catalogue.application.log import SELF, CatalogueLog
from services.catalogue.contract import OfAuthorisation
from services.catalogue.domain.connections import Ending
from services.catalogue.domain.errors import NotDueYet
from services.catalogue.domain.finality import still_declared
from services.catalogue.domain.listed_service import Status
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.kernel.ids import derived_id
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command


class OfRecord(Command):
    record_id: UUID


DueAuthorisation = tuple[UUID, UUID]
"""Record, authorisation."""
UseCase = Callable[[OfAuthorisation, Actor], Done]


class Due(CatalogueLog):
    @command
    def ask_reapproval(self, request: OfAuthorisation, by: Actor) -> Outcome[Done]:
        """The service's finalities have changed since; no RPC, our own timer asks."""
        connections = self.known_connections(request.record_id)
        authorisation = connections.live.get(str(request.authorisation_id))
        if authorisation is None:
            raise NotDueYet
        service = self.service(authorisation["service_id"])
        before = service.deadline_after(authorisation["finalities_version"])
        if before is None:
            raise NotDueYet
        connections.ask_reapproval(
            request.authorisation_id,
            still_declared(authorisation["agreed"], service.finalities),
            version=service.finalities_version,
            before=before,
            by=by,
        )
        return Outcome(answer=Done(), save=[connections])

    @command
    def end_unapproved(self, request: OfAuthorisation, by: Actor) -> Outcome[Done]:
        connections = self.known_connections(request.record_id)
        connections.end_unapproved(request.authorisation_id, self.clock.now(), by)
        return Outcome(answer=Done(), save=[connections])

    @command
    def end_withdrawn(self, request: OfAuthorisation, by: Actor) -> Outcome[Done]:
        """Its service has left the catalogue for ever."""
        connections = self.known_connections(request.record_id)
        authorisation = connections.live.get(str(request.authorisation_id))
        if authorisation is None:
            raise NotDueYet
        if self.service(authorisation["service_id"]).status is not Status.WITHDRAWN:
            raise NotDueYet
        connections.end(request.authorisation_id, Ending.SERVICE_WITHDRAWN, by)
        return Outcome(answer=Done(), save=[connections])

    @command
    def remind(self, request: OfRecord, by: Actor) -> Outcome[Done]:
        connections = self.known_connections(request.record_id)
        connections.remind(self.clock.now(), self.delays.reminder, by)
        return Outcome(answer=Done(), save=[connections])

    def ask_due_reapprovals(self, due: Sequence[DueAuthorisation]) -> None:
        for item in due:
            self._try("reapproval", item, self.ask_reapproval)

    def end_due_unapproved(self, due: Sequence[DueAuthorisation]) -> None:
        for item in due:
            self._try("unapproved", item, self.end_unapproved)

    def end_due_withdrawn(self, due: Sequence[DueAuthorisation]) -> None:
        for item in due:
            self._try("withdrawn", item, self.end_withdrawn)

    def remind_due(self, due: Sequence[UUID]) -> None:
        for record_id in due:
            with suppress(Conflict, Forbidden, KeyErased):
                request_id = self._request_id("reminder", record_id, record_id)
                self.remind(OfRecord(request_id=request_id, record_id=record_id), SELF)

    def forget_requests(self) -> None:
        """Answers to commands are repeated for 30 days."""
        self.requests.purge(self.clock.now())

    def _try(self, what: str, item: DueAuthorisation, use_case: UseCase) -> None:
        """Each once. One answered or ended meanwhile, or erased, is no longer due: left alone."""
        record_id, authorisation_id = item
        with suppress(Conflict, Forbidden, KeyErased):
            request = OfAuthorisation(
                request_id=self._request_id(what, record_id, authorisation_id),
                record_id=record_id,
                authorisation_id=authorisation_id,
            )
            use_case(request, SELF)

    def _request_id(self, what: str, record_id: UUID, subject: UUID) -> UUID:
        """The same for one state of the record's stream: what is due again has moved it."""
        connections = self.known_connections(record_id)
        return derived_id(self.secret, what, str(subject), str(connections.version))
