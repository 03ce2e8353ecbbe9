"""What the vault answers to, and to whom.

Every right to see or to feed is ``access``'s to decide; the callers listed here are those who
may ask. Facility software and secretaries feed; what they may read is decided like the rest.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.vault.domain.depositing import Offer, Place, Placed
from services.vault.domain.listing import Entry, Page
from services.vault.domain.metadata import Author, Coded, Statement, iso_moment
from services.vault.domain.value_sets import ValueSets
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.kernel.clock import parse_instant
from shared.rpc.contract import Answer, Command, Contract, Done, ListQuery, Listing, Method, Query

LOT_MAX = 20
"""Documents of one lot."""
Code = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Moment = Annotated[str, Field(max_length=35), AfterValidator(iso_moment)]
"""``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or an RFC 3339 instant."""
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Mode = Literal["normal", "break_glass", "regulation"]
Sentence = Annotated[str, Field(description="for a reader, in French")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    confidentiality: list[Code] = Field(default=[], max_length=4)

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
            title=self.title,
            creation=self.creation,
            service_start=self.service_start,
            service_stop=self.service_stop,
            authors=() if author == Author() else (author,),
            practice_setting=self.practice_setting,
            facility_type=self.facility_type,
            format=self.format,
            language=self.language,
            confidentiality=(*self.confidentiality, *more_confidentiality),
        )


class Deposited(Answer):
    """``duplicate_of``: the same document was here; told only to who may see it."""

    document_id: UUID
    logical_id: UUID
    record_id: UUID
    duplicate_of: UUID | None = None
    replaced: UUID | None = None
    warnings: list[str] = []


def _base64(text: str) -> str:
    """Line breaks are let through, as most encoders make them."""
    joined = "".join(text.split())
    try:
        base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    return joined


Base64 = Annotated[str, AfterValidator(_base64)]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class NewContent(Part):
    """``content`` in base64; ``media_type``: what it is said to be, checked against its bytes."""

    content: Base64 = Field(repr=False)
    media_type: Annotated[str, Field(max_length=128)] | None = None
    metadata: GivenMetadata = GivenMetadata()
    confidentiality: list[Code] = Field(default=[], max_length=4)

    def offered(self, replaces: UUID | None) -> Offer:
        return Offer(
            data=base64.b64decode(self.content),
            given=self.metadata.to_statement(self.confidentiality),
            declared=self.media_type,
            replaces=replaces,
        )


class Item(NewContent):
    """``replaces``: the version it takes the place of."""

    replaces: UUID | None = None

    @property
    def offer(self) -> Offer:
        return self.offered(self.replaces)


class Ins(Part):
    value: Annotated[str, Field(max_length=25)] = Field(repr=False)
    oid: Annotated[str, Field(max_length=40)]


class Target(Part):
    """``record_id`` or ``ins``; neither for a CDA, whose own patient then says which record."""

    record_id: UUID | None = None
    ins: Ins | None = None

    @property
    def place(self) -> Place:
        return Place(
            record_id=self.record_id, ins=(self.ins.value, self.ins.oid) if self.ins else None
        )


class Deposit(Command, Item, Target):
    pass


class DepositedOne(Done, Deposited):
    @classmethod
    def of(cls, placed: Placed) -> "DepositedOne":
        return cls.model_validate(asdict(placed))


class DepositLot(Command, Target):
    """One submission set: all of it goes in, or nothing."""

    documents: list[Item] = Field(min_length=1, max_length=LOT_MAX)


class LotDeposited(Done):
    documents: list[Deposited]

    @classmethod
    def of(cls, placed: Sequence[Placed]) -> "LotDeposited":
        return cls(documents=[Deposited.model_validate(asdict(one)) for one in placed])


class OfDocument(Command):
    document_id: UUID


class Replace(OfDocument, NewContent):
    """A new version; it is hidden at least from whom the former was."""

    @property
    def offer(self) -> Offer:
        return self.offered(self.document_id)


class Mask(OfDocument):
    pass


class Unmask(OfDocument):
    pass


class Visibility(Done):
    confidentiality: list[str]


class CodedView(Part):
    code: str
    display: str | None = None
    system: str | None = None


class AuthorView(Part):
    national_id: str | None = None
    family: str | None = None
    given: str | None = None
    specialty: CodedView | None = None
    role: CodedView | None = None
    institution: str | None = None
    institution_name: str | None = None
    device: str | None = None

    @classmethod
    def of(cls, author: Author, sets: ValueSets) -> "AuthorView":
        return cls(
            **{
                **asdict(author),
                "specialty": _maybe(author.specialty, sets.specialties),
                "role": _maybe(author.role, sets.functions),
            }
        )


def _shown(code: str, displays: Mapping[str, str]) -> CodedView:
    return CodedView(code=code, display=displays.get(code))


def _maybe(code: str | None, displays: Mapping[str, str]) -> CodedView | None:
    return _shown(code, displays) if code else None


class DocumentView(Answer):
    """One document without its content. Dates of the act and of creation are as precise as the
    producer gave them; ``status``: Approved, or Deprecated once replaced."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    document_id: UUID
    logical_id: UUID
    record_id: UUID
    unique_id: str
    status: str
    type: CodedView
    class_: CodedView = Field(alias="class")
    heading: CodedView | None
    format: CodedView
    title: str
    authors: list[AuthorView]
    creation: str
    service_start: str
    service_stop: str | None
    submitted_at: Instant
    practice_setting: CodedView | None
    facility_type: CodedView | None
    confidentiality: list[str]
    language: str
    event_codes: list[CodedView]
    set_id: str | None
    version_number: int | None
    legal_authenticator: AuthorView | None
    custodian: str | None
    by_patient: bool
    media_type: str
    size: int
    replaces: UUID | None
    replaced_by: UUID | None

    @classmethod
    def of(cls, entry: Entry, sets: ValueSets) -> "DocumentView":
        said = entry.metadata
        known = sets.types[said.type]
        return cls(
            document_id=entry.document_id,
            logical_id=entry.logical_id,
            record_id=entry.record_id,
            unique_id=said.unique_id,
            status=entry.status,
            type=CodedView(code=known.code, display=known.display, system=known.system),
            class_=_shown(said.class_code, sets.classes),
            heading=_shown(known.heading, sets.headings) if known.heading else None,
            format=_shown(said.format, sets.formats),
            title=said.title,
            authors=[AuthorView.of(author, sets) for author in said.authors],
            creation=said.creation,
            service_start=said.service_start,
            service_stop=said.service_stop,
            submitted_at=parse_instant(entry.submitted_at),
            practice_setting=_maybe(said.practice_setting, sets.practice_settings),
            facility_type=_maybe(said.facility_type, sets.facility_types),
            confidentiality=list(entry.confidentiality),
            language=said.language,
            event_codes=[
                CodedView(code=c.code, display=c.display, system=c.system) for c in said.event_codes
            ],
            set_id=said.set_id,
            version_number=said.version_number,
            legal_authenticator=AuthorView.of(said.legal_authenticator, sets)
            if said.legal_authenticator
            else None,
            custodian=said.custodian,
            by_patient=said.by_patient,
            media_type=entry.media_type,
            size=entry.size,
            replaces=entry.replaces,
            replaced_by=entry.replaced_by,
        )


class Reading(Part):
    """``session``: of a broken glass, or of a regulation centre."""

    mode: Mode = "normal"
    session: UUID | None = None


class Search(ListQuery, Reading):
    """Days are of the act, both included; ``source``: who put it in."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    type: Code | None = None
    class_: Code | None = Field(default=None, alias="class")
    heading: Code | None = None
    author: Code | None = Field(default=None, description="PS_IdNat")
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")
    source: Literal["person", "professional"] | None = None
    include_replaced: bool = False


class Found(Listing[DocumentView]):
    """``facets``: by type, class and heading, how many of those that fit."""

    facets: dict[str, dict[str, int]]

    @classmethod
    def of(cls, page: Page, sets: ValueSets) -> "Found":
        types = page.facets["type"]
        headings: Counter[str] = Counter()
        for code, count in types.items():
            headings[sets.types[code].heading] += count
        return cls(
            items=[DocumentView.of(entry, sets) for entry in page.entries],
            next_cursor=page.next_cursor,
            total=page.total,
            facets={
                "type": dict(types),
                "class": dict(page.facets["class"]),
                "heading": dict(headings),
            },
        )


class ChangesSince(ListQuery, Reading):
    record_id: UUID
    instant: Instant


class Changes(Listing[DocumentView]):
    @classmethod
    def of(cls, page: Page, sets: ValueSets) -> "Changes":
        return cls(
            items=[DocumentView.of(entry, sets) for entry in page.entries],
            next_cursor=page.next_cursor,
            total=page.total,
        )


class Describe(Query, Reading):
    document_id: UUID


class Open(Query, Reading):
    """``unwrap``: the file a level 1 CDA encloses, to be shown, instead of the CDA."""

    document_id: UUID
    unwrap: bool = False


class Opened(Answer):
    """``content`` in base64, of ``media_type``; ``warnings``: what a reader must be told."""

    document: DocumentView
    content: str = Field(repr=False)
    media_type: str
    warnings: list[Sentence]
    decision_id: UUID
    position: int = 0


class Versions(Query, Reading):
    logical_id: UUID


class VersionsFound(Answer):
    """Oldest first, those only that this reader may see."""

    items: list[DocumentView]


class CheckIntegrity(Command):
    """``sample``: how many documents, drawn at random; all of them when absent."""

    sample: int | None = Field(default=None, ge=1, le=100_000)


class IntegrityChecked(Done):
    checked: int
    missing: list[UUID]
    damaged: list[UUID]


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
PROFESSIONAL = frozenset({ActorKind.PROFESSIONAL})
FEEDERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY, ActorKind.SECRETARY}
READERS = PERSON | PROFESSIONAL | {ActorKind.FACILITY}
MANAGERS = frozenset(
    {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.PROFESSIONAL, ActorKind.FACILITY}
)
CHECKERS = frozenset({ActorKind.OPERATOR, ActorKind.AUDITOR, ActorKind.SERVICE})

CONTRACT = Contract(
    "vault",
    (
        Method(name="deposit", request=Deposit, answer=DepositedOne, callers=FEEDERS),
        Method(name="deposit_lot", request=DepositLot, answer=LotDeposited, callers=FEEDERS),
        Method(name="replace", request=Replace, answer=DepositedOne, callers=FEEDERS),
        Method(name="mask", request=Mask, answer=Visibility, callers=MANAGERS),
        Method(name="unmask", request=Unmask, answer=Visibility, callers=MANAGERS),
        Method(name="search", request=Search, answer=Found, callers=READERS),
        Method(name="changes_since", request=ChangesSince, answer=Changes, callers=READERS),
        Method(name="describe", request=Describe, answer=DocumentView, callers=READERS),
        Method(name="open", request=Open, answer=Opened, callers=READERS),
        Method(name="versions", request=Versions, answer=VersionsFound, callers=READERS),
        Method(
            name="check_integrity",
            request=CheckIntegrity,
            answer=IntegrityChecked,
            callers=CHECKERS,
        ),
    ),
)
