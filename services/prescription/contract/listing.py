"""Finding prescriptions again."""

from uuid import UUID

from services.prescription.contract.parts import Number, StateName
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, ListQuery, Query


class Show(Query):
    prescription_id: UUID


class Shown(Answer):
    number: str
    qr_svg: str
    qr_png: str


class History(Query):
    number: Number


class Prescriptions(ListQuery):
    record_id: UUID
    state: StateName | None = None


class Received(ListQuery):
    """Sent to the pharmacy of the caller, still open."""


class Unfinished(Query):
    """Prescriptions and dispensations whose document is not known to be in the vault yet."""


class UnfinishedIssue(Answer):
    prescription_id: UUID
    begun_at: Instant


class UnfinishedReceipt(Answer):
    """The document of a dispensation that is on its way to the vault."""

    prescription_id: UUID
    dispensation_id: UUID
    begun_at: Instant


class UnfinishedIssues(Answer):
    items: list[UnfinishedIssue]
    receipts: list[UnfinishedReceipt]
