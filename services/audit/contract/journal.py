"""The journal of a record: read by page, or printed."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.audit.contract.parts import Part
from services.audit.domain.lines import Group, Result, Who
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.kernel.french import day_in_france
from shared.rpc.contract import Answer, Listing, ListQuery, Query


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

    @model_validator(mode="after")
    def _of_days(self) -> "PrintJournal":
        for at in filter(None, (self.from_, self.to)):
            try:
                day_in_france(at)
            except OverflowError:
                raise ValueError("`from` and `to` are of days that there are in France") from None
        return self


class JournalPrinted(Answer):
    """``pdf``: base64. ``signature``: Ed25519 (base64) of ``carnet journal v1\\n`` and the
    statement in UTF-8; ``key``: SHA-256 of the public key, the one that signs checkpoints."""

    pdf: str
    statement: str
    signature: str
    key: str
    lines: int
    decision_id: UUID


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
