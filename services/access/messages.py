"""What other services hear from access. An event not listed here stays inside.

Reasons that people gave, and the facts of a decision, are never in a message.
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, ClassVar
from uuid import UUID

from services.access.domain import admission_events as admission
from services.access.domain import delegation_events as delegation
from services.access.domain import emergency_events as emergency
from services.access.domain import life_events as life
from services.access.domain import protection_events as protection
from services.access.domain.decision import Decision
from services.access.domain.matrix import MatrixRegister
from shared.eventing.messages import Instant, MessageData


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


class ProfessionalBlocked(OfProfessional):
    TYPE = "access.professional_blocked"
    by_person: bool


class ProfessionalUnblocked(OfProfessional):
    TYPE = "access.professional_unblocked"


class EmergencySwitchesSet(MessageData):
    TYPE = "access.emergency_switches_set"
    regulation: bool
    break_glass: bool
    masked: bool


class GlassBroken(MessageData):
    """The person and their treating doctor are told (CSP R1111-48)."""

    TYPE = "access.glass_broken"
    session: UUID
    professional: str
    facility: str | None
    treating_doctor: str | None
    unable_to_consent: bool
    ends_at: Instant


class EmergencyEnded(MessageData):
    TYPE = "access.emergency_ended"
    session: UUID


class FeedingOpposed(MessageData):
    """``feeder``: national id, Struct_IdNat, or ``*`` for everybody. ``waits``: counts once the
    reason was judged legitimate."""

    TYPE = "access.feeding_opposed"
    feeder: str
    on: bool
    waits: bool


class ConsentExpired(MessageData):
    TYPE = "access.consent_expired"
    grantee: str
    is_facility: bool


class RoleNamed(MessageData):
    """``professional`` is null when the role is taken back."""

    TYPE = "access.role_named"
    role: str
    professional: str | None


class BreakGlassReviewed(MessageData):
    """``incident``: opened by the verdict ``unjustified``; the person is told of both."""

    TYPE = "access.break_glass_reviewed"
    session: UUID
    professional: str
    verdict: str
    incident: UUID | None


class BreakGlassOverdue(MessageData):
    """Nobody reviewed it in time: for those above the reviewers."""

    TYPE = "access.break_glass_overdue"
    session: UUID


class FeedingOppositionJudged(MessageData):
    TYPE = "access.feeding_opposition_judged"
    feeder: str
    accepted: bool


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


class MatrixLoaded(MessageData):
    TYPE = "access.matrix_loaded"
    name: str
    digest: str
    cells: int


class AccessDecided(MessageData):
    """``right``: the rule the sentence is about. ``items``: how many things a list asked about;
    ``permit`` and ``rules`` then say nothing. ``confidentiality``: so that no reader of the
    journal is shown the object of a line about something hidden from them. ``via``: the service
    that asked, which may have shown nobody the answer; ``scope``: as it was asked.
    """

    TYPE: ClassVar[str] = "access.access_decided"
    decision_id: UUID
    action: str
    mode: str
    permit: bool
    kind: str
    document_id: UUID | None
    confidentiality: list[str]
    rules: list[str]
    right: str
    reason_fr: str
    items: int
    listing: bool
    via: str
    scope: str | None = None


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


def _common(event: Any) -> dict[str, Any]:
    secret = bool(event.by.get("secret"))
    return {"record_id": event.record_id, "by": event.by, "secret": secret}


_AS_IT_IS: Mapping[type, type[MessageData]] = {
    admission.ConsentWithdrawn: ConsentWithdrawn,
    admission.ConsentExpired: ConsentExpired,
    admission.CareTeamLeft: CareTeamLeft,
    admission.CareTeamOpposed: CareTeamOpposed,
    admission.TreatingDoctorNamed: TreatingDoctorNamed,
    admission.AdministratorNamed: AdministratorNamed,
    admission.AdministratorRemoved: AdministratorRemoved,
    admission.RoleNamed: RoleNamed,
    protection.ProfessionalUnblocked: ProfessionalUnblocked,
    protection.FeedingOpposed: FeedingOpposed,
    protection.FeedingOppositionJudged: FeedingOppositionJudged,
    delegation.RepresentationSuspended: RepresentationSuspended,
    life.RepresentationEnded: RepresentationEnded,
}
"""Events whose message says what they say, field by field, of those it declares."""


def _as_it_is(event: Any) -> MessageData:
    message = _AS_IT_IS[type(event)]
    said = message.model_fields.keys() - MessageData.model_fields.keys()
    return message(**_common(event), **{name: getattr(event, name) for name in said})


for _kind in _AS_IT_IS:
    message_for.register(_kind, _as_it_is)


@message_for.register
def _(event: admission.ConsentDeclared) -> MessageData:
    given = event.consent
    return ConsentDeclared(
        **_common(event),
        grantee=given["grantee"],
        is_facility=given["is_facility"],
        collected_by=given["collected_by"],
        means=given["means"],
        valid_until=given["valid_until"],
    )


@message_for.register
def _(event: admission.CareTeamJoined) -> MessageData:
    return CareTeamJoined(
        **_common(event),
        team_id=event.team_id,
        facility=event.team["facility"],
        unit=event.team["unit"],
        members=event.team["members"],
        expected_end=event.team["expected_end"],
    )


@message_for.register
def _(event: protection.ProfessionalBlocked) -> MessageData:
    return ProfessionalBlocked(
        **_common(event), professional=event.professional, by_person=event.block["by_person"]
    )


@message_for.register
def _(event: protection.EmergencySwitchesSet) -> MessageData:
    return EmergencySwitchesSet(**_common(event), **event.switches)


@message_for.register
def _(event: emergency.GlassBroken) -> MessageData:
    session = event.session
    return GlassBroken(
        **_common(event),
        session=event.session_id,
        professional=session["professional"],
        facility=session["facility"],
        treating_doctor=event.treating_doctor,
        unable_to_consent=session["unable_to_consent"],
        ends_at=session["ends_at"],
    )


@message_for.register
def _(event: emergency.EmergencyEnded) -> MessageData:
    return EmergencyEnded(**_common(event), session=event.session_id)


@message_for.register
def _(event: emergency.BreakGlassReviewed) -> MessageData:
    review = event.review
    return BreakGlassReviewed(
        **_common(event),
        session=event.session_id,
        professional=event.professional,
        verdict=review["verdict"],
        incident=review["incident"],
    )


@message_for.register
def _(event: emergency.ReviewOverdue) -> MessageData:
    return BreakGlassOverdue(**_common(event), session=event.session_id)


@message_for.register(delegation.RepresentativeInvited)
@message_for.register(delegation.CaregiverInvited)
def _(event: delegation.Invited) -> MessageData:
    asked = isinstance(event, delegation.CaregiverInvited)
    message = CaregiverInvited if asked else RepresentativeInvited
    return message(
        **_common(event),
        invitation=event.invitation_id,
        invited=event.invitation["invited"],
        expires_at=event.invitation["expires_at"],
    )


@message_for.register
def _(event: delegation.InvitationAnswered) -> MessageData:
    return InvitationAnswered(
        **_common(event), invitation=event.invitation_id, accepted=event.delegation is not None
    )


@message_for.register
def _(event: delegation.DelegationEnded) -> MessageData:
    return DelegationEnded(
        **_common(event),
        delegation=event.delegation_id,
        delegate=event.delegation["delegate"],
        kind=event.delegation["kind"],
    )


@message_for.register
def _(event: MatrixRegister.MatrixLoaded) -> MessageData:
    return MatrixLoaded(by=event.by, name=event.name, digest=event.digest, cells=len(event.cells))


@message_for.register
def _(event: Decision.Created) -> MessageData:
    made = event.made
    item, verdict = made["items"][0], made["verdicts"][0]
    rules = [] if made["listing"] else verdict["rules"]
    return AccessDecided(
        **_common(event),
        decision_id=event.originator_id,
        action=made["action"],
        mode=made["mode"],
        permit=verdict["permit"] and not made["listing"],
        kind=item["kind"],
        document_id=None if made["listing"] else item["document_id"],
        confidentiality=[] if made["listing"] else item["confidentiality"],
        rules=rules,
        right=made["right"],
        reason_fr=made["reason_fr"],
        items=len(made["items"]),
        listing=made["listing"],
        via=made["via"],
        scope=item.get("scope"),
    )
