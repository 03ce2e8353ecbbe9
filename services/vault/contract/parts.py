"""Words of several requests."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.vault.domain.metadata import iso_moment
from shared.rpc.contract import Command

Code = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Moment = Annotated[str, Field(max_length=35), AfterValidator(iso_moment)]
"""``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or an RFC 3339 instant."""
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(iso_moment)]
Mode = Literal["normal", "break_glass", "regulation"]
Sentence = Annotated[str, Field(description="for a reader, in French")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OfDocument(Command):
    document_id: UUID
