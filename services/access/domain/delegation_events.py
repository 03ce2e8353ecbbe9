"""Who may act for the person besides those identity names, and who may no more."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.access.domain.grants import Delegation, Invitation
from services.access.domain.rights_event import RightsEvent

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class Invited(RightsEvent):
    invitation_id: UUID
    invitation: Invitation

    def apply(self, aggregate: "Rights") -> None:
        aggregate.invitations[str(self.invitation_id)] = self.invitation


class RepresentativeInvited(Invited):
    TOPIC = "access.representative_invited"


class CaregiverInvited(Invited):
    TOPIC = "access.caregiver_invited"


class InvitationAnswered(RightsEvent):
    """``delegation``: what it made, ``None`` if it was refused."""

    TOPIC = "access.invitation_answered"
    invitation_id: UUID
    delegation: Delegation | None

    def apply(self, aggregate: "Rights") -> None:
        key = str(self.invitation_id)
        status = "validated" if self.delegation else "refused"
        invitation = aggregate.invitations[key]
        aggregate.invitations[key] = {**invitation, "status": status}
        if self.delegation:
            aggregate.delegations[key] = self.delegation


class DelegationEnded(RightsEvent):
    """By either side, or by its date; a delegation has the id of its invitation."""

    TOPIC = "access.delegation_ended"
    delegation_id: UUID
    delegation: Delegation

    def apply(self, aggregate: "Rights") -> None:
        del aggregate.delegations[str(self.delegation_id)]


class RepresentationSuspended(RightsEvent):
    """By court order, at once; ``on`` false gives it back. ``court_order``: its reference."""

    TOPIC = "access.representation_suspended"
    representative: str
    court_order: str
    on: bool

    def apply(self, aggregate: "Rights") -> None:
        if self.on:
            aggregate.suspended[self.representative] = self.court_order
        else:
            aggregate.suspended.pop(self.representative, None)
