"""What requests and answers of the directory are made of."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
Category = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$", description="TRE_R66, TRE_R397")]
Siren = Annotated[str, Field(pattern=r"^\d{9}$")]
Siret = Annotated[str, Field(pattern=r"^\d{14}$")]
Commune = Annotated[
    str, Field(pattern=r"^\d[\dAB]\d{3}$", description="INSEE code of the commune, as 2A004")
]
Phone = Annotated[str, Field(pattern=r"^\+?\d{4,15}$", description="digits alone")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfFacility(Part):
    """Which facility: its FINESS, or the Struct_IdNat of one that may have none."""

    finess: Finess | None = None
    structure: StructureId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "OfFacility":
        if (self.finess is None) == (self.structure is None):
            raise ValueError("name it by finess or by structure, not both")
        return self

    @property
    def named(self) -> str:
        """Struct_IdNat."""
        return self.structure or f"1{self.finess}"


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


class RegisterEntry(BaseModel):
    """What a register of facilities says beside: FINESS, the national one of those it numbers.

    ``category``: of an establishment, TRE_R66 (TRE_R397 since FINESS+). ``address``: without
    postal code and town. ``described_by``: whose entry this is; null: known through the
    professionals who work there, or an operator.
    """

    siren: Siren | None = None
    siret: Siret | None = None
    category: Category | None = None
    address: str | None = Field(default=None, min_length=1, max_length=300)
    commune: Commune | None = None
    phone: Phone | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    described_by: Literal["finess"] | None = None


class FacilityDescription(Part, RegisterEntry):
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
