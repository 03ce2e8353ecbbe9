"""How far an identity is trusted: INSi, identity documents, attributes, corrections."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.identity.contract.parts import IdentityTraits, Part, RecordCommand
from services.identity.domain.identity_status import Attribute, IdentityDocument, IdentityStatus
from services.identity.domain.insi import CardReading, InsiCode, Sought
from services.identity.domain.traits import NAME_LENGTH
from services.identity.domain.verification_batch import Verified
from shared.rpc.contract import Answer, Command, Done, GivenIns, InsNumber, Query, Request

LOT_MAX = 1_000
"""Records of one ``verify_ins_batch``."""

Typed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH)
]
"""A name as people type it: accents and small letters are understood."""


class SoughtTraits(Part):
    birth_name: Typed
    given_name: Typed = Field(description="any one of the given names of birth")
    sex: Literal["M", "F", "I"]
    birth_date: str = Field(pattern=r"^[12]\d{3}-\d{2}-\d{2}$")
    birth_place: str | None = Field(default=None, max_length=5, description="INSEE code")

    def to_domain(self) -> Sought:
        return Sought(**self.model_dump())


class RetrieveIns(Request):
    traits: SoughtTraits


class CardRead(Part):
    serial: str = Field(min_length=1, max_length=40, description="serial number of the card")


class RetrieveInsByCard(Request):
    """``beneficiary``: the rank, on the card, of the person it is about."""

    reading: CardRead
    beneficiary: int = Field(ge=1, le=19)

    def to_domain(self) -> CardReading:
        return CardReading(serial=self.reading.serial, beneficiary=self.beneficiary)


class InsRetrieved(Answer):
    """INSi's code: 00 one, 01 none, 02 several. ``traits`` and ``ins`` with 00 alone."""

    code: InsiCode
    traits: IdentityTraits | None = None
    ins: InsNumber | None = None


class VerifyIns(RecordCommand):
    pass


class InsVerified(Done):
    """``KO``: the record is no longer qualified nor retrieved."""

    result: Literal["OK", "KO"]
    identity_status: IdentityStatus


class VerifyInsBatch(Command):
    record_ids: list[UUID] = Field(min_length=1, max_length=LOT_MAX)


class BatchAsked(Done):
    batch_id: UUID


class VerificationStatus(Query):
    batch_id: UUID


class VerificationResults(Answer):
    """``results``: by record, empty while ``ready`` is false."""

    ready: bool
    results: dict[UUID, Verified] = Field(default={})


class NoteVerification(RecordCommand):
    """Our own, when a batch comes back. ``version``: of the record that INSi was asked about."""

    confirmed: bool
    version: int


class ValidateIdentity(RecordCommand):
    document_kind: IdentityDocument = Field(
        description="the document checked; its traits are those of the record"
    )


class SetAttribute(RecordCommand):
    attribute: Attribute
    on: bool = True


class CorrectTraits(RecordCommand):
    """The whole traits as they should be."""

    traits: IdentityTraits


class ChangeIns(RecordCommand):
    """``traits``: those INSi gave with this INS; by default those of the record. INSi is asked
    whether both belong together before anything changes.
    """

    ins: GivenIns
    traits: IdentityTraits | None = None


class ProvenSoFar(Done):
    identity_status: IdentityStatus
