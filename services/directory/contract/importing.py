"""Taking in the extract files of the national directory."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from services.directory.contract.parts import Part
from shared.rpc.contract import Command, Done, Listing, ListQuery


class ExtractKind(StrEnum):
    """What is taken from a file of the national directory; README says from which."""

    ACTIVITIES = "activities"
    SKILLS = "skills"
    DIPLOMAS = "diplomas"
    MAILBOXES = "mailboxes"
    STRUCTURES = "structures"
    SITES = "sites"
    PRACTICES = "practices"
    FACILITY_MAILBOXES = "facility_mailboxes"
    ESTABLISHMENTS = "establishments"
    LEGAL_ENTITIES = "legal_entities"
    ESTABLISHMENTS_CSV = "establishments_csv"
    LEGAL_ENTITIES_CSV = "legal_entities_csv"


KEY_MAX = 60
"""Characters of whom a line is about."""
FIELD_MAX = 2_000
Column = Annotated[str, Field(max_length=60)]
LineNumber = Annotated[int, Field(ge=1, le=2**31)]


class ExtractRow(Part):
    """One line, its columns already named as the kind's fields; empty ones left out.

    ``alike``: how many more lines said the same.
    """

    line: LineNumber
    alike: int = Field(default=0, ge=0, le=2**31)
    fields: dict[Column, Annotated[str, Field(max_length=FIELD_MAX)]] = Field(max_length=30)


class ExtractGroup(Part):
    """All lines about one professional or facility. ``key``: PS_IdNat, or Struct_IdNat (a
    FINESS or SIRET may come as it is)."""

    key: str = Field(max_length=KEY_MAX)
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

    ``published``: the day of the file, where it is known. One older than the last of its kind is
    not begun (``conflict``), unless ``older`` says to take it: who was struck off since would be
    brought back.
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
    published: date | None = None
    older: Literal["refuse", "take"] = "refuse"


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
