"""What access answers to, and who may ask."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.access.domain.grants import Means
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Answer, Command, Contract, Done, Listing, ListQuery, Method, Query
from shared.rpc.contract import Request as AnyRequest

ProfessionalId = Annotated[
    str,
    Field(pattern=r"^(8[0-9]{11}|0[0-9][0-9AB][0-9]{7}|[13-6][0-9AB]{9}[0-9A-Za-z_/]{0,38})$"),
]
"""PS_IdNat: 8 and an RPPS, 0 and an ADELI, else a structure or practice and the id inside. A
slip of the hand must not block, consent to or name somebody who does not exist."""
FacilityId = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
"""Struct_IdNat: ``1`` and the FINESS number, for instance."""
Text = Annotated[str, Field(min_length=1, max_length=500)]
"""Words of a person; sealed with the record and never published."""
Code = Annotated[str, Field(min_length=1, max_length=64)]
Action = Literal["read", "feed", "manage"]
Mode = Literal["normal", "break_glass", "regulation"]
Confidentiality = Literal[
    "N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
]
BATCH = 500
"""Items one ``decide_many`` may ask about."""


class OneGrantee(Command):
    """A professional or a facility, never both."""

    record_id: UUID
    professional: ProfessionalId | None = None
    facility: FacilityId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "OneGrantee":
        if (self.professional is None) == (self.facility is None):
            raise ValueError("name a professional or a facility, not both")
        return self

    @property
    def grantee(self) -> str:
        return self.professional or self.facility or ""


class DeclareConsent(OneGrantee):
    """Without ``valid_until``: one consultation, for the time the operator's setting gives."""

    collected_by: str | None = None
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
    members: list[ProfessionalId] | None = None


class OfCareTeam(Command):
    record_id: UUID
    team_id: UUID


class OfProfessional(Command):
    record_id: UUID
    professional: ProfessionalId


class BlockProfessional(OfProfessional):
    reason: Text


class SetEmergencySwitches(Command):
    record_id: UUID
    regulation: bool
    break_glass: bool
    masked: bool


class BreakGlass(Command):
    """CSP L1111-17 I: only for a person unable to say what they want, and with a reason."""

    record_id: UUID
    reason: Text
    unable_to_consent: Literal[True]


class GlassBroken(Done):
    session: UUID
    ends_at: AwareDatetime


class EndEmergencySession(Command):
    record_id: UUID
    session: UUID


class OpposeFeeding(Command):
    """Of one professional or facility, or of everybody; ``on`` false lifts it."""

    record_id: UUID
    legitimate_reason: Text
    professional: ProfessionalId | None = None
    facility: FacilityId | None = None
    on: bool = True


class MatrixCell(BaseModel):
    """See :class:`services.access.domain.matrix.Cell`; ``*`` stands for any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profession: Code
    qualifier: Code = "*"
    document_class: Code = "*"
    document_type: Code = "*"
    read: Literal["yes", "partial", "no"] | None = None
    write: Literal["yes", "no"] | None = None
    sourced: bool
    source: Annotated[str, Field(max_length=200)]


class LoadMatrix(Command):
    """``version``: the operator's name for it, given to one matrix only."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    cells: Annotated[list[MatrixCell], Field(min_length=1, max_length=20_000)]


class MatrixLoaded(Done):
    digest: str


class Resource(BaseModel):
    """What is asked about, by its attributes. ``scope``: own or all lines of a journal; of a
    document, what concerns who sees it and not what it says."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal[
        "record", "document", "profile_section", "measure", "appointment", "prescription",
        "message", "journal",
    ] = "record"  # fmt: skip
    document_id: UUID | None = None
    class_: str | None = Field(default=None, alias="class", max_length=64)
    type: str | None = Field(default=None, max_length=64)
    confidentiality: list[Confidentiality] = []
    author: str | None = Field(default=None, max_length=64)
    facility: str | None = Field(default=None, max_length=64)
    by_patient: bool = False
    status: str | None = Field(default=None, max_length=32)
    scope: Literal["own", "all", "visibility"] | None = None


class Decide(AnyRequest):
    record_id: UUID
    action: Action
    resource: Resource = Resource()
    mode: Mode = "normal"
    session: UUID | None = None


class Decided(Answer):
    """``reasons``: ids of the rules that decided; ``reason_fr``: for the person of the record;
    ``refusal_fr``: what the caller who was refused may be told, ``None`` for a permit."""

    permit: bool
    decision_id: UUID
    reasons: list[str]
    reason_fr: str
    refusal_fr: str | None
    position: int = 0


class DecideMany(AnyRequest):
    record_id: UUID
    action: Action
    attribute_tuples: Annotated[list[Resource], Field(min_length=1, max_length=BATCH)]
    mode: Mode = "normal"
    session: UUID | None = None


class DecidedMany(Answer):
    """``permits``: one per tuple, in order."""

    decision_id: UUID
    permits: list[bool]
    position: int = 0


class OfDecision(AnyRequest):
    decision_id: UUID


class NamedRule(Answer):
    id: str
    law: str
    permits: bool
    fr: str
    en: str


class Explanation(Answer):
    """``resource``, ``rules``: left out where they would show what is hidden from the reader."""

    decision_id: UUID
    record_id: UUID
    decided_at: AwareDatetime
    actor: dict[str, Any]
    action: str
    mode: str
    permit: bool
    rules: list[NamedRule]
    reason_fr: str
    reason_en: str
    resource: dict[str, Any] | None
    items: int


class Redecided(Answer):
    """``why``: what differs, in words that name facts and rules, never content."""

    decision_id: UUID
    position: int
    recorded: list[bool]
    redecided: list[bool]
    differs: bool
    why: list[str]
    erased: bool


class OfRecord(Query):
    record_id: UUID


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


class SessionView(Answer):
    session: UUID
    professional: str
    facility: str | None
    reason: str
    unable_to_consent: bool
    started_at: AwareDatetime
    ends_at: AwareDatetime


class RightsView(Answer):
    """``feeding_oppositions``: feeder (``*``: everybody) to the reason the person gave."""

    status: str | None
    consents: list[ConsentView] = Field(default_factory=list)
    care_teams: list[CareTeamView] = Field(default_factory=list)
    treating_doctor: str | None = None
    administrators: list[str] = Field(default_factory=list)
    blocks: list[BlockView] = Field(default_factory=list)
    switches: dict[str, bool] = Field(default_factory=dict)
    sessions: list[SessionView] = Field(default_factory=list)
    feeding_oppositions: dict[str, str] = Field(default_factory=dict)


class ListMyProfessionals(ListQuery):
    record_id: UUID


class KnownProfessional(Answer):
    """``rights``: treating_doctor, administrator, consent, care_team, blocked, emergency."""

    professional: str
    rights: list[str]
    until: AwareDatetime | None


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
PROFESSIONAL = frozenset({ActorKind.PROFESSIONAL})
FACILITY = frozenset({ActorKind.FACILITY})
SERVICE = frozenset({ActorKind.SERVICE})
CONCERNED = PERSON | PROFESSIONAL | FACILITY | {ActorKind.SECRETARY, ActorKind.AUDITOR}


def own_record(request: Any, actor: Actor) -> bool:
    """People act on the record their token names; others are judged by the use case."""
    return not actor.acts_for_person or actor.record_id == request.record_id


def own_facility(request: JoinCareTeam, actor: Actor) -> bool:
    """A facility names its own teams; a professional, a team they are in and act for."""
    if actor.kind is ActorKind.FACILITY:
        return actor.id == request.facility
    return actor.facility == request.facility and actor.id in request.members


def always(_: Any, __: Actor) -> bool:
    """The kind of caller is the whole condition, or the use case knows more."""
    return True


def _method(
    name: str,
    request: type[AnyRequest],
    answer: type[BaseModel],
    callers: frozenset[ActorKind],
    condition: Any = own_record,
    *,
    emergency: bool = False,
) -> Method:
    return Method(
        name=name,
        request=request,
        answer=answer,
        callers=callers,
        condition=condition,
        emergency=emergency,
    )


CONTRACT = Contract(
    "access",
    (
        _method("declare_consent", DeclareConsent, Done, PERSON | PROFESSIONAL),
        _method("withdraw_consent", WithdrawConsent, Done, PERSON | PROFESSIONAL),
        _method(
            "join_care_team", JoinCareTeam, CareTeamJoined, PROFESSIONAL | FACILITY, own_facility
        ),
        _method("leave_care_team", LeaveCareTeam, Done, PROFESSIONAL | FACILITY),
        _method("oppose_care_team", OfCareTeam, Done, PERSON),
        _method("name_treating_doctor", OfProfessional, Done, PERSON),
        _method("name_administrator", OfProfessional, Done, PERSON),
        _method("remove_administrator", OfProfessional, Done, PERSON),
        _method("block_professional", BlockProfessional, Done, PERSON | PROFESSIONAL),
        _method("unblock_professional", OfProfessional, Done, PERSON | PROFESSIONAL),
        _method("set_emergency_switches", SetEmergencySwitches, Done, PERSON),
        _method("break_glass", BreakGlass, GlassBroken, PROFESSIONAL, emergency=True),
        _method(
            "end_emergency_session",
            EndEmergencySession,
            Done,
            PERSON | PROFESSIONAL,
            emergency=True,
        ),
        _method("oppose_feeding", OpposeFeeding, Done, PERSON),
        _method("load_matrix", LoadMatrix, MatrixLoaded, frozenset({ActorKind.OPERATOR}), always),
        _method("decide", Decide, Decided, SERVICE, always),
        _method("decide_many", DecideMany, DecidedMany, SERVICE, always),
        _method("explain", OfDecision, Explanation, CONCERNED, always),
        _method("redecide", OfDecision, Redecided, frozenset({ActorKind.AUDITOR}), always),
        _method("my_status", OfRecord, MyStatus, PROFESSIONAL),
        _method("rights", OfRecord, RightsView, PERSON | SERVICE),
        _method("my_professionals", ListMyProfessionals, Listing[KnownProfessional], PERSON),
    ),
)
