"""What the directory answers to, and to whom. The national directory is public data: any
caller with a token may read it; operators alone write it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.directory.domain import facility as facilities
from services.directory.domain import professional as professionals
from services.directory.domain.codes import Codes
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.words import PREFIX_MIN
from shared.rpc.contract import Answer, Command, Contract, Done, Listing, ListQuery, Method, Query

Name = Annotated[str, Field(min_length=1, max_length=100)]
NationalId = Annotated[str, Field(min_length=10, max_length=50, description="PS_IdNat")]
Finess = Annotated[str, Field(max_length=9)]
Profession = Annotated[
    str, Field(max_length=5, description="code of TRE_G15, or TRE_G16 in training")
]
Specialty = Annotated[str, Field(max_length=10, description="code of savoir-faire")]
Section = Annotated[str, Field(max_length=5, description="section of the pharmacists' order")]
Sector = Annotated[str, Field(max_length=5, description="SAxx, sector of activity")]
StructureId = Annotated[str, Field(max_length=50, description="Struct_IdNat, as 1 and a FINESS")]
PostalCode = Annotated[str, Field(pattern=r"^\d{5}$")]
Town = Annotated[str, Field(max_length=60)]
StructureName = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=20)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MailboxKind(StrEnum):
    """TRE_R257: of a person, of an organisation, of software, of a practice."""

    PER = "PER"
    ORG = "ORG"
    APP = "APP"
    CAB = "CAB"


class Mailbox(Part):
    """One address of the MSSanté trust space."""

    kind: MailboxKind
    address: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    facility: StructureId | None = None
    service: str | None = Field(default=None, max_length=200, description="of the facility")
    paperless: bool | None = Field(default=None, description="takes documents without paper")


class Skill(Part):
    """A savoir-faire: specialty, competence, qualification."""

    code: Specialty
    kind: Code | None = Field(default=None, description="TRE_R04: S, C, CEX, ...")


class Diploma(Part):
    """A diploma obtained, or an authorisation to practise."""

    kind: Literal["diploma", "authorisation"]
    type: Code | None = None
    code: Code | None = Field(default=None, description="the diploma, or the discipline authorised")


class Place(Part):
    """One work situation: a practice in a facility. What it does not say of the practice is
    that of the professional.
    """

    facility: StructureId | None = None
    legal_entity: Finess | None = None
    name: StructureName | None = None
    sector: Sector | None = None
    mode: Literal["L", "S", "B"] | None = Field(
        default=None, description="TRE_R23: self-employed, employed, unpaid"
    )
    postal_code: PostalCode | None = None
    town: Town | None = None
    profession: Profession | None = None
    in_training: bool | None = None
    specialty: Specialty | None = None
    pharmacist_section: Section | None = None


class Description(Part):
    """``under_agreement`` (conventionné): null when the directory does not know."""

    family_name: Name
    given_name: Name
    profession: Profession
    in_training: bool = False
    specialty: Specialty | None = None
    pharmacist_section: Section | None = None
    places: list[Place] = Field(default=[], max_length=100)
    under_agreement: bool | None = None
    skills: list[Skill] = Field(default=[], max_length=100)
    diplomas: list[Diploma] = Field(default=[], max_length=100)
    mailboxes: list[Mailbox] = Field(default=[], max_length=100)


class RegisterProfessional(Command, Description):
    """Registers, changes what differs, or takes back one who was deactivated. What is not given
    of agreement, skills, diplomas and mailboxes stays as it was.
    """

    national_id: NationalId


class FacilityDescription(Part):
    """``level``: a legal entity (EJ) or an establishment (ET), whose ``legal_entity`` is the
    FINESS of the former.
    """

    name: StructureName
    level: Literal["EJ", "ET"] = "ET"
    legal_entity: Finess | None = None
    sector: Sector | None = None
    postal_code: PostalCode | None = None
    town: Town | None = None
    open: bool = True
    mailboxes: list[Mailbox] = Field(default=[], max_length=10_000)


class RegisterFacility(Command, FacilityDescription):
    """Registers, or changes what differs. Mailboxes that are not given stay as they were."""

    finess: Finess


class EnrolFacility(Command):
    finess: Finess
    consults_from: date


class Deactivate(Command):
    national_id: NationalId


class GetProfessional(Query):
    national_id: NationalId


class Professional(Answer):
    national_id: str
    family_name: str
    given_name: str
    profession: str
    profession_fr: str
    in_training: bool = False
    specialty: str | None = None
    pharmacist_section: str | None = None
    places: list[Place]
    under_agreement: bool | None = None
    skills: list[Skill]
    diplomas: list[Diploma]
    mailboxes: list[Mailbox]
    active: bool

    @classmethod
    def of(cls, professional: professionals.Professional, codes: Codes) -> "Professional":
        described = professional.description
        practice = (described["profession"], described["in_training"])
        return cls(
            national_id=professional.national_id,
            profession_fr=codes.professions.get(practice, described["profession"]),
            active=professional.active,
            **described,
        )


class GetFacility(Query):
    finess: Finess


class Facility(Answer):
    """``consults_from``: the day from which it may consult records; null when not enrolled."""

    finess: str
    name: str
    level: Literal["EJ", "ET"]
    legal_entity: str | None = None
    sector: str | None = None
    sector_fr: str | None = None
    postal_code: str | None = None
    town: str | None = None
    open: bool
    consults_from: date | None = None
    mailboxes: list[Mailbox]

    @classmethod
    def of(cls, facility: facilities.Facility, codes: Codes) -> "Facility":
        described = facility.description
        return cls(
            finess=facility.finess,
            sector_fr=codes.sectors.get(described["sector"] or ""),
            consults_from=facility.consults_from,
            **described,
        )


class MailboxOf(Query):
    """Of a professional (PS_IdNat) or of a facility (Struct_IdNat: 1 and its FINESS)."""

    national_id: NationalId


class Mailboxes(Answer):
    """``active``: false for one who practises no more, or a facility that is closed."""

    active: bool
    items: list[Mailbox]


class HolderOf(Query):
    address: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")


class Holder(Answer):
    """Whose mailbox it is. ``facility``: Struct_IdNat; ``national_id`` none: the facility's own."""

    national_id: str | None
    facility: str | None
    name: str
    kind: MailboxKind
    active: bool


class SearchProfessionals(ListQuery):
    """Every word of ``text`` is the beginning of a name; ``place``: postal code, département,
    town, facility.
    """

    text: str = Field(min_length=PREFIX_MIN, max_length=100)
    profession: str | None = Field(default=None, max_length=5)
    place: str | None = Field(default=None, min_length=2, max_length=60)


class SearchFacilities(ListQuery):
    """Open facilities of a kind (sector of activity, SAxx), at a place (postal code,
    département, town), whose name has words that begin like those of ``text``.
    """

    kind: Sector | None = None
    place: str | None = Field(default=None, min_length=2, max_length=60)
    text: str | None = Field(default=None, min_length=PREFIX_MIN, max_length=100)
    level: Literal["EJ", "ET"] = "ET"


class ExtractKind(StrEnum):
    """What is taken from a file of the national directory; README says from which."""

    ACTIVITIES = "activities"
    SKILLS = "skills"
    DIPLOMAS = "diplomas"
    MAILBOXES = "mailboxes"
    STRUCTURES = "structures"
    SITES = "sites"
    FACILITY_MAILBOXES = "facility_mailboxes"


LineNumber = Annotated[int, Field(ge=1, le=2**31)]


class ExtractRow(Part):
    """One line, its columns already named as the kind's fields; empty ones left out.

    ``alike``: how many more lines said the same.
    """

    line: LineNumber
    alike: int = Field(default=0, ge=0, le=2**31)
    fields: dict[str, str] = Field(max_length=30)


class ExtractGroup(Part):
    """All lines about one professional or facility. ``key``: PS_IdNat or FINESS."""

    key: str = Field(max_length=60)
    rows: list[ExtractRow] = Field(min_length=1, max_length=10_000)


class RefusedLine(Part):
    line: LineNumber
    field: str = Field(max_length=60)
    reason: str = Field(max_length=200)


ExtractFile = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the file and of how its columns are read",
    ),
]


class ImportExtract(Command):
    """The next lines of a file, in groups; no key may come twice in one import.

    ``after``: groups of this file sent before. An import that broke off goes on at the answer's
    ``next``; without groups and with ``after`` 0, one only asks where. A file that was finished
    begins again. ``end``: nothing follows; with ``absent`` deactivate, professionals that
    earlier imports had and this one has not are deactivated, some at each such call.
    """

    kind: ExtractKind
    file: ExtractFile
    after: int = Field(ge=0, le=2**31)
    groups: list[ExtractGroup] = Field(default=[], max_length=500)
    refused: list[RefusedLine] = Field(
        default=[], max_length=10_000, description="lines that could not be read"
    )
    end: bool = False
    absent: Literal["keep", "deactivate"] = "keep"


class Imported(Done):
    """How far the import has come, all calls together. ``same``: what did not differ."""

    next: int
    lines: int = 0
    registered: int = 0
    changed: int = 0
    same: int = 0
    deactivated: int = 0
    refused: int = 0
    finished: bool = False


class ImportReport(ListQuery):
    kind: ExtractKind
    file: ExtractFile


class Report(Listing[RefusedLine]):
    """The lines refused, in the file's order."""

    progress: Imported


def anyone(_request: Any, _actor: Actor) -> bool:
    return True


EVERYONE = frozenset(ActorKind)
OPERATORS = frozenset({ActorKind.OPERATOR})


def _method(
    name: str, request: type[Any], answer: type[BaseModel], callers: frozenset[ActorKind]
) -> Method:
    return Method(name=name, request=request, answer=answer, callers=callers, condition=anyone)


CONTRACT = Contract(
    "directory",
    (
        _method("register_professional", RegisterProfessional, Done, OPERATORS),
        _method("register_facility", RegisterFacility, Done, OPERATORS),
        _method("enrol_facility", EnrolFacility, Done, OPERATORS),
        _method("deactivate", Deactivate, Done, OPERATORS),
        _method("import_extract", ImportExtract, Imported, OPERATORS),
        _method("import_report", ImportReport, Report, OPERATORS),
        _method("get_professional", GetProfessional, Professional, EVERYONE),
        _method("get_facility", GetFacility, Facility, EVERYONE),
        _method("mailbox_of", MailboxOf, Mailboxes, EVERYONE),
        _method("holder_of", HolderOf, Holder, EVERYONE),
        _method("search_professionals", SearchProfessionals, Listing[Professional], EVERYONE),
        _method("search_facilities", SearchFacilities, Listing[Facility], EVERYONE),
    ),
)
