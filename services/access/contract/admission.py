"""Who is let in: consents, care teams, roles."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from services.access.contract.parts import (
    FACILITY,
    PERSON,
    PROFESSIONAL,
    FacilityId,
    OfProfessional,
    OneGrantee,
    ProfessionalId,
    own_record,
)
from services.access.domain.grants import Means, Role
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Command, Done, Method


class DeclareConsent(OneGrantee):
    """Without ``valid_until``: one consultation, for the time the operator's setting gives."""

    collected_by: Annotated[str, Field(max_length=64)] | None = None
    means: Means
    valid_until: Instant | None = None


class WithdrawConsent(OneGrantee):
    pass


class JoinCareTeam(Command):
    """``episode``: the facility's own number of the stay or course of care."""

    record_id: UUID
    facility: FacilityId
    unit: Annotated[str, Field(min_length=1, max_length=64)]
    members: Annotated[list[ProfessionalId], Field(min_length=1, max_length=200)]
    episode: Annotated[str, Field(min_length=1, max_length=64)]
    expected_end: Instant


class CareTeamJoined(Done):
    team_id: UUID


class LeaveCareTeam(Command):
    """Without ``members``: the professional who calls, or the whole team for its facility."""

    record_id: UUID
    team_id: UUID
    members: Annotated[list[ProfessionalId], Field(max_length=200)] | None = None

    @field_validator("members")
    @classmethod
    def _somebody(cls, members: list[str] | None) -> list[str] | None:
        """An empty list would say the whole team."""
        if members == []:
            raise ValueError("names nobody")
        return members


class OfCareTeam(Command):
    record_id: UUID
    team_id: UUID


class NameTreatingDoctor(OfProfessional):
    """``means``: by a doctor who names themselves, how the person's consent to it was collected."""

    means: Means | None = None


class NameRole(OfProfessional):
    """``on`` false takes the role back."""

    role: Role
    on: bool = True


def own_facility(request: JoinCareTeam, actor: Actor) -> bool:
    """A facility names its own teams; a professional, a team they are in and act for."""
    if actor.kind is ActorKind.FACILITY:
        return actor.id == request.facility
    return actor.facility == request.facility and actor.id in request.members


METHODS = (
    Method(
        name="declare_consent",
        request=DeclareConsent,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="withdraw_consent",
        request=WithdrawConsent,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="join_care_team",
        request=JoinCareTeam,
        answer=CareTeamJoined,
        callers=PROFESSIONAL | FACILITY,
        condition=own_facility,
    ),
    Method(
        name="leave_care_team",
        request=LeaveCareTeam,
        answer=Done,
        callers=PROFESSIONAL | FACILITY,
        condition=own_record,
    ),
    Method(
        name="oppose_care_team",
        request=OfCareTeam,
        answer=Done,
        callers=PERSON,
        condition=own_record,
    ),
    Method(
        name="name_treating_doctor",
        request=NameTreatingDoctor,
        answer=Done,
        callers=PERSON | PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="name_administrator",
        request=OfProfessional,
        answer=Done,
        callers=PERSON,
        condition=own_record,
    ),
    Method(
        name="remove_administrator",
        request=OfProfessional,
        answer=Done,
        callers=PERSON,
        condition=own_record,
    ),
    Method(name="name_role", request=NameRole, answer=Done, callers=PERSON, condition=own_record),
)
