"""Prescriptions and dispensations as they are read."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.prescription.contract.parts import Product
from services.prescription.domain import given as domain
from services.prescription.domain import terms
from services.prescription.domain.deciding import why_closed
from services.prescription.domain.marks import Mark
from services.prescription.domain.prescription import Prescription, State
from shared.rpc.contract import Answer


class LineView(Answer):
    """``open_now``: what may leave today; ``left``: what did, exceptional renewals apart.
    ``sufficient``: no quantity is prescribed, the pharmacist hands over what the treatment needs,
    and each delivery counts as one, however many packages leave. ``opens_on``: nothing leaves
    before; ``renewed_from``: nor does a renewal. ``usual_now``: how much of ``open_now`` leaves at
    once as a rule, what treats for a month; more is for the pharmacist to justify (a package or a
    contraceptive for three months). Null: there is no such rule."""

    line: int
    kind: str
    product: Product
    quantity: int
    deliveries: int
    total: int
    left: int
    open_now: int
    substitutable: bool
    first_by: date
    until: date
    unit: str | None
    dosage: str | None
    marks: Annotated[list[Mark], Field(default=[])]
    sufficient: bool = False
    opens_on: date | None = None
    renewed_from: date | None = None
    usual_now: int | None = None


class PrescriptionView(Answer):
    prescription_id: UUID
    record_id: UUID
    number: str
    state: State
    prescriber: str
    facility: str | None
    issued_on: date
    valid_until: date
    document_id: UUID | None
    confidentiality: list[str]
    sent_to: list[str]
    replaces: UUID | None
    replaced_by: UUID | None
    lines: list[LineView]

    @classmethod
    def of(
        cls, prescription: Prescription, number: str, today: date, pharmacy: str | None = None
    ) -> "PrescriptionView":
        """``pharmacy``: the one that reads, which is not told of the others."""
        return cls(
            prescription_id=prescription.id,
            record_id=prescription.record_id,
            number=number,
            state=prescription.state,
            prescriber=prescription.prescriber,
            facility=prescription.facility,
            issued_on=prescription.issued_on,
            valid_until=prescription.valid_until,
            document_id=prescription.document_id,
            confidentiality=list(prescription.confidentiality),
            sent_to=[f for f in prescription.sent_to if pharmacy in {None, f}],
            replaces=prescription.replaces,
            replaced_by=prescription.replaced_by,
            lines=[_line(prescription, line, today) for line in prescription.lines],
        )


def _line(prescription: Prescription, line: terms.Line, today: date) -> LineView:
    closed = why_closed(prescription, today)
    open_now = 0 if closed else prescription.open_quantity(line, today)
    usual = line.usual_at_once
    return LineView(
        line=line.number,
        kind=line.kind,
        product=Product.of(line.product),
        quantity=line.quantity,
        deliveries=line.deliveries,
        total=line.total,
        left=prescription.left(line),
        open_now=open_now,
        substitutable=line.substitutable,
        first_by=line.first_by,
        until=line.until,
        unit=line.unit,
        dosage=line.dosage,
        marks=list(line.marks),
        sufficient=line.sufficient,
        opens_on=line.opens_on,
        renewed_from=line.renewed_from,
        usual_now=None
        if usual is None
        else min(open_now, max(0, usual - prescription.left_on(line, today))),
    )


class Presented(Answer):
    prescription: PrescriptionView
    decision_id: UUID
    position: int = 0


class GivenView(Answer):
    line: int
    what: domain.What
    quantity: int
    product: Product | None
    reason: str | None
    agreed_by: str | None
    agreed_on: date | None


class DispensationView(Answer):
    """``document_id``: of what the vault keeps of it, once it is there."""

    dispensation_id: UUID
    facility: str
    professional: str
    day: date
    given: list[GivenView]
    handwritten: list[Product]
    reversed_for: str | None
    document_id: UUID | None

    @classmethod
    def of(cls, one: domain.Dispensation) -> "DispensationView":
        return cls(
            dispensation_id=UUID(one.id),
            facility=one.facility,
            professional=one.professional,
            day=one.day,
            given=[_given(g) for g in one.given],
            handwritten=[Product.of(p) for p in one.handwritten],
            reversed_for=one.reversed_for,
            document_id=one.document_id,
        )


def _given(one: domain.Given) -> GivenView:
    product = Product.of(one.product) if one.product else None
    return GivenView(**{**vars(one), "product": product})


class Told(Answer):
    """``complete``: false for a pharmacy that is shown its own dispensations only."""

    prescription: PrescriptionView
    dispensations: list[DispensationView]
    complete: bool
