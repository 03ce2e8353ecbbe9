"""What audit answers to, and who may ask."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.audit.domain.lines import Group, Result, Who
from shared.crypto.handover import Handed
from shared.crypto.tombstones import Tombstone
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    Listing,
    ListQuery,
    Method,
    Query,
    Request,
    own_record,
)


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


class PrintJournal(Query):
    """The whole of it, or of a period: ``from`` included, ``to`` excluded; oldest first."""

    model_config = ConfigDict(populate_by_name=True)

    record_id: UUID
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None


class JournalPrinted(Answer):
    """``pdf``: base64. ``signature``: Ed25519 (base64) of ``carnet journal v1\\n`` and the
    statement in UTF-8; ``key``: SHA-256 of the public key, the one that signs checkpoints."""

    pdf: str
    statement: str
    signature: str
    key: str
    lines: int
    decision_id: UUID


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


Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z_-]{1,40}$")]
"""A code word: what the auditor does; never free text."""
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class UseMandate(Command):
    """Without ``record_id``: over all records."""

    record_id: UUID | None = None
    purpose: Purpose


class OpenRecord(Request):
    """``recipient``: public half of an X25519 key made for this request, in hex."""

    record_id: UUID
    purpose: Purpose
    recipient: str = Field(pattern=r"^[0-9a-f]{64}$")


class HandedFor(Part):
    """Sealed by keyring for the recipient; audit cannot read it."""

    service: str
    version: int
    key: Handed


class OpenedRecord(Answer):
    keys: list[HandedFor]
    tombstone: Tombstone | None


class ReadStatistics(Query):
    """Both months are included; at most ten years."""

    from_month: Month
    to_month: Month

    @model_validator(mode="after")
    def _in_order(self) -> "ReadStatistics":
        if self.from_month > self.to_month:
            raise ValueError("`from_month` comes before `to_month`")
        if int(self.to_month[:4]) - int(self.from_month[:4]) > 10:
            raise ValueError("at most ten years")
        return self


class StatisticsCell(Part):
    """``count`` is null where it is hidden: from 1 to 10, or to be told from the sum of others."""

    month: str
    measure: str
    value: str
    count: int | None
    growth: float | None


class StatisticsTotal(Part):
    measure: str
    value: str
    count: int


class Statistics(Answer):
    cells: list[StatisticsCell]
    since_beginning: list[StatisticsTotal]


class AffectedBy(ListQuery):
    """An actor (``kind:id``), a period (``from`` included, ``to`` excluded), or both."""

    model_config = ConfigDict(populate_by_name=True)

    actor: str | None = Field(default=None, pattern=r"^[a-z]{1,20}:\S{1,128}$")
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None

    @model_validator(mode="after")
    def _something(self) -> "AffectedBy":
        if not (self.actor or self.from_ or self.to):
            raise ValueError("name an actor or a period")
        return self


class AffectedRecord(Part):
    record_id: UUID
    kinds: list[str]
    acts: int
    first: Instant | None
    last: Instant | None


class AffectedRecords(Listing[AffectedRecord]):
    pass


class AddCosignatures(Request):
    """``note``: a checkpoint of this log with the log's signature and those of witnesses
    (c2sp.org/tlog-cosignature)."""

    note: str = Field(max_length=20_000)


class CosignaturesKept(Answer):
    size: int
    witnesses: list[str]


class SignedCheckpoint(Answer):
    """``note``: the signed note, byte for byte; ``vkey``: the public key, as C2SP writes it.
    ``cosigned``: the newest checkpoint that a witness has signed too, which may be an older one."""

    origin: str
    size: int
    root: str
    note: str
    vkey: str
    cosigned: str | None = None


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
AUDITORS = frozenset({ActorKind.AUDITOR})
PERSONS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
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
            name="print_journal",
            request=PrintJournal,
            answer=JournalPrinted,
            callers=PERSONS,
            condition=own_record,
        ),
        Method(name="use_mandate", request=UseMandate, answer=Done, callers=AUDITORS),
        Method(name="open_record", request=OpenRecord, answer=OpenedRecord, callers=AUDITORS),
        Method(name="affected_by", request=AffectedBy, answer=AffectedRecords, callers=AUDITORS),
        Method(
            name="statistics",
            request=ReadStatistics,
            answer=Statistics,
            callers=AUDITORS | {ActorKind.OPERATOR},
        ),
        Method(
            name="add_cosignatures",
            request=AddCosignatures,
            answer=CosignaturesKept,
            callers=EVERYBODY,
            condition=anyone,
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
