"""Who is let in: consents, care teams, roles."""

from datetime import datetime, timedelta

from services.access import contract as c
from services.access.application.log import AccessLog, said, saved
from services.access.domain import errors
from services.access.domain.facts import DOCTOR, may_act
from services.access.domain.grants import CareTeam, Consent
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Consents(AccessLog):
    @command
    def declare_consent(self, request: c.DeclareConsent, by: Actor) -> Outcome[Done]:
        """The person, or a professional who collected it for themselves or, having access, for
        another (CSP R1111-46)."""
        rights, who, now = self.asked_by(request.record_id, by)
        if not who.acts_for_person:
            _may_collect(rights, who, request, now)
        if request.collected_by not in (None, who.id):
            raise errors.NotYours
        default = now + timedelta(hours=self.settings.consent_hours)
        consent = Consent(
            grantee=request.grantee,
            is_facility=request.facility is not None,
            collected_by=who.id,
            means=request.means.value,
            declared_at=now,
            valid_until=request.valid_until or default,
            secret=who.secret,
        )
        rights.declare_consent(consent, by=who)
        return saved(rights)

    @command
    def withdraw_consent(self, request: c.WithdrawConsent, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        if not who.acts_for_person and who.id != request.grantee:
            raise errors.NotYours
        rights.withdraw_consent(request.grantee, by=who)
        return said(rights)

    @command
    def join_care_team(self, request: c.JoinCareTeam, by: Actor) -> Outcome[c.CareTeamJoined]:
        rights, who, now = self.asked_by(request.record_id, by)
        episode = (request.facility, request.unit, request.episode)
        team_id = derived_id(self.secret, "care_team", str(request.record_id), *episode)
        team = CareTeam(
            facility=request.facility,
            unit=request.unit,
            episode=request.episode,
            members=request.members,
            expected_end=request.expected_end,
            opposed=False,
            secret=who.secret,
        )
        rights.join_care_team(team_id, team, at=now, by=who)
        return Outcome(answer=c.CareTeamJoined(team_id=team_id), save=[rights])

    @command
    def leave_care_team(self, request: c.LeaveCareTeam, by: Actor) -> Outcome[Done]:
        """Where there is no record there is no such team, as in one that never opened."""
        rights, who = self.readable(request.record_id), by.principal
        if rights is None:
            raise errors.NoSuchCareTeam
        team = rights.team(request.team_id)
        if who.kind is ActorKind.FACILITY and who.id == team["facility"]:
            leaving = request.members or team["members"]
        elif who.id in team["members"] and request.members in (None, [who.id]):
            leaving = [who.id]
        else:
            raise errors.NotYours
        rights.leave_care_team(request.team_id, leaving, by=who)
        return saved(rights)

    @command
    def oppose_care_team(self, request: c.OfCareTeam, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.oppose_care_team(request.team_id, by=who)
        return said(rights)

    @command
    def name_treating_doctor(self, request: c.NameTreatingDoctor, by: Actor) -> Outcome[Done]:
        """CSP L1111-16: by the person; or by the doctor, who says how the person's consent to it
        was collected, and of which the person is told at once."""
        rights, who, _ = self.asked_by(request.record_id, by)
        if not who.acts_for_person:
            _may_name_themselves(rights, who, request)
        rights.name_treating_doctor(
            request.professional,
            means=None if who.acts_for_person or not request.means else request.means.value,
            by=who,
        )
        return said(rights)

    @command
    def name_role(self, request: c.NameRole, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.name_role(request.professional, request.role, on=request.on, by=who)
        return said(rights)

    @command
    def name_administrator(self, request: c.OfProfessional, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.name_administrator(request.professional, by=who)
        return said(rights)

    @command
    def remove_administrator(self, request: c.OfProfessional, by: Actor) -> Outcome[Done]:
        rights, who, _ = self.asked_by(request.record_id, by)
        rights.remove_administrator(request.professional, by=who)
        return said(rights)


def _may_collect(rights: Rights, who: Actor, request: c.DeclareConsent, now: datetime) -> None:
    """For themselves, for the facility they act for, or, holding access, for another."""
    own = request.grantee in (who.id, who.facility)
    if who.id in rights.blocks or not (own or may_act(rights, who, now)):
        raise errors.NotYours


def _may_name_themselves(rights: Rights, who: Actor, request: c.NameTreatingDoctor) -> None:
    if who.profession != DOCTOR:
        raise errors.NotADoctor
    if request.professional != who.id or who.id in rights.blocks:
        raise errors.NotYours
    if request.means is None:
        raise InvalidRequest(fields={"means": "say how the person's consent was collected"})
    rights.require_active()
