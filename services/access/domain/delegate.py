"""What one person was asked to be, and is, for others: a small stream of their own record."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain import errors
from services.access.domain.grants import DelegationKind
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

HELPED_BY_ONE = 5
"""A caregiver helps so many people at most."""


class Helping(TypedDict):
    """``until``: when the invitation expires, or the delegation ends (``None``: it does not)."""

    helped: str
    kind: str
    until: datetime | None


class Delegate(Aggregate):
    """Sealed under the key of the delegate's own record: it names those they help."""

    TOPIC = "access.delegate"

    class Created(Aggregate.Created):
        TOPIC = "access.delegate_known"
        record_id: UUID
        by: dict[str, Any]

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class InvitationReceived(Event):
        TOPIC = "access.invitation_received"
        invitation_id: UUID
        helping: Helping

        def apply(self, aggregate: "Delegate") -> None:
            aggregate.invitations[str(self.invitation_id)] = self.helping

    class InvitationClosed(Event):
        """``helping``: what came of it, ``None`` if it was refused."""

        TOPIC = "access.invitation_closed"
        invitation_id: UUID
        helping: Helping | None

        def apply(self, aggregate: "Delegate") -> None:
            del aggregate.invitations[str(self.invitation_id)]
            if self.helping:
                aggregate.helping[str(self.invitation_id)] = self.helping

    class HelpEnded(Event):
        TOPIC = "access.help_ended"
        delegation_id: UUID

        def apply(self, aggregate: "Delegate") -> None:
            del aggregate.helping[str(self.delegation_id)]

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "delegate", str(record_id))

    @classmethod
    def know(cls, secret: bytes, record_id: UUID, *, by: Actor) -> "Delegate":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), record_id=record_id, by=by.to_event()
        )

    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.known_by = by
        self.invitations: dict[str, Helping] = {}
        self.helping: dict[str, Helping] = {}

    def receive(self, invitation_id: UUID, helping: Helping, *, by: Actor) -> None:
        self._trigger(self.InvitationReceived, by, invitation_id=invitation_id, helping=helping)

    def invitation(self, invitation_id: UUID) -> Helping:
        found = self.invitations.get(str(invitation_id))
        if found is None:
            raise errors.NoSuchInvitation
        return found

    def close(
        self, invitation_id: UUID, helping: Helping | None, *, at: datetime, by: Actor
    ) -> None:
        """``helping``: what accepting made; a sixth person is one too many."""
        if helping and helping["kind"] == DelegationKind.CAREGIVER and self._is_full(at):
            raise errors.HelpsTooMany
        self._trigger(self.InvitationClosed, by, invitation_id=invitation_id, helping=helping)

    def stop_helping(self, delegation_id: UUID, *, by: Actor) -> None:
        if str(delegation_id) in self.helping:
            self._trigger(self.HelpEnded, by, delegation_id=delegation_id)

    def _is_full(self, at: datetime) -> bool:
        helped = [
            h
            for h in self.helping.values()
            if h["kind"] == DelegationKind.CAREGIVER and (h["until"] is None or at < h["until"])
        ]
        return len(helped) >= HELPED_BY_ONE

    def _trigger(self, event: type[Event], by: Actor, **values: Any) -> None:
        self.trigger_event(event, record_id=self.record_id, by=by.to_event(), **values)
