"""What others hear of prescriptions: ids, codes and who acted; never a number, a line or a name.

``confidentiality`` goes with every message, so that nothing derived from it reaches those it is
hidden from.
"""

from functools import singledispatch
from typing import Any
from uuid import UUID

from services.prescription.domain.attempt import Attempt
from services.prescription.domain.prescription import Prescription
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are
from shared.kernel.actor import in_secret


class About(MessageData):
    prescription_id: UUID
    confidentiality: list[str]


class PrescriptionIssued(About):
    TYPE = "prescription.prescription_issued"
    document_id: UUID


class PrescriptionSent(About):
    """``facility``: the pharmacy to be told (Struct_IdNat)."""

    TYPE = "prescription.prescription_sent"
    facility: str
    decision_id: UUID


class PrescriptionPresented(About):
    """``far_apart``: shown in another department minutes before."""

    TYPE = "prescription.prescription_presented"
    facility: str
    far_apart: bool
    decision_id: UUID


class PresentationRefused(About):
    """``reason``: code of the refusal (used, cancelled, replaced, expired)."""

    TYPE = "prescription.presentation_refused"
    facility: str | None
    reason: str


class NumberRefused(MessageData):
    """A number that is none, or of nothing; of no record."""

    TYPE = "prescription.number_refused"
    reason: str


class PrescriptionDispensed(About):
    TYPE = "prescription.prescription_dispensed"
    dispensation_id: UUID
    facility: str
    state: str
    decision_id: UUID


class DispensationReversed(About):
    TYPE = "prescription.dispensation_reversed"
    dispensation_id: UUID
    facility: str
    reason: str
    decision_id: UUID


class PrescriptionCompleted(About):
    TYPE = "prescription.prescription_completed"


class PrescriptionCancelled(About):
    TYPE = "prescription.prescription_cancelled"
    reason: str
    decision_id: UUID


class PrescriptionExpired(About):
    TYPE = "prescription.prescription_expired"


@singledispatch
def message_for(_event: object) -> MessageData | None:
    return None


def _about(event: Prescription.Event) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": in_secret(event.by),
        "prescription_id": event.originator_id,
        "confidentiality": event.confidentiality,
    }


tell_as_they_are(
    message_for,
    _about,
    {
        Prescription.Issued: PrescriptionIssued,
        Prescription.Sent: PrescriptionSent,
        Prescription.Presented: PrescriptionPresented,
        Prescription.PresentationRefused: PresentationRefused,
        Prescription.Dispensed: PrescriptionDispensed,
        Prescription.Reversed: DispensationReversed,
        Prescription.Completed: PrescriptionCompleted,
        Prescription.Cancelled: PrescriptionCancelled,
        Prescription.Expired: PrescriptionExpired,
    },
    base=About,
)


@message_for.register
def _(event: Attempt.Created) -> MessageData:
    return NumberRefused(by=event.by, reason=event.reason)
