"""What can be asked about rights."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.access.contract.delegation import Kind
from services.access.contract.parts import (
    PERSON,
    PROFESSIONAL,
    SERVICE,
    Confidentiality,
    OfRecord,
    own_record,
)
from shared.rpc.contract import Answer, Listing, ListQuery, Method, Query


class MyStatus(Answer):
    """What the DMP's existence check tells the professional who asks (TD0.2)."""

    status: Literal["undefined", "valid", "expired", "blocked"]
    treating_doctor: bool
    administrator: bool
    valid_until: AwareDatetime | None


class ConsentView(Answer):
    grantee: str
    is_facility: bool
    collected_by: str
    means: str
    declared_at: AwareDatetime
    valid_until: AwareDatetime


class CareTeamView(Answer):
    team_id: UUID
    facility: str
    unit: str
    episode: str
    members: list[str]
    expected_end: AwareDatetime
    opposed: bool


class BlockView(Answer):
    professional: str
    reason: str
    by_person: bool
    blocked_at: AwareDatetime


class ReviewView(Answer):
    verdict: str
    note: str
    reviewed_at: AwareDatetime
    incident: UUID | None


class SessionView(Answer):
    session: UUID
    professional: str
    facility: str | None
    reason: str
    unable_to_consent: bool
    started_at: AwareDatetime
    ends_at: AwareDatetime
    review_before: AwareDatetime
    review: ReviewView | None


class InvitationView(Answer):
    id: UUID
    kind: Kind
    invited: UUID
    status: Literal["waiting", "validated", "refused", "expired"]
    expires_at: AwareDatetime


class ActingView(Answer):
    """Who acts for the person, besides those identity names; ``ends_at`` null: until majority."""

    id: UUID
    kind: Kind
    delegate: UUID
    since: AwareDatetime
    ends_at: AwareDatetime | None


class RightsView(Answer):
    """``feeding_oppositions``: feeder (``*``: everybody) to the reason found legitimate;
    ``oppositions_waiting``: to the one that waits to be judged. ``roles``: role to professional.
    ``representatives``: records of those identity names; ``suspended``: by court order."""

    status: str | None
    consents: list[ConsentView] = Field(default_factory=list)
    care_teams: list[CareTeamView] = Field(default_factory=list)
    treating_doctor: str | None = None
    administrators: list[str] = Field(default_factory=list)
    blocks: list[BlockView] = Field(default_factory=list)
    switches: dict[str, bool] = Field(default_factory=dict)
    sessions: list[SessionView] = Field(default_factory=list)
    feeding_oppositions: dict[str, str] = Field(default_factory=dict)
    oppositions_waiting: dict[str, str] = Field(default_factory=dict)
    roles: dict[str, str] = Field(default_factory=dict)
    representatives: list[UUID] = Field(default_factory=list)
    suspended: list[UUID] = Field(default_factory=list)
    invitations: list[InvitationView] = Field(default_factory=list)
    delegations: list[ActingView] = Field(default_factory=list)


class ListMyProfessionals(ListQuery):
    record_id: UUID


class KnownProfessional(Answer):
    """``rights``: treating_doctor, administrator, consent, care_team, blocked, emergency."""

    professional: str
    rights: list[str]
    until: AwareDatetime | None


class DocumentAttributes(BaseModel):
    """A document as the person knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    class_: Annotated[str | None, Field(alias="class", max_length=64)] = None
    type: Annotated[str | None, Field(max_length=64)] = None
    confidentiality: Annotated[list[Confidentiality], Field(max_length=16)] = []
    author: Annotated[str | None, Field(max_length=64)] = None
    facility: Annotated[str | None, Field(max_length=64)] = None


class WhoCanOpen(Query):
    record_id: UUID
    document_attributes: DocumentAttributes


class ByProfession(Answer):
    """``if_authorised``: would open it with the person's consent or in a care team;
    ``if_emergency``: in a declared emergency."""

    profession: str
    label_fr: str
    if_authorised: bool
    if_emergency: bool


class ByName(Answer):
    """One who is known to the record. ``names``: as the directory has them, ``None`` if it does
    not know this number. ``why_fr``: why they can or cannot."""

    professional: str
    family_name: str | None
    given_name: str | None
    profession: str | None
    can_open: bool
    why_fr: str


class WhoCanOpenAnswer(Answer):
    by_profession: list[ByProfession]
    by_name: list[ByName]


METHODS = (
    Method(
        name="my_status",
        request=OfRecord,
        answer=MyStatus,
        callers=PROFESSIONAL,
        condition=own_record,
    ),
    Method(
        name="rights",
        request=OfRecord,
        answer=RightsView,
        callers=PERSON | SERVICE,
        condition=own_record,
    ),
    Method(
        name="my_professionals",
        request=ListMyProfessionals,
        answer=Listing[KnownProfessional],
        callers=PERSON,
        condition=own_record,
    ),
    Method(
        name="who_can_open",
        request=WhoCanOpen,
        answer=WhoCanOpenAnswer,
        callers=PERSON,
        condition=own_record,
    ),
)
