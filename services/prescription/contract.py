"""What prescription answers to, and to whom."""

import base64
import binascii
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.prescription.domain import given as domain
from services.prescription.domain import terms
from services.prescription.domain.prescription import Prescription, State
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Command, Contract, Done, Listing, ListQuery, Method, Query

Number = Annotated[str, Field(min_length=1, max_length=64, description="as shown or typed")]
Structure = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
"""Struct_IdNat: ``1`` and the FINESS number."""
NationalId = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z/.-]+$")]
Visibility = Literal["N", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"]
"""A prescription that the person themselves may not see could never be shown."""
Quantity = Annotated[int, Field(ge=1, le=10_000)]
StateName = Literal["created", "partially_dispensed", "dispensed", "cancelled", "expired"]


def _base64(text: str) -> str:
    joined = "".join(text.split())
    try:
        base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    return joined


Base64 = Annotated[str, AfterValidator(_base64)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Product(Part):
    """``system``: OID of the terminology of ``code``."""

    label: Annotated[str, Field(min_length=1, max_length=300)]
    code: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    system: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def to_domain(self) -> terms.Product:
        return terms.Product(**self.model_dump())

    @classmethod
    def of(cls, product: terms.Product) -> "Product":
        return cls(**vars(product))


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

    def to_domain(self, renewals: int) -> terms.Wanted:
        said = self.model_dump(exclude={"product", "renewals"})
        asked = renewals if self.renewals is None else self.renewals
        return terms.Wanted(product=self.product.to_domain(), renewals=asked, **said)


class Written(Command):
    """Structured ``lines``, or a CDA prescription in base64 (``content``) from which they are
    read. Without ``valid_until``: as long as the law allows. ``renewals``: of lines that do not
    say themselves."""

    lines: Annotated[list[NewLine], Field(default=[], max_length=50)]
    content: Base64 | None = Field(default=None, repr=False)
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
        return base64.b64decode(self.content or "")

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
    dispensation_id: UUID
    state: State


class ReverseDispensation(Command):
    number: Number
    dispensation: UUID
    reason: Literal["entry_error", "returned", "wrong_product", "refused_at_counter"]


class Changed(Done):
    state: State


class LineView(Answer):
    """``open_now``: what may leave today; ``left``: what did, exceptional renewals apart."""

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
    return LineView(
        line=line.number,
        kind=line.kind,
        product=Product.of(line.product),
        quantity=line.quantity,
        deliveries=line.deliveries,
        total=line.total,
        left=prescription.left(line),
        open_now=prescription.open_quantity(line, today),
        substitutable=line.substitutable,
        first_by=line.first_by,
        until=line.until,
        unit=line.unit,
        dosage=line.dosage,
    )


class Presented(Answer):
    prescription: PrescriptionView
    decision_id: UUID
    position: int = 0


class Show(Query):
    prescription_id: UUID


class Shown(Answer):
    number: str
    qr_svg: str
    qr_png: str


class History(Query):
    number: Number


class GivenView(Answer):
    line: int
    what: domain.What
    quantity: int
    product: Product | None
    reason: str | None
    agreed_by: str | None
    agreed_on: date | None


class DispensationView(Answer):
    dispensation_id: UUID
    facility: str
    professional: str
    day: date
    given: list[GivenView]
    handwritten: list[Product]
    reversed_for: str | None

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
        )


def _given(one: domain.Given) -> GivenView:
    product = Product.of(one.product) if one.product else None
    return GivenView(**{**vars(one), "product": product})


class Told(Answer):
    """``complete``: false for a pharmacy that is shown its own dispensations only."""

    prescription: PrescriptionView
    dispensations: list[DispensationView]
    complete: bool


class Prescriptions(ListQuery):
    record_id: UUID
    state: StateName | None = None


class Received(ListQuery):
    """Sent to the pharmacy of the caller, still open."""


class Unfinished(Query):
    """Prescriptions whose document is not known to be in the vault yet."""


class UnfinishedIssue(Answer):
    prescription_id: UUID
    begun_at: Instant


class UnfinishedIssues(Answer):
    items: list[UnfinishedIssue]


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
CARE = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
OPERATORS = frozenset({ActorKind.OPERATOR})

CONTRACT = Contract(
    "prescription",
    (
        Method(name="issue", request=Issue, answer=Issued, callers=CARE),
        Method(name="replace", request=Replace, answer=Issued, callers=CARE),
        Method(name="cancel", request=Cancel, answer=Changed, callers=CARE),
        Method(name="send_to_pharmacy", request=SendToPharmacy, answer=Changed, callers=PERSON),
        Method(name="present", request=Present, answer=Presented, callers=CARE),
        Method(name="dispense", request=Dispense, answer=DispensedNow, callers=CARE),
        Method(
            name="reverse_dispensation",
            request=ReverseDispensation,
            answer=Changed,
            callers=CARE,
        ),
        Method(name="show", request=Show, answer=Shown, callers=PERSON),
        Method(name="history", request=History, answer=Told, callers=PERSON | CARE),
        Method(
            name="prescriptions",
            request=Prescriptions,
            answer=Listing[PrescriptionView],
            callers=PERSON | CARE,
        ),
        Method(
            name="received",
            request=Received,
            answer=Listing[PrescriptionView],
            callers=CARE,
        ),
        Method(name="unfinished", request=Unfinished, answer=UnfinishedIssues, callers=OPERATORS),
    ),
)
