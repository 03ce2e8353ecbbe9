"""Requests that put documents in or change who sees them, and their answers."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.vault.contract.parts import Code, Moment, OfDocument, Part, Text
from services.vault.contract.views import DocumentView
from services.vault.domain.lot import Offer, Place, Placed
from services.vault.domain.metadata import Author, Coded, Reference, Statement
from shared.crypto.base64_text import from_base64
from shared.rpc.contract import Answer, Base64, Command, Done, GivenIns, Query

LOT_MAX = 20
"""Documents of one lot."""
LISTED_MAX = 20
"""Codes of acts, and references, of one document."""
COPIES_MAX = 20
"""Correspondents of one document."""
PATIENT_DOMAIN = "@patient.mssante.fr"
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
NATIONAL_ID = re.compile(r"[0-9][0-9A-Za-z./-]{3,63}")
"""A digit that names the kind of id, and the id (PS_IdNat). Whom a structure numbers has one with
letters: of Corsica, and of its own."""


Identifier = Annotated[str, Field(max_length=256, pattern=r"^[0-9]+(\.[0-9]+)+(\^[^\^]+)?$")]
"""``root^extension``, or a root alone."""


class GivenCode(Part):
    """``system``: OID of its terminology."""

    code: Code
    system: Code | None = None
    display: Text | None = None


class GivenReference(Part):
    """``id``: ``root^extension``; ``type``: of JDV_J231 (an order, an accession, a study)."""

    id: Identifier
    type: Annotated[str, Field(max_length=128)]


class GivenMetadata(Part):
    """What the depositor says. Required for a bare file but for the optional ones marked so;
    for a CDA it completes what the header leaves out and may not contradict it."""

    type: Code | None = None
    title: Text | None = None
    creation: Moment | None = None
    service_start: Moment | None = None
    service_stop: Moment | None = Field(default=None, description="optional")
    author: Code | None = Field(default=None, description="PS_IdNat")
    author_family: Text | None = Field(default=None, description="optional")
    author_given: Text | None = Field(default=None, description="optional")
    institution: Code | None = Field(default=None, description="Struct_IdNat; optional")
    institution_name: Text | None = Field(default=None, description="optional")
    specialty: Code | None = None
    role: Code | None = Field(default=None, description="optional")
    practice_setting: Code | None = None
    facility_type: Code | None = None
    format: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="optional"
    )
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$")] | None = None
    confidentiality: list[Code] = Field(default=[], max_length=4)
    event_codes: list[GivenCode] = Field(default=[], max_length=LISTED_MAX, description="optional")
    reference_ids: list[GivenReference] = Field(
        default=[], max_length=LISTED_MAX, description="optional"
    )
    source_patient: Identifier | None = Field(
        default=None, description="how the producer numbers the patient; optional"
    )

    def to_statement(self, more_confidentiality: Sequence[str]) -> Statement:
        author = Author(
            national_id=self.author,
            family=self.author_family,
            given=self.author_given,
            specialty=self.specialty,
            role=self.role,
            institution=self.institution,
            institution_name=self.institution_name,
        )
        return Statement(
            type=Coded(code=self.type) if self.type else None,
            title=(self.title or "").strip() or None,
            creation=self.creation,
            service_start=self.service_start,
            service_stop=self.service_stop,
            authors=() if author == Author() else (author,),
            practice_setting=self.practice_setting,
            facility_type=self.facility_type,
            format=self.format,
            language=self.language,
            confidentiality=(*self.confidentiality, *more_confidentiality),
            event_codes=tuple(Coded(**code.model_dump()) for code in self.event_codes),
            reference_ids=tuple(Reference(**r.model_dump()) for r in self.reference_ids),
            source_patient=self.source_patient,
        )


class Deposited(Answer):
    """``duplicate_of``: the same document was here; told only to who may see it. ``held``: it
    is not in the record until it is released. ``confidentiality``: whom it is hidden from, which
    may be more than was asked for."""

    document_id: UUID
    logical_id: UUID
    record_id: UUID
    confidentiality: list[str] = Field(default=[])
    duplicate_of: UUID | None = None
    replaced: UUID | None = None
    held: bool = False
    warnings: list[str] = Field(default=[])


def _correspondent(text: str) -> str:
    """An address of the secure mail space, or a national id as it is written; nobody's INS."""
    written = text.strip()
    if NATIONAL_ID.fullmatch(written):
        return written
    address = written.lower()
    if address.endswith(PATIENT_DOMAIN):
        raise ValueError("a person is told of a document by the record itself")
    if not ADDRESS.fullmatch(address):
        raise ValueError("is neither an address nor a national id")
    return address


Correspondent = Annotated[str, Field(max_length=254), AfterValidator(_correspondent)]


class NewContent(Part):
    """``content`` in base64; ``media_type``: what it is said to be, checked against its bytes.
    ``hold``: kept back until ``release``; else it feeds the record at once. ``copies_to``:
    mailboxes (addresses, or national ids of professionals) that get it by secure mail."""

    content: Base64 = Field(repr=False)
    media_type: Annotated[str, Field(max_length=128)] | None = None
    metadata: GivenMetadata = GivenMetadata()
    confidentiality: list[Code] = Field(default=[], max_length=4)
    hold: bool = False
    copies_to: list[Correspondent] = Field(default=[], max_length=COPIES_MAX)

    def offered(self, replaces: UUID | None) -> Offer:
        return Offer(
            data=from_base64(self.content),
            given=self.metadata.to_statement(self.confidentiality),
            declared=self.media_type,
            replaces=replaces,
            hold=self.hold,
            copies_to=tuple(self.copies_to),
        )


class Item(NewContent):
    """``replaces``: the version it takes the place of."""

    replaces: UUID | None = None

    @property
    def offer(self) -> Offer:
        return self.offered(self.replaces)


class Target(Part):
    """``record_id`` or ``ins``; neither for a CDA, whose own patient then says which record."""

    record_id: UUID | None = None
    ins: GivenIns | None = None

    @property
    def place(self) -> Place:
        return Place(
            record_id=self.record_id, ins=(self.ins.value, self.ins.oid) if self.ins else None
        )


class Deposit(Command, Item, Target):
    pass


class DepositedOne(Done, Deposited):
    """``submission_set``: names the lot, here of one."""

    submission_set: UUID

    @classmethod
    def of(cls, placed: Placed, submission_set: UUID) -> "DepositedOne":
        return cls.model_validate({**asdict(placed), "submission_set": submission_set})


class DepositLot(Command, Target):
    """One submission set: all of it goes in, or nothing. ``release``: ids of documents held
    back before, that go in with it."""

    documents: list[Item] = Field(min_length=1, max_length=LOT_MAX)
    release: list[UUID] = Field(default=[], max_length=LOT_MAX)


class LotDeposited(Done):
    documents: list[Deposited]
    submission_set: UUID

    @classmethod
    def of(cls, placed: Sequence[Placed], submission_set: UUID) -> "LotDeposited":
        return cls(
            documents=[Deposited.model_validate(asdict(one)) for one in placed],
            submission_set=submission_set,
        )


class Replace(OfDocument, NewContent):
    """A new version; it is hidden at least from whom the former was."""

    @property
    def offer(self) -> Offer:
        return self.offered(self.document_id)


class Release(OfDocument):
    pass


class Discard(OfDocument):
    pass


class HeldIn(Query):
    record_id: UUID


class HeldFound(Answer):
    """What this caller holds back from the record, latest first."""

    items: list[DocumentView]
