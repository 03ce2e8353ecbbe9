"""Words of several requests."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.agenda.domain import facts as f
from services.agenda.domain.when import FIRST_YEAR, LAST_YEAR, is_zone
from shared.rpc.contract import Command

Sentence = Annotated[str, Field(description="for the person, in French")]


def _one_line(text: str) -> str:
    shown = f.line(text, len(text) + 1)
    if shown is None:
        raise ValueError("is empty")
    return shown


def _several_lines(text: str) -> str:
    shown = f.lines(text, len(text) + 1)
    if shown is None:
        raise ValueError("is empty")
    return shown


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is no zone of the IANA database")
    return name


def _reasonable(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Title = Annotated[str, Field(max_length=f.TITLE), AfterValidator(_one_line)]
Name = Annotated[str, Field(max_length=f.NAME), AfterValidator(_one_line)]
Address = Annotated[str, Field(max_length=f.ADDRESS), AfterValidator(_one_line)]
Comment = Annotated[str, Field(max_length=f.COMMENT), AfterValidator(_several_lines)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
Day = Annotated[date, AfterValidator(_reasonable)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Key = Annotated[str, Field(min_length=10, max_length=32, description="as `occurrence` of a list")]


class OfRecord(Command):
    record_id: UUID
