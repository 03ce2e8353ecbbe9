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
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: Prescription.Issued) -> MessageData:
    return PrescriptionIssued(**_about(event), document_id=event.document_id)


@message_for.register
def _(event: Prescription.Sent) -> MessageData:
    return PrescriptionSent(**_about(event), facility=event.facility, decision_id=event.decision_id)


@message_for.register
def _(event: Prescription.Presented) -> MessageData:
    return PrescriptionPresented(
        **_about(event),
        facility=event.facility,
        far_apart=event.far_apart,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Prescription.PresentationRefused) -> MessageData:
    return PresentationRefused(**_about(event), facility=event.facility, reason=event.reason)


@message_for.register
def _(event: Attempt.Created) -> MessageData:
    return NumberRefused(by=event.by, reason=event.reason)


@message_for.register
def _(event: Prescription.Dispensed) -> MessageData:
    return PrescriptionDispensed(
        **_about(event),
        dispensation_id=event.dispensation_id,
        facility=event.facility,
        state=event.state,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Prescription.Reversed) -> MessageData:
    return DispensationReversed(
        **_about(event),
        dispensation_id=event.dispensation_id,
        facility=event.facility,
        reason=event.reason,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Prescription.Completed) -> MessageData:
    return PrescriptionCompleted(**_about(event))


@message_for.register
def _(event: Prescription.Cancelled) -> MessageData:
    return PrescriptionCancelled(
        **_about(event), reason=event.reason, decision_id=event.decision_id
    )


@message_for.register
def _(event: Prescription.Expired) -> MessageData:
    return PrescriptionExpired(**_about(event))


def _about(event: Prescription.Event) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": in_secret(event.by),
        "prescription_id": event.originator_id,
        "confidentiality": event.confidentiality,
    }
