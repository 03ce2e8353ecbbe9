"""Who acts in a person’s place."""

from uuid import UUID

from services.access.domain import delegation_events as delegation
from services.access.domain import life_events as life
from services.access.messages.listed import common, message_for
from shared.eventing.messages import Instant, MessageData
from shared.eventing.telling import tell_as_they_are


class Invited(MessageData):
    """``invited``: record of who is asked, and is to be told there."""

    invitation: UUID
    invited: UUID
    expires_at: Instant


class RepresentativeInvited(Invited):
    TYPE = "access.representative_invited"


class CaregiverInvited(Invited):
    TYPE = "access.caregiver_invited"


class InvitationAnswered(MessageData):
    TYPE = "access.invitation_answered"
    invitation: UUID
    accepted: bool


class DelegationEnded(MessageData):
    """``delegate``: record of who acted. ``kind``: representative or caregiver."""

    TYPE = "access.delegation_ended"
    delegation: UUID
    delegate: UUID
    kind: str


class RepresentationSuspended(MessageData):
    """By court order; ``on`` false gives it back."""

    TYPE = "access.representation_suspended"
    representative: UUID
    on: bool


class RepresentationEnded(MessageData):
    """At majority; ``representatives``: records of those who acted."""

    TYPE = "access.representation_ended"
    representatives: list[UUID]


tell_as_they_are(
    message_for,
    common,
    {
        delegation.RepresentationSuspended: RepresentationSuspended,
        life.RepresentationEnded: RepresentationEnded,
    },
)


@message_for.register(delegation.RepresentativeInvited)
@message_for.register(delegation.CaregiverInvited)
def _(event: delegation.Invited) -> MessageData:
    asked = isinstance(event, delegation.CaregiverInvited)
    message = CaregiverInvited if asked else RepresentativeInvited
    return message(
        **common(event),
        invitation=event.invitation_id,
        invited=event.invitation["invited"],
        expires_at=event.invitation["expires_at"],
    )


@message_for.register
def _(event: delegation.InvitationAnswered) -> MessageData:
    return InvitationAnswered(
        **common(event), invitation=event.invitation_id, accepted=event.delegation is not None
    )


@message_for.register
def _(event: delegation.DelegationEnded) -> MessageData:
    return DelegationEnded(
        **common(event),
        delegation=event.delegation_id,
        delegate=event.delegation["delegate"],
        kind=event.delegation["kind"],
    )
