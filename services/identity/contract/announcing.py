"""Announcing records, one or many, and opposing."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.identity.contract.parts import (
    Contact,
    IdentityTraits,
    Part,
    RecordCommand,
)
from services.identity.domain.campaigns import AREA, EVERYWHERE
from services.identity.domain.identity_status import IdentityDocument
from services.identity.domain.ports import SignedProof
from services.identity.domain.states import NoticeChannel, OppositionChannel
from shared.crypto.base64_text import to_base64
from shared.eventing.messages import Instant
from shared.kernel.errors import Refusal
from shared.rpc.contract import Answer, Command, Done, GivenIns

Area = Annotated[str, StringConstraints(pattern=f"^{AREA}$")]
BATCH_MAX = 100
"""Rows of one ``announce_records``."""


class Announcement(Part):
    traits: IdentityTraits
    contact: Contact = Contact()
    ins: GivenIns | None = Field(
        default=None, description="given by the insurer, it counts as retrieved from INSi"
    )
    checked_with: IdentityDocument | None = Field(
        default=None, description="identity document the insurer has checked"
    )
    representatives: list[UUID] = Field(
        default=[],
        max_length=2,
        description="records of the legal representatives: the parent a child is attached to"
        " first; without a contact of its own, that parent is told",
    )
    notice_sent_at: Instant | None = Field(
        default=None, description="when the notice was sent; now when absent"
    )
    notice_channel: NoticeChannel | None = Field(
        default=None, description="by e-mail to whoever has an address, unless said otherwise"
    )
    area: Area | None = Field(default=None, description="département of residence")


class ReportBounce(RecordCommand):
    """The e-mail came back; the notice was posted then, now when absent."""

    posted_at: Instant | None = None


class DelayRestarted(Done):
    opens_at: Instant


class OpenCampaign(Command):
    """``area``: a département, or FRANCE for everywhere."""

    area: Annotated[str, StringConstraints(pattern=f"^({AREA}|{EVERYWHERE})$")]
    from_: Instant = Field(alias="from", description="notices may be sent from then on")


class AnnounceRecord(Command, Announcement):
    pass


class Announced(Done):
    record_id: UUID
    opens_at: Instant


class AnnounceRecords(Command):
    rows: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=BATCH_MAX,
        description="each as announce_record without request_id; a bad row spoils no other",
    )


class RowOutcome(Answer):
    """``fault`` when this row was refused; its ``fields`` say where."""

    row: int
    record_id: UUID | None = None
    opens_at: Instant | None = None
    fault: dict[str, Any] | None = None

    @classmethod
    def refused(cls, row: int, refusal: Refusal) -> "RowOutcome":
        return cls(row=row, fault=refusal.to_fault())


class BatchAnnounced(Done):
    rows: list[RowOutcome]


class Oppose(RecordCommand):
    channel: OppositionChannel


class OppositionProof(Answer):
    """``statement`` is printed in the PDF as it was signed, with the signature (Ed25519)."""

    pdf: str = Field(description="base64")
    statement: str
    signature: str = Field(description="base64, of the statement as UTF-8")
    key: str = Field(description="SHA-256 of the public key, hex")

    @classmethod
    def of(cls, proof: SignedProof) -> "OppositionProof":
        return cls(
            pdf=to_base64(proof.pdf),
            statement=proof.statement,
            signature=to_base64(proof.signature),
            key=proof.key,
        )


class Opposed(Done):
    proof: OppositionProof


class WithdrawOpposition(RecordCommand):
    pass
