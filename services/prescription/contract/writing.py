"""What a prescriber asks."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.prescription.contract.parts import Number, Part, Product, Quantity, Visibility
from services.prescription.domain import terms
from services.prescription.domain.marks import Mark
from shared.crypto.base64_text import from_base64
from shared.rpc.contract import Base64, Command, Done


class NewLine(Part):
    """``quantity`` leaves at each delivery: ``renewals`` times more, ``every`` days apart at
    least; or, for what is dispensed in fractions, ``fractions`` times, ``fraction_days`` apart."""

    kind: Annotated[str, Field(max_length=32)] = "medicine"
    product: Product
    quantity: Quantity
    unit: Annotated[str, Field(max_length=64)] | None = None
    dosage: Annotated[str, Field(max_length=1000)] | None = None
    renewals: Annotated[int, Field(ge=0, le=100)] | None = None
    every: Annotated[int, Field(ge=0, le=366)] = 0
    fraction_days: Annotated[int, Field(ge=1, le=366)] | None = None
    fractions: Annotated[int, Field(ge=1, le=12)] = 1
    substitutable: bool = True
    marks: Annotated[list[Mark], Field(default=[], max_length=len(Mark))]

    def to_domain(self, renewals: int) -> terms.Wanted:
        said = self.model_dump(exclude={"product", "renewals", "marks"})
        asked = renewals if self.renewals is None else self.renewals
        marks = tuple(mark for mark in Mark if mark in self.marks)
        return terms.Wanted(product=self.product.to_domain(), renewals=asked, marks=marks, **said)


class Written(Command):
    """Structured ``lines``, or a CDA prescription in base64 (``content``) from which they are
    read. Nothing leaves before ``valid_from``. Without ``valid_until``: as long as the law allows.
    ``renewals``: of lines that do not
    say themselves."""

    lines: Annotated[list[NewLine], Field(default=[], max_length=50)]
    content: Base64 | None = Field(default=None, repr=False)
    valid_from: date | None = None
    valid_until: date | None = None
    renewals: Annotated[int, Field(ge=0, le=100)] = 0
    confidentiality: Annotated[list[Visibility], Field(default=["N"], max_length=3)]

    @model_validator(mode="after")
    def _one_of_them(self) -> "Written":
        if bool(self.lines) == (self.content is not None):
            raise ValueError("give lines or a CDA content, not both")
        return self

    @property
    def data(self) -> bytes:
        return from_base64(self.content or "")

    @property
    def codes(self) -> list[str]:
        return sorted({str(code) for code in self.confidentiality} or {"N"})


class Issue(Written):
    record_id: UUID


class Replace(Written):
    """Before anything was dispensed; hidden at least from whom the former was."""

    number: Number


class Issued(Done):
    """``number``: to be read aloud or typed; ``qr_svg`` and ``qr_png`` (base64): to be shown."""

    prescription_id: UUID
    number: str
    qr_svg: str
    qr_png: str
    document_id: UUID


class Cancel(Command):
    number: Number
    reason: Literal["prescriber_error", "treatment_changed", "adverse_effect", "asked_by_person"]
