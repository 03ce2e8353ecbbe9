"""What can be asked of identity: does a record exist, and whose is it."""

from services.identity.application.log import IdentityLog
from services.identity.contract.reading import Existence, GetIdentity, Identity, Resolve
from services.identity.domain.existence_check import ExistenceCheck
from services.identity.domain.identity_read import IdentityRead
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import Ins
from shared.stores.event_log import Outcome, unreplayed

NOTIFICATION = Actor(kind=ActorKind.SERVICE, id="notification")
"""The one service that is told where a person can be reached, for itself alone."""


class Questions(IdentityLog):
    def resolve(self, request: Resolve, by: Actor) -> Existence:
        """The existence check: each is traced in the log."""
        self.count_asking(by)
        return self._check_existence(request, by)

    @unreplayed
    def _check_existence(self, request: Resolve, by: Actor) -> Outcome[Existence]:
        record = self.carrier(self._candidates(request))
        answer = Existence.of(record)
        trace = ExistenceCheck(
            record_id=record.id if record else None, answer=answer.status, by=by.to_event()
        )
        return Outcome(answer=answer, save=[trace])

    @unreplayed
    def get_identity(self, request: GetIdentity, by: Actor) -> Outcome[Identity]:
        """Who reads another person's is in the log, and in that person's journal. What a service
        needs it for is traced by that service.
        """
        if not by.is_service:
            self.require_representing(request.record_id, by)
        record = self.known(request.record_id)
        answer = Identity.of(record, with_contact=not by.is_service or by == NOTIFICATION)
        is_another = not by.is_service and by.kind is not ActorKind.PATIENT
        return Outcome(
            answer=answer, save=[IdentityRead.trace(record.id, by)] if is_another else []
        )

    def _candidates(self, request: Resolve) -> list[Ins]:
        if request.ins and not request.mailbox:
            return [self.ins_rules.parse(request.ins.value, request.ins.oid)]
        if request.mailbox and not request.ins:
            return self.ins_rules.of_mailbox(request.mailbox)
        raise InvalidRequest(fields={"ins": "give ins or mailbox, one of them"})
