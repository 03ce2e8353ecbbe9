"""Second representatives of a minor and caregivers of an adult: invited, then acting under
their own name, until an end.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.access.domain import delegation_events as e
from services.access.domain import errors
from services.access.domain.grants import Delegation, DelegationKind, Invitation
from services.access.domain.rights_event import RightsPart
from shared.kernel.actor import Actor
from shared.kernel.secrecy import require_unseen

CAREGIVERS_OF_ONE = 3
"""A person has so many caregivers at most, those invited counted."""
REPRESENTATIVES = 2
"""The one the child is attached to, and one more."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Delegating(RightsPart):
    """The part of the rights that says who acts for the person."""

    record_id: UUID
    representatives: list[str]
    """Those identity names."""
    majority_at: datetime | None
    suspended: dict[str, str]
    """Representative to the reference of the court order."""
    invitations: dict[str, Invitation]
    delegations: dict[str, Delegation]

    @property
    def second_representatives(self) -> list[str]:
        return [
            d["delegate"]
            for d in self.delegations.values()
            if d["kind"] == DelegationKind.REPRESENTATIVE
        ]

    def caregiving(self, person: str) -> Delegation | None:
        """The delegation that ends last, if there is one; whether it lives is for rules to say."""
        given = [
            d
            for d in self.delegations.values()
            if d["delegate"] == person and d["kind"] == DelegationKind.CAREGIVER
        ]
        return max(given, key=lambda d: d["ends_at"] or _NEVER, default=None)

    def invite(
        self, invitation_id: UUID, invitation: Invitation, *, at: datetime, by: Actor
    ) -> None:
        """Raise if they act already, are asked already, or there are as many as there may be."""
        self.require_active()
        if invitation["invited"] in (str(self.record_id), *self.representatives):
            raise errors.ActsAlready
        kind = DelegationKind(invitation["kind"])
        asked = self._waiting(kind, at)
        acting = [d["delegate"] for d in self.delegations.values() if d["kind"] == kind]
        if invitation["invited"] in acting:
            raise errors.ActsAlready
        if invitation["invited"] in asked:
            raise errors.InvitedAlready
        if kind is DelegationKind.REPRESENTATIVE:
            self._require_room_for_second([*acting, *asked], at)
            self._trigger(
                e.RepresentativeInvited, by, invitation_id=invitation_id, invitation=invitation
            )
        else:
            self._require_of_age(at)
            if len([*acting, *asked]) >= CAREGIVERS_OF_ONE:
                raise errors.TooManyCaregivers
            self._trigger(
                e.CaregiverInvited, by, invitation_id=invitation_id, invitation=invitation
            )

    def answer_invitation(
        self,
        invitation_id: UUID,
        *,
        accepted: bool,
        ends_at: datetime | None,
        at: datetime,
        by: Actor,
    ) -> Delegation | None:
        """By the one invited alone; refused from the instant it expires."""
        invitation = self.invitations.get(str(invitation_id))
        if invitation is None or invitation["invited"] != by.id:
            raise errors.NoSuchInvitation
        if invitation["status"] != "waiting" or invitation["expires_at"] <= at:
            raise errors.InvitationOver
        delegation = Delegation(
            kind=invitation["kind"], delegate=invitation["invited"], since=at, ends_at=ends_at
        )
        given = delegation if accepted else None
        self._trigger(e.InvitationAnswered, by, invitation_id=invitation_id, delegation=given)
        return given

    def end_delegation(self, delegation_id: UUID, *, by: Actor) -> Delegation:
        """By the person, by the one who acts for them, or by time."""
        delegation = self.delegations.get(str(delegation_id))
        if delegation is None:
            raise errors.NoSuchDelegation
        require_unseen(by, delegation)
        self._trigger(e.DelegationEnded, by, delegation_id=delegation_id, delegation=delegation)
        return delegation

    def suspend_representation(
        self, representative: str, court_order: str, *, on: bool, by: Actor
    ) -> None:
        """Code civil 373-2 and following: a judge's order, at once and on every replica. Lifted
        also for one who is not named any more."""
        known = [*self.representatives, *self.second_representatives]
        if on == (representative in self.suspended) or (on and representative not in known):
            raise errors.NoSuchRole
        self.note_suspension(representative, court_order, on=on, by=by)

    def note_suspension(
        self, representative: str, court_order: str, *, on: bool, by: Actor
    ) -> None:
        """Whether or not they are named here: they may be yet, or be by another record of their
        own."""
        self._trigger(
            e.RepresentationSuspended,
            by,
            representative=representative,
            court_order=court_order,
            on=on,
        )

    def _waiting(self, kind: DelegationKind, at: datetime) -> Sequence[str]:
        return [
            i["invited"]
            for i in self.invitations.values()
            if i["kind"] == kind and i["status"] == "waiting" and at < i["expires_at"]
        ]

    def _require_room_for_second(self, others: Sequence[str], at: datetime) -> None:
        if self.majority_at is None or self.majority_at <= at:
            raise errors.NotAMinor
        if len(self.representatives) + len(others) >= REPRESENTATIVES:
            raise errors.TooManyRepresentatives

    def _require_of_age(self, at: datetime) -> None:
        """A minor has representatives; a caregiver helps an adult."""
        if self.majority_at is not None and at < self.majority_at:
            raise errors.StillAMinor
