"""What can be asked: whether a record exists, and whose it is."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.identity.contract.parts import Contact, IdentityTraits
from services.identity.domain.identity_status import Attribute, IdentityStatus
from services.identity.domain.record import Record
from services.identity.domain.states import ClosingMotive, Status
from shared.eventing.messages import Instant
from shared.kernel.birth_date import computable
from shared.kernel.french import day_in_france
from shared.rpc.contract import Answer, GivenIns, InsNumber, Query

EndMotive = ClosingMotive | Literal["suspended", "death"]

_END: Mapping[Status, Callable[[Record], tuple[datetime | None, EndMotive | None]]] = {
    Status.SUSPENDED: lambda record: (record.suspended_at, "suspended"),
    Status.DECEASED: lambda record: (record.deceased_at, "death"),
    Status.CLOSED: lambda record: (record.closed_at, record.closing_motive),
}
"""Since when, and why, a record is neither read nor fed."""


class Resolve(Query):
    """One of ``ins`` and ``mailbox``."""

    ins: GivenIns | None = None
    mailbox: str | None = Field(
        default=None, max_length=80, description="<INS of 15 characters>@patient.mssante.fr"
    )


class Existence(Answer):
    """``none`` too for a record announced or opposed: nobody outside is told of either; and for
    one whose INS is not (any more) known to be its own: doubtful, fictitious, refused by INSi.
    """

    status: Literal["open", "closed", "none"]
    record_id: UUID | None = None
    activated: bool = False
    closed_on: date | None = None
    motive: EndMotive | None = None

    @classmethod
    def of(cls, record: Record | None) -> "Existence":
        """Suspended answers as closed: neither is read nor fed meanwhile (CSP R1111-36)."""
        if record is None or not record.retrieved:
            return cls(status="none")
        if record.status in {Status.ANNOUNCED, Status.OPPOSED, Status.MERGED}:
            return cls(status="none")
        if record.status is Status.OPEN:
            return cls(status="open", record_id=record.id, activated=record.activated)
        ended, motive = _END[record.status](record)
        return cls(
            status="closed",
            record_id=record.id,
            activated=record.activated,
            closed_on=day_in_france(ended) if ended else None,
            motive=motive,
        )


class GetIdentity(Query):
    record_id: UUID


class Identity(Answer):
    """``ins`` only of a qualified identity; ``contact`` never to another service."""

    record_id: UUID
    status: Status
    merged_into: UUID | None = None
    activated: bool
    identity_status: IdentityStatus
    attributes: list[Attribute] = Field(default=[])
    traits: IdentityTraits
    birth_date_computable: date = Field(
        description="a day of the calendar, to compute with; never the birth date shown"
    )
    ins: InsNumber | None = None
    contact: Contact | None = None
    opens_at: Instant

    @classmethod
    def of(cls, record: Record, *, with_contact: bool) -> "Identity":
        qualified = record.identity_status is IdentityStatus.QUAL
        return cls(
            record_id=record.id,
            status=record.status,
            merged_into=record.merged_into,
            activated=record.activated,
            identity_status=record.identity_status,
            attributes=sorted(record.attributes),
            traits=IdentityTraits.of(record.traits),
            birth_date_computable=computable(record.traits.birth_date),
            ins=InsNumber(value=record.ins.value, oid=record.ins.oid)
            if record.ins and qualified
            else None,
            contact=Contact(**record.contact) if with_contact else None,
            opens_at=record.opens_at,
        )
