"""Who is let in: consents, care teams, the treating doctor, roles."""

from uuid import UUID

from services.access.domain import admission_events as admission
from services.access.messages.listed import common, message_for
from shared.eventing.messages import Instant, MessageData
from shared.eventing.telling import tell_as_they_are


class ConsentDeclared(MessageData):
    TYPE = "access.consent_declared"
    grantee: str
    is_facility: bool
    collected_by: str
    means: str
    valid_until: Instant


class ConsentWithdrawn(MessageData):
    TYPE = "access.consent_withdrawn"
    grantee: str
    is_facility: bool


class ConsentExpired(MessageData):
    TYPE = "access.consent_expired"
    grantee: str
    is_facility: bool


class CareTeamJoined(MessageData):
    """The person is told at each new episode (CSP R1111-46)."""

    TYPE = "access.care_team_joined"
    team_id: UUID
    facility: str
    unit: str
    members: list[str]
    expected_end: Instant


class CareTeamLeft(MessageData):
    TYPE = "access.care_team_left"
    team_id: UUID
    members: list[str]


class CareTeamOpposed(MessageData):
    TYPE = "access.care_team_opposed"
    team_id: UUID


class OfProfessional(MessageData):
    professional: str


class TreatingDoctorNamed(OfProfessional):
    TYPE = "access.treating_doctor_named"


class AdministratorNamed(OfProfessional):
    TYPE = "access.administrator_named"


class AdministratorRemoved(OfProfessional):
    TYPE = "access.administrator_removed"


class RoleNamed(MessageData):
    """``professional`` is null when the role is taken back."""

    TYPE = "access.role_named"
    role: str
    professional: str | None


tell_as_they_are(
    message_for,
    common,
    {
        admission.ConsentWithdrawn: ConsentWithdrawn,
        admission.ConsentExpired: ConsentExpired,
        admission.CareTeamLeft: CareTeamLeft,
        admission.CareTeamOpposed: CareTeamOpposed,
        admission.TreatingDoctorNamed: TreatingDoctorNamed,
        admission.AdministratorNamed: AdministratorNamed,
        admission.AdministratorRemoved: AdministratorRemoved,
        admission.RoleNamed: RoleNamed,
    },
)


@message_for.register
def _(event: admission.ConsentDeclared) -> MessageData:
    given = event.consent
    return ConsentDeclared(
        **common(event),
        grantee=given["grantee"],
        is_facility=given["is_facility"],
        collected_by=given["collected_by"],
        means=given["means"],
        valid_until=given["valid_until"],
    )


@message_for.register
def _(event: admission.CareTeamJoined) -> MessageData:
    return CareTeamJoined(
        **common(event),
        team_id=event.team_id,
        facility=event.team["facility"],
        unit=event.team["unit"],
        members=event.team["members"],
        expected_end=event.team["expected_end"],
    )
