"""What audit answers to, and who may ask."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.audit.domain.lines import Group, Result, Who
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Answer, Contract, Listing, ListQuery, Method, Query, own_record


class ReadJournal(ListQuery):
    """``from`` included, ``to`` excluded."""

    model_config = ConfigDict(populate_by_name=True)

    record_id: UUID
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None
    group: Group | None = None
    actor_kind: Who | None = None
    order: Literal["newest_first", "oldest_first"] = "newest_first"

    @model_validator(mode="after")
    def _in_order(self) -> "ReadJournal":
        if self.from_ and self.to and self.from_ >= self.to:
            raise ValueError("`from` comes before `to`")
        return self


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineActor(Part):
    """``id``: national id or structure; left out for persons, whose id is a record."""

    kind: ActorKind
    id: str | None
    who_fr: str


class LineDocument(Part):
    document_id: UUID
    type: str | None


class JournalLine(Answer):
    """``right``: the rule of ``access`` that permitted it, where one did."""

    id: str
    at: Instant
    sentence_fr: str
    action: str
    group: Group
    actor_kind: Who
    actor: LineActor
    right: str | None
    mode: str
    result: Result
    document: LineDocument | None
    secret: bool


class JournalPage(Listing[JournalLine]):
    """``scope``: ``own`` when only lines of the reader are counted and shown."""

    scope: Literal["all", "own"]
    decision_id: UUID


class ReadCheckpoint(Query):
    pass


class SignedCheckpoint(Answer):
    """``note``: the signed note, byte for byte; ``vkey``: the public key, as C2SP writes it."""

    origin: str
    size: int
    root: str
    note: str
    vkey: str


class ProveInclusion(Query):
    service: str = Field(pattern=r"^[a-z][a-z_]{0,30}$")
    position: int = Field(ge=1, le=2**63 - 1)


class InclusionProof(Answer):
    """``digest``: the entry, hex. ``path``: hex, leaf's sibling first. ``proof``: the same as a
    C2SP ``tlog-proof``, to be kept in a file."""

    service: str
    epoch: str
    position: int
    leaf_index: int
    tree_size: int
    digest: str
    path: list[str]
    proof: str


class ProveConsistency(Query):
    """``to_size`` 0: the published checkpoint's."""

    from_size: int = Field(ge=1)
    to_size: int = Field(default=0, ge=0)


class ConsistencyProof(Answer):
    from_size: int
    to_size: int
    from_root: str
    to_root: str
    path: list[str]


def anyone(_request: Any, _actor: Actor) -> bool:
    """The log holds digests only: its proofs are for everybody."""
    return True


EVERYBODY = frozenset(ActorKind)
READERS = frozenset(
    {
        ActorKind.PATIENT,
        ActorKind.REPRESENTATIVE,
        ActorKind.CAREGIVER,
        ActorKind.PROFESSIONAL,
        ActorKind.AUDITOR,
    }
)

CONTRACT = Contract(
    "audit",
    (
        Method(
            name="journal",
            request=ReadJournal,
            answer=JournalPage,
            callers=READERS,
            condition=own_record,
        ),
        Method(
            name="checkpoint",
            request=ReadCheckpoint,
            answer=SignedCheckpoint,
            callers=EVERYBODY,
            condition=anyone,
        ),
        Method(
            name="prove_inclusion",
            request=ProveInclusion,
            answer=InclusionProof,
            callers=EVERYBODY,
            condition=anyone,
        ),
        Method(
            name="prove_consistency",
            request=ProveConsistency,
            answer=ConsistencyProof,
            callers=EVERYBODY,
            condition=anyone,
        ),
    ),
)
