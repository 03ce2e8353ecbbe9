"""What requests and answers of identity are made of."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.identity.domain.traits import NAME_LENGTH, Traits
from shared.rpc.contract import Command

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentityTraits(Part):
    """Names are A-Z in capitals without accents, as INSi writes them."""

    birth_name: Name
    birth_given_names: Name = Field(description="all of them, one space between two")
    first_given_name: Name = Field(description="the beginning of birth_given_names")
    sex: Literal["M", "F", "I"]
    birth_date: str = Field(max_length=10, description="YYYY-MM-DD, as received from INSi")
    birth_place: str = Field(max_length=5, description="INSEE code; 99999 when unknown")
    used_name: Name | None = Field(default=None, description="birth_name when absent")
    used_given_name: Name | None = Field(default=None, description="first_given_name when absent")

    def to_domain(self) -> Traits:
        given = self.model_dump()
        given["used_name"] = self.used_name or self.birth_name
        given["used_given_name"] = self.used_given_name or self.first_given_name
        return Traits(**given)

    @classmethod
    def of(cls, traits: Traits) -> "IdentityTraits":
        return cls(**traits.to_event())


class Contact(Part):
    """Without either, the insurer sends its notices by post from its own file."""

    email: str | None = Field(
        default=None, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$"
    )
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{6,14}$", description="E.164")


class RecordCommand(Command):
    record_id: UUID
