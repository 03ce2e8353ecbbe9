"""What anyone may ask: of one professional or facility, or which there are."""

from datetime import date
from typing import Literal

from pydantic import Field

from services.directory.contract.parts import (
    Diploma,
    Mailbox,
    MailboxKind,
    NationalId,
    OfFacility,
    Place,
    RegisterEntry,
    Sector,
    Skill,
)
from services.directory.domain import facility as facilities
from services.directory.domain import professional as professionals
from services.directory.domain.codes import Codes
from services.directory.domain.national_ids import finess_of
from shared.kernel.words import PREFIX_MIN
from shared.rpc.contract import Answer, ListQuery, Query


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


class GetFacility(Query, OfFacility):
    pass


class Facility(Answer, RegisterEntry):
    """``finess``: empty for one that has none. ``structure``: Struct_IdNat. ``consults_from``:
    the day from which it may consult records; null when not enrolled.
    """

    finess: str
    structure: str
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
            finess=finess_of(facility.structure) or "",
            structure=facility.structure,
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
    """Open facilities of a kind (sector of activity, SAxx, or category of FINESS), at a place
    (postal code, département, town), whose name has words that begin like those of ``text``.
    """

    kind: Sector | None = None
    place: str | None = Field(default=None, min_length=2, max_length=60)
    text: str | None = Field(default=None, min_length=PREFIX_MIN, max_length=100)
    level: Literal["EJ", "ET"] = "ET"
