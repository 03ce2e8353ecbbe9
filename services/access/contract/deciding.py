"""Decisions: asked for by services, explained to people, decided again for auditors."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.access.contract.parts import (
    AUDITOR,
    FACILITY,
    PERSON,
    PROFESSIONAL,
    SERVICE,
    Action,
    Confidentiality,
    Mode,
    always,
)
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Method
from shared.rpc.contract import Request as AnyRequest

BATCH = 500
"""Items one ``decide_many`` may ask about."""


class Resource(BaseModel):
    """What is asked about, by its attributes. ``scope``: own or all lines of a journal; of a
    document, what concerns who sees it and not what it says (``visibility``); of a prescription,
    ``shown`` to whoever asks by the person, who gave them its number; ``double``: only to know
    whether to say that a document is there already."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal[
        "record", "document", "profile_section", "measure", "appointment", "prescription",
        "message", "journal",
    ] = "record"  # fmt: skip
    document_id: UUID | None = None
    class_: str | None = Field(default=None, alias="class", max_length=64)
    type: str | None = Field(default=None, max_length=64)
    confidentiality: list[Confidentiality] = Field(default=[], max_length=16)
    author: str | None = Field(default=None, max_length=64)
    facility: str | None = Field(default=None, max_length=64)
    by_patient: bool = False
    status: str | None = Field(default=None, max_length=32)
    scope: Literal["own", "all", "shown", "visibility", "double"] | None = None


class Decide(AnyRequest):
    record_id: UUID
    action: Action
    resource: Resource = Resource()
    mode: Mode = "normal"
    session: UUID | None = None


class Decided(Answer):
    """``reasons``: ids of the rules that decided; ``reason_fr``: for the person of the record;
    ``refusal_fr``: what the caller who was refused may be told, ``None`` for a permit. ``secret``:
    it rests on a minor's secret session, and what is done by it is told to as few."""

    permit: bool
    decision_id: UUID
    reasons: list[str]
    reason_fr: str
    refusal_fr: str | None
    secret: bool = False
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


class NamedFact(Answer):
    """One fact that the decision rests on."""

    name: str
    value: Any
    fr: str
    en: str


class Explanation(Answer):
    """``resource``, ``rules``, ``facts``: left out where they would show the reader what is hidden
    from them, or that it is there; ``record_id`` is the nil UUID then."""

    decision_id: UUID
    record_id: UUID
    decided_at: AwareDatetime
    actor: dict[str, Any]
    action: str
    mode: str
    permit: bool
    rules: list[NamedRule]
    facts: list[NamedFact]
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


CONCERNED = PERSON | PROFESSIONAL | FACILITY | AUDITOR | {ActorKind.SECRETARY}
METHODS = (
    Method(name="decide", request=Decide, answer=Decided, callers=SERVICE, condition=always),
    Method(
        name="decide_many",
        request=DecideMany,
        answer=DecidedMany,
        callers=SERVICE,
        condition=always,
    ),
    Method(
        name="explain",
        request=OfDecision,
        answer=Explanation,
        callers=CONCERNED,
        condition=always,
    ),
    Method(
        name="redecide",
        request=OfDecision,
        answer=Redecided,
        callers=AUDITOR,
        condition=always,
    ),
)
