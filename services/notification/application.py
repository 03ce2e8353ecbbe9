"""Use cases of notification: one public method each, named like its RPC."""

from collections.abc import Callable
from uuid import UUID

from services.notification.contract import MarkRead
from services.notification.domain.errors import UnknownNotice
from services.notification.domain.notice import Notice
from shared.crypto.keys import Keys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome, command
from shared.stores.settings import EventStoreSettings


class Notification(EventLog):
    name = "notification"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        may_read: Callable[[UUID, Actor], None],
    ) -> None:
        """``may_read`` raises unless access lets someone act in a person's place today."""
        super().__init__(settings, keys, clock)
        self._may_read = may_read

    @command
    def mark_read(self, request: MarkRead, by: Actor) -> Outcome[Done]:
        """A notice of another record, or one kept from representatives, is as good as none."""
        is_person = by.principal.kind is ActorKind.PATIENT
        if not is_person:
            self._may_read(request.record_id, by)
        notice = self.get(request.notification_id, Notice)
        if notice is None or notice.record_id != request.record_id:
            raise UnknownNotice
        if notice.private and not is_person:
            raise UnknownNotice
        notice.mark_read(by)
        return Outcome(answer=Done(), save=[notice])
