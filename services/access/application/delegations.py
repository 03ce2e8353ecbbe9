"""Who acts for the person: invited, answered, ended, suspended by a judge."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from services.access import contract as c
from services.access.application.log import AccessLog, said
from services.access.domain import errors
from services.access.domain.delegate import Delegate, Helping
from services.access.domain.grants import DelegationKind, Invitation
from services.access.domain.outside import Described
from services.access.domain.rights import Rights
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Delegations(AccessLog):
    @command
    def invite_representative(self, request: c.Invite, by: Actor) -> Outcome[c.InvitationSent]:
        """By the representative the child is attached to, who cannot hand it on further."""
        rights, who, _ = self.asked_by(request.record_id, by)
        if rights.acting_as(who.id) not in rights.representatives:
            raise errors.NotYours
        return self._invite(request, rights, DelegationKind.REPRESENTATIVE, who)

    @command
    def invite_caregiver(self, request: c.Invite, by: Actor) -> Outcome[c.InvitationSent]:
        if not self.settings.caregivers:
            raise errors.CaregiversNotOpen
        rights, who, _ = self.asked_by(request.record_id, by)
        return self._invite(request, rights, DelegationKind.CAREGIVER, who)

    @command
    def answer_invitation(self, request: c.AnswerInvitation, by: Actor) -> Outcome[Done]:
        """By the one who was invited, from their own record, which must be active."""
        own, who, now = self.asked_by(request.record_id, by)
        own.require_active()
        delegate = self._delegate_of(request.record_id)
        if delegate is None:
            raise errors.NoSuchInvitation
        invitation = delegate.invitation(request.invitation)
        rights = self.readable(UUID(invitation["helped"]))
        if rights is None:
            raise errors.NoSuchInvitation
        caregiving = invitation["kind"] == DelegationKind.CAREGIVER
        if caregiving and request.accept and not self.settings.caregivers:
            raise errors.CaregiversNotOpen
        given = rights.answer_invitation(
            request.invitation,
            accepted=request.accept,
            ends_at=now + timedelta(days=self.settings.caregiving_days) if caregiving else None,
            at=now,
            by=who,
        )
        helping = Helping(**{**invitation, "until": given["ends_at"]}) if given else None
        delegate.close(request.invitation, helping, at=now, by=who)
        relied_on = {own.id: own.version} if own.id != rights.id else {}
        return Outcome(answer=Done(), save=[rights, delegate], relied_on=relied_on)

    @command
    def end_delegation(self, request: c.EndDelegation, by: Actor) -> Outcome[Done]:
        """By the person or their representative, or by the one who acts for them."""
        who = by.principal
        rights = self.known_to(request.record_id, who)
        delegation = rights.delegations.get(str(request.delegation)) if rights else None
        if rights is None or delegation is None:
            raise errors.NotYours
        theirs = delegation["delegate"] == rights.acting_as(who.id)
        if not theirs and (who.kind is ActorKind.CAREGIVER or who.record_id != request.record_id):
            raise errors.NotYours
        if not theirs:
            self.asked_by(request.record_id, by)
        return Outcome(answer=Done(), save=self.delegation_ended(rights, request.delegation, who))

    @command
    def suspend_representation(self, request: c.SuspendRepresentation, by: Actor) -> Outcome[Done]:
        """Once this has answered, no decision on any replica ignores it."""
        rights, who, _ = self.asked_by(request.record_id, by)
        self.follow_merges(rights)
        named, *former = rights.records_of(rights.acting_as(str(request.representative)))
        rights.suspend_representation(named, request.court_order, on=request.on, by=who)
        for record in former:
            rights.note_suspension(record, request.court_order, on=request.on, by=who)
        return said(rights)

    def my_delegations(self, request: c.OfRecord, by: Actor) -> c.MyDelegations:
        """Answered from the log: those I was asked to be, or am, for others."""
        _, _, now = self.asked_by(request.record_id, by)
        delegate = self._delegate_of(request.record_id)
        if delegate is None:
            return c.MyDelegations(delegations=[])
        known = [(i, h, "waiting") for i, h in delegate.invitations.items()]
        known += [(i, h, "acting") for i, h in delegate.helping.items()]
        return c.MyDelegations(
            delegations=[
                c.DelegationView.model_validate(
                    {
                        "id": i,
                        "record_id": h["helped"],
                        "kind": h["kind"],
                        "status": "expired" if h["until"] and h["until"] <= now else status,
                        "until": h["until"],
                    }
                )
                for i, h, status in known
            ]
        )

    def delegation_ended(
        self, rights: Rights, delegation_id: UUID, by: Actor
    ) -> list[Rights | Delegate]:
        """Both streams, changed; the caller saves them."""
        ended = rights.end_delegation(delegation_id, by=by)
        return [rights, *self.help_stopped(rights, ended["delegate"], delegation_id, by)]

    def help_stopped(
        self, rights: Rights, person: str, delegation_id: UUID, by: Actor
    ) -> list[Delegate]:
        """Under whichever of their records they were invited."""
        found = [self._delegate_of(UUID(record)) for record in rights.records_of(person)]
        known = [delegate for delegate in found if delegate]
        for delegate in known:
            delegate.stop_helping(delegation_id, by=by)
        return known

    def _invite(
        self, request: c.Invite, rights: Rights, kind: DelegationKind, who: Actor
    ) -> Outcome[c.InvitationSent]:
        invited = self.outside.people.find(
            Described(
                ins=request.ins.value,
                oid=request.ins.oid,
                birth_name=request.birth_name,
                first_given_name=request.first_given_name,
                birth_date=request.birth_date,
            )
        )
        theirs = self.readable(invited) if invited else None
        if invited is None or theirs is None or not theirs.is_active:
            raise errors.NoSuchPerson
        self.follow_merges(rights)
        now = self.clock.now()
        expires_at = now + timedelta(days=self.settings.invitation_days)
        invitation_id = self.new_id(request, who, "invitation")
        invitation = Invitation(
            kind=kind.value,
            invited=str(invited),
            invited_by=who.id,
            expires_at=expires_at,
            status="waiting",
        )
        rights.invite(invitation_id, invitation, at=now, by=who)
        delegate = self._delegate_of(invited) or Delegate.know(self.secret, invited, by=who)
        helping = Helping(helped=str(rights.record_id), kind=kind.value, until=expires_at)
        delegate.receive(invitation_id, helping, by=who)
        answer = c.InvitationSent(invitation=invitation_id, expires_at=expires_at)
        return Outcome(answer=answer, save=[rights, delegate])

    def _delegate_of(self, record_id: UUID) -> Delegate | None:
        """``None`` also where their record was erased: what they held for others ends without."""
        with suppress(KeyErased):
            return self.get(Delegate.id_of(self.secret, record_id), Delegate)
        return None
