"""What happens at a pharmacy."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.prescription.contract.parts import NationalId, Number, Part, Product, Structure
from services.prescription.domain import given as domain
from services.prescription.domain.prescription import State
from shared.rpc.contract import Command, Done, Query


class SendToPharmacy(Command):
    number: Number
    facility: Structure


class Present(Query):
    number: Number


class Agreement(Part):
    """Of the prescriber (PS_IdNat) to a change."""

    prescriber: NationalId
    on: date


class Outcome(Part):
    """Of one line; every line that is not finished has one. ``reason``: a code."""

    line: Annotated[int, Field(ge=1)]
    what: domain.What
    quantity: Annotated[int, Field(ge=0, le=10_000)] = 0
    product: Product | None = None
    reason: (
        Literal[
            "refused_by_person", "out_of_stock", "contraindication", "already_has_it", "dosage",
            "allergy", "interaction", "not_marketed", "prescriber_unreachable",
        ]
        | None
    ) = None  # fmt: skip
    agreement: Agreement | None = None

    def to_domain(self) -> domain.Given:
        return domain.Given(
            line=self.line,
            what=self.what,
            quantity=self.quantity,
            product=self.product.to_domain() if self.product else None,
            reason=self.reason,
            agreed_by=self.agreement.prescriber if self.agreement else None,
            agreed_on=self.agreement.on if self.agreement else None,
        )


class Dispense(Command):
    """``handwritten``: products added by hand on the paper."""

    number: Number
    outcomes: Annotated[list[Outcome], Field(min_length=1, max_length=50)]
    handwritten: Annotated[list[Product], Field(default=[], max_length=20)]


class DispensedNow(Done):
    """``beyond_usual``: lines of which more left today than what treats for a month (CSP R5132-12),
    as far as the prescription says. It may be right, and is for the pharmacist to justify."""

    dispensation_id: UUID
    state: State
    beyond_usual: Annotated[list[int], Field(default=[])]


class ReverseDispensation(Command):
    number: Number
    dispensation: UUID
    reason: Literal["entry_error", "returned", "wrong_product", "refused_at_counter"]


class Changed(Done):
    state: State
