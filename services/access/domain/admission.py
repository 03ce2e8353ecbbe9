"""Who is let in: consents (CSP R1111-46), care teams (L1110-12), roles (L1111-16)."""

from datetime import datetime
from uuid import UUID

from services.access.domain import admission_events as e
from services.access.domain import errors
from services.access.domain.grants import Block, CareTeam, Consent, Role
from services.access.domain.rights_event import RightsPart
from services.access.domain.secrecy import as_secret_as, is_open, known_to
from shared.kernel.actor import Actor
from shared.kernel.secrecy import require_unseen


class Admission(RightsPart):
    """The part of the rights that says who is let in."""

    consents: dict[str, Consent]
    expired: list[str]
    """Grantees whose consent was said to have expired."""
    care_teams: dict[str, CareTeam]
    treating_doctor: str | None
    administrators: list[str]
    roles: dict[str, str]
    blocks: dict[str, Block]

    def declare_consent(self, consent: Consent, *, by: Actor) -> None:
        """CSP R1111-46: collected before each consultation, never for a blocked professional."""
        self.require_active()
        if known_to(by, self.blocks.get(consent["grantee"])):
            raise errors.NotYours
        require_unseen(by, is_open(self.consents.get(consent["grantee"])))
        if consent["valid_until"] <= consent["declared_at"]:
            raise errors.EndsInThePast(fields={"valid_until": "must lie in the future"})
        self._trigger(e.ConsentDeclared, by, consent=consent)

    def withdraw_consent(self, grantee: str, *, by: Actor) -> None:
        consent = known_to(by, self.consents.get(grantee))
        if consent is None:
            raise errors.NoSuchConsent
        require_unseen(by, is_open(consent))
        who = as_secret_as(consent, by)
        self._trigger(e.ConsentWithdrawn, who, grantee=grantee, is_facility=consent["is_facility"])

    def expire_consent(self, grantee: str, *, at: datetime, by: Actor) -> None:
        """Said once; decisions refuse from the instant itself, whenever this is said."""
        consent = self.consents.get(grantee)
        if consent is None or at < consent["valid_until"] or grantee in self.expired:
            raise errors.NotDueYet
        who = as_secret_as(consent, by)
        self._trigger(e.ConsentExpired, who, grantee=grantee, is_facility=consent["is_facility"])

    def join_care_team(self, team_id: UUID, team: CareTeam, *, at: datetime, by: Actor) -> None:
        """CSP L1110-12: deemed authorised for this episode, unless the person opposed it. Joined
        anew, it stays as secret as it was."""
        self.require_active()
        if team["expected_end"] <= at:
            raise errors.EndsInThePast(fields={"expected_end": "must lie in the future"})
        former = self.care_teams.get(str(team_id))
        if former and former["opposed"]:
            raise errors.CareTeamOpposed
        require_unseen(by, is_open(former))
        who = as_secret_as(former, by) if former else by
        team = {**team, "secret": who.secret}
        self._trigger(e.CareTeamJoined, who, team_id=team_id, team=team)

    def leave_care_team(self, team_id: UUID, members: list[str], *, by: Actor) -> None:
        team = self.team(team_id)
        require_unseen(by, is_open(team))
        self._trigger(e.CareTeamLeft, as_secret_as(team, by), team_id=team_id, members=members)

    def oppose_care_team(self, team_id: UUID, *, by: Actor) -> None:
        team = known_to(by, self.team(team_id))
        if team is None:
            raise errors.NoSuchCareTeam
        require_unseen(by, is_open(team))
        self._trigger(e.CareTeamOpposed, as_secret_as(team, by), team_id=team_id)

    def team(self, team_id: UUID) -> CareTeam:
        team = self.care_teams.get(str(team_id))
        if team is None:
            raise errors.NoSuchCareTeam
        return team

    def name_treating_doctor(
        self, professional: str, *, means: str | None = None, by: Actor
    ) -> None:
        self._require_not_blocked(professional, by)
        self._trigger(e.TreatingDoctorNamed, by, professional=professional, means=means)

    def name_administrator(self, professional: str, *, by: Actor) -> None:
        self._require_not_blocked(professional, by)
        if professional not in self.administrators:
            self._trigger(e.AdministratorNamed, by, professional=professional)

    def remove_administrator(self, professional: str, *, by: Actor) -> None:
        if professional not in self.administrators:
            raise errors.NoSuchRole
        require_unseen(by, professional)
        self._trigger(e.AdministratorRemoved, by, professional=professional)

    def name_role(self, professional: str, role: Role, *, on: bool, by: Actor) -> None:
        """One midwife and one pharmacist of reference; the treating doctor is a role of its own."""
        require_unseen(by, professional)
        if on and role is Role.TREATING_DOCTOR:
            self.name_treating_doctor(professional, by=by)
        elif on:
            self._require_not_blocked(professional, by)
            self._trigger(e.RoleNamed, by, role=role.value, professional=professional)
        elif self.roles.get(role.value) != professional:
            raise errors.NoSuchRole
        else:
            self._trigger(e.RoleNamed, by, role=role.value, professional=None)

    def _require_not_blocked(self, professional: str, by: Actor) -> None:
        """Roles are for all to see."""
        require_unseen(by, professional)
        if known_to(by, self.blocks.get(professional)):
            raise errors.AlreadyBlocked
