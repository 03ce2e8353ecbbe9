"""Words of several requests."""

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.kernel.gate import How

Text = Annotated[str, Field(min_length=1, max_length=500)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


def partial_date(text: str) -> str:
    """A day that exists, or a month or a year of one."""
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
        raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD")
    date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < len("YYYY-MM-DD") else text)
    return text


Moment = Annotated[str, Field(max_length=10), AfterValidator(partial_date)]
"""``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: people remember no more."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Coding(Part):
    """``system``: URI or OID of the code system."""

    system: Label
    code: Code


class LinkTo(Part):
    """To an entry of the same profile, or a document of the same record."""

    kind: Literal["ENTRY", "DOCUMENT"]
    id: UUID

    def plain(self) -> dict[str, str]:
        return {"kind": self.kind, "id": str(self.id)}


HiddenFrom = Annotated[list[Literal["professionals", "representatives"]], Field(max_length=2)]
Links = Annotated[list[LinkTo], Field(max_length=20)]


class Reading(Part):
    """``session``: of a broken glass, or of a regulation centre."""

    mode: Literal["normal", "break_glass", "regulation"] = "normal"
    session: UUID | None = None

    @property
    def how(self) -> How:
        return How(self.mode, self.session)
