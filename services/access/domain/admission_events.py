"""Who was let in: consents, care teams, roles."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.access.domain.grants import CareTeam, Consent
from services.access.domain.rights_event import RightsEvent

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class ConsentDeclared(RightsEvent):
    TOPIC = "access.consent_declared"
    consent: Consent

    def apply(self, aggregate: "Rights") -> None:
        grantee = self.consent["grantee"]
        aggregate.consents[grantee] = self.consent
        aggregate.expired = [g for g in aggregate.expired if g != grantee]


class ConsentWithdrawn(RightsEvent):
    TOPIC = "access.consent_withdrawn"
    grantee: str
    is_facility: bool

    def apply(self, aggregate: "Rights") -> None:
        del aggregate.consents[self.grantee]


class ConsentExpired(RightsEvent):
    """Its end had come; no decision had permitted anything by it since. It stays known, so that
    the professional is told "expired" and not "undefined"."""

    TOPIC = "access.consent_expired"
    grantee: str
    is_facility: bool

    def apply(self, aggregate: "Rights") -> None:
        aggregate.expired.append(self.grantee)


class CareTeamJoined(RightsEvent):
    TOPIC = "access.care_team_joined"
    team_id: UUID
    team: CareTeam

    def apply(self, aggregate: "Rights") -> None:
        aggregate.care_teams[str(self.team_id)] = self.team


class CareTeamLeft(RightsEvent):
    TOPIC = "access.care_team_left"
    team_id: UUID
    members: list[str]

    def apply(self, aggregate: "Rights") -> None:
        team = aggregate.care_teams[str(self.team_id)]
        remaining = [m for m in team["members"] if m not in self.members]
        aggregate.care_teams[str(self.team_id)] = {**team, "members": remaining}


class CareTeamOpposed(RightsEvent):
    TOPIC = "access.care_team_opposed"
    team_id: UUID

    def apply(self, aggregate: "Rights") -> None:
        team = aggregate.care_teams[str(self.team_id)]
        aggregate.care_teams[str(self.team_id)] = {**team, "opposed": True}


class TreatingDoctorNamed(RightsEvent):
    """``means``: how the doctor who named themselves collected the consent to it; ``None``: the
    person named them."""

    TOPIC = "access.treating_doctor_named"
    class_version = 2
    professional: str
    means: str | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["means"] = None

    def apply(self, aggregate: "Rights") -> None:
        aggregate.treating_doctor = self.professional


class AdministratorNamed(RightsEvent):
    TOPIC = "access.administrator_named"
    professional: str

    def apply(self, aggregate: "Rights") -> None:
        aggregate.administrators.append(self.professional)


class AdministratorRemoved(RightsEvent):
    TOPIC = "access.administrator_removed"
    professional: str

    def apply(self, aggregate: "Rights") -> None:
        aggregate.administrators.remove(self.professional)


class RoleNamed(RightsEvent):
    """A role that opens nothing by itself; ``professional`` is ``None`` when it is taken back."""

    TOPIC = "access.role_named"
    role: str
    professional: str | None

    def apply(self, aggregate: "Rights") -> None:
        if self.professional is None:
            aggregate.roles.pop(self.role, None)
        else:
            aggregate.roles[self.role] = self.professional
