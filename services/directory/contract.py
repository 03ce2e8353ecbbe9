"""What the directory answers to, and to whom. The national directory is public data: any
caller with a token may read it; operators alone write it.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.directory.domain import professional as domain
from services.directory.domain.codes import Codes
from services.directory.domain.words import PREFIX_MIN
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    Listing,
    ListQuery,
    Method,
    Query,
)

Name = Annotated[str, Field(min_length=1, max_length=100)]
NationalId = Annotated[str, Field(min_length=10, max_length=50, description="PS_IdNat")]
Finess = Annotated[str, Field(max_length=9)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Part):
    """Where someone practises; ``facility`` is a Struct_IdNat (1 and a FINESS)."""

    facility: str | None = Field(default=None, max_length=50)
    postal_code: str | None = Field(default=None, pattern=r"^\d{5}$")
    town: str | None = Field(default=None, max_length=60)


class Description(Part):
    family_name: Name
    given_name: Name
    profession: str = Field(max_length=5, description="code of TRE_G15, or TRE_G16 in training")
    in_training: bool = False
    specialty: str | None = Field(default=None, max_length=10, description="code of savoir-faire")
    pharmacist_section: str | None = Field(default=None, max_length=5)
    places: list[Place] = Field(default=[], max_length=20)


class RegisterProfessional(Command, Description):
    """Registers, changes what differs, or takes back one who was deactivated."""

    national_id: NationalId


class RegisterFacility(Command):
    finess: Finess
    name: Name
    sector: str = Field(max_length=5, description="SAxx, sector of activity")
    postal_code: str | None = Field(default=None, pattern=r"^\d{5}$")
    town: str | None = Field(default=None, max_length=60)


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
    active: bool

    @classmethod
    def of(cls, professional: domain.Professional, codes: Codes) -> "Professional":
        described = professional.description
        practice = (described["profession"], described["in_training"])
        return cls(
            national_id=professional.national_id,
            profession_fr=codes.professions[practice],
            active=professional.active,
            **described,
        )


class SearchProfessionals(ListQuery):
    """Every word of ``text`` is the beginning of a name; ``place``: postal code, town, facility."""

    text: str = Field(min_length=PREFIX_MIN, max_length=100)
    profession: str | None = Field(default=None, max_length=5)
    place: str | None = Field(default=None, min_length=2, max_length=60)


def anyone(_request: Any, _actor: Actor) -> bool:
    return True


EVERYONE = frozenset(ActorKind)
OPERATORS = frozenset({ActorKind.OPERATOR})

CONTRACT = Contract(
    "directory",
    (
        Method(
            name="register_professional",
            request=RegisterProfessional,
            answer=Done,
            callers=OPERATORS,
            condition=anyone,
        ),
        Method(
            name="register_facility",
            request=RegisterFacility,
            answer=Done,
            callers=OPERATORS,
            condition=anyone,
        ),
        Method(
            name="deactivate",
            request=Deactivate,
            answer=Done,
            callers=OPERATORS,
            condition=anyone,
        ),
        Method(
            name="get_professional",
            request=GetProfessional,
            answer=Professional,
            callers=EVERYONE,
            condition=anyone,
        ),
        Method(
            name="search_professionals",
            request=SearchProfessionals,
            answer=Listing[Professional],
            callers=EVERYONE,
            condition=anyone,
        ),
    ),
)
