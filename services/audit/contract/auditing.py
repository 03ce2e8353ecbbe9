"""What auditors do under a mandate: open a record, count, say who is affected."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.audit.contract.parts import Part
from shared.crypto.handover import Handed
from shared.crypto.tombstones import Tombstone
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, Command, Listing, ListQuery, Query, Request

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
