"""Requests about a copy of the record, and their answers."""

from uuid import UUID

from pydantic import Field

from services.vault.domain.export import Export
from shared.rpc.contract import Answer, Command, Done, Query


class ExportRecord(Command):
    """A copy of all documents that the caller may see, as an IHE XDM archive in parts."""

    record_id: UUID


class ExportBegun(Done):
    """``parts``: how many there are to read, in their order, to have the archive."""

    export_id: UUID
    documents: int
    parts: int


class ExportStatus(Query):
    export_id: UUID


class PartView(Answer):
    """``size`` and ``sha256`` (hex): of a part that was read once; it never changes."""

    number: int
    read: bool
    size: int | None
    sha256: str | None


class ExportShown(Answer):
    """``size``: of the whole archive, once every part was read."""

    export_id: UUID
    record_id: UUID
    documents: int
    parts: list[PartView]
    complete: bool
    size: int | None

    @classmethod
    def of(cls, export: Export) -> "ExportShown":
        numbers = range(export.last + 1)
        complete = len(export.made) == export.last + 1
        return cls(
            export_id=export.id,
            record_id=export.record_id,
            documents=len(export.documents),
            parts=[
                PartView(
                    number=number,
                    read=number in export.made,
                    size=export.made[number].size if number in export.made else None,
                    sha256=export.made[number].sha256 if number in export.made else None,
                )
                for number in numbers
            ],
            complete=complete,
            size=sum(part.size for part in export.made.values()) if complete else None,
        )


class ReadExport(Query):
    """``part`` from 0 on, the last one after all others; ``offset``: where to go on in it."""

    export_id: UUID
    part: int = Field(ge=0)
    offset: int = Field(default=0, ge=0)


class ExportPart(Answer):
    """``content`` in base64: from ``offset`` up to ``next_offset``, or to the end of the part.
    The parts one after another are the archive. ``left_out``: documents whose content cannot be
    proven intact, named in its index too."""

    part: int
    content: str = Field(repr=False)
    next_offset: int | None
    part_size: int
    part_sha256: str
    left_out: list[UUID]
    position: int = 0
