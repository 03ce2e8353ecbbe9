"""What time does: consents that expire, reviews that are overdue, delegations that end."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from services.access import contract as c
from services.access.application.delegations import Delegations
from services.access.application.log import saved
from services.access.contract.parts import OfRecordCommand
from services.access.domain import errors
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden, NotFound
from shared.kernel.ids import derived_id
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command

SELF = Actor(kind=ActorKind.SERVICE, id="access")
Waiting = Sequence[tuple[UUID, str]]
"""Record and id of what waits."""


class Due(Delegations):
    """No RPC: our own timers ask. Decisions refuse at the instant itself, timers or not."""

    @command
    def expire_consents(self, request: OfRecordCommand, by: Actor) -> Outcome[Done]:
        rights, who, now = self.asked_by(request.record_id, by)
        ended = [
            grantee
            for grantee, consent in rights.consents.items()
            if consent["valid_until"] <= now and grantee not in rights.expired
        ]
        if not ended:
            raise errors.NotDueYet
        for grantee in ended:
            rights.expire_consent(grantee, at=now, by=who)
        return saved(rights)

    @command
    def escalate_review(self, request: c.EndEmergencySession, by: Actor) -> Outcome[Done]:
        """One step up: told anew and put first; no care is refused for it."""
        rights, who, now = self.asked_by(request.record_id, by)
        rights.escalate(request.session, at=now, by=who)
        return saved(rights)

    @command
    def end_due_delegation(self, request: c.EndDelegation, by: Actor) -> Outcome[Done]:
        rights, who, now = self.asked_by(request.record_id, by)
        delegation = rights.delegations.get(str(request.delegation))
        if delegation is None or delegation["ends_at"] is None or now < delegation["ends_at"]:
            raise errors.NotDueYet
        return Outcome(answer=Done(), save=self.delegation_ended(rights, request.delegation, who))

    def expire_due_consents(self, due: Waiting) -> None:
        for record_id in dict.fromkeys(record_id for record_id, _ in due):
            self._once(self.expire_consents, OfRecordCommand, record_id)

    def escalate_due_reviews(self, due: Waiting) -> None:
        for record_id, session in due:
            self._once(self.escalate_review, c.EndEmergencySession, record_id, session=session)

    def end_due_delegations(self, due: Waiting) -> None:
        for record_id, delegation in due:
            self._once(self.end_due_delegation, c.EndDelegation, record_id, delegation=delegation)

    def _once(
        self,
        use_case: Callable[[Any, Actor], Done],
        request: type[Command],
        record_id: UUID,
        **more: str,
    ) -> None:
        """Once for one state of the rights. What was done meanwhile, or erased, is no longer
        due: left alone."""
        version = self.version_of(self.rights_id(record_id))
        request_id = derived_id(self.secret, "due", str(record_id), str(version), *more.values())
        asked = {"request_id": request_id, "record_id": record_id, **more}
        with suppress(Conflict, Forbidden, NotFound, KeyErased):
            use_case(request.model_validate(asked), SELF)
