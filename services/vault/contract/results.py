"""Earlier results of biology: the request and its answer."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.contract.parts import Day
from services.vault.contract.reading import Reading
from services.vault.contract.result_views import ResultView
from services.vault.domain.listing import Entry
from services.vault.domain.result import ReadDocument
from services.vault.domain.results import FoundPage
from shared.rpc.contract import Answer, Listing, ListQuery


class PriorResults(ListQuery, Reading):
    """``loinc``: of one test; days are of the result, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")


class Unread(Answer):
    """A document that may hold results not shown here: open it. ``not_structured``: it is a file
    or a scan; ``damaged``: its content could not be read; ``values``: those of ``labels``, tests
    or chapters."""

    document_id: UUID
    why: Literal["not_structured", "damaged", "values"]
    labels: list[str] = Field(default=[])


class ResultsFound(Listing[ResultView]):
    """Latest first. ``unread``: of the whole period asked for, not of this page."""

    unread: list[Unread]

    @classmethod
    def of(
        cls,
        page: FoundPage,
        not_structured: Sequence[Entry],
        read: Sequence[tuple[Entry, ReadDocument]],
    ) -> "ResultsFound":
        unread = [Unread(document_id=e.document_id, why="not_structured") for e in not_structured]
        for entry, document in read:
            if document.damaged:
                unread.append(Unread(document_id=entry.document_id, why="damaged"))
            elif document.unread:
                labels = list(document.unread)
                unread.append(Unread(document_id=entry.document_id, why="values", labels=labels))
        return cls(
            items=[ResultView.of(found) for found in page.found],
            next_cursor=page.next_cursor,
            total=page.total,
            unread=unread,
        )
