"""Earlier results of biology: the request and its answer."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.contract.parts import Day
from services.vault.contract.reading import Reading
from services.vault.contract.views import CodedView
from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Coded
from services.vault.domain.results import Found, FoundPage, Interval, ReadDocument
from shared.rpc.contract import Answer, Listing, ListQuery


class PriorResults(ListQuery, Reading):
    """``loinc``: of one test; days are of the result, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")


class IntervalView(Answer):
    """Bounds as written, in a UCUM unit; ``text``: a range said in words, or several of them,
    each with whom it is for. ``low_excluded``, ``high_excluded``: above, or below, and not it."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None
    text: str | None = None
    low_excluded: bool = False
    high_excluded: bool = False

    @classmethod
    def of(cls, interval: Interval | None) -> "IntervalView | None":
        if interval is None:
            return None
        return cls(**asdict(interval))


class QuantityView(Answer):
    value: str
    unit: str | None


class ResultView(Answer):
    """``codes``: LOINC first, then the laboratory's own. ``between``: a value known by its bounds
    alone. ``also``: the same in other units, as the laboratory gives it. ``at``: ISO, as precise
    as given; ``day``: the same day in France, else that of the document's act. ``status``
    ``aborted``: the test was not done, and there may be no value. ``laboratory``: none where the
    document does not say who did it. ``isolate``: the micro-organism that was tested."""

    document_id: UUID
    label: str
    codes: list[CodedView]
    value: str | None
    value_code: CodedView | None
    between: IntervalView | None
    unit: str | None
    reference: IntervalView | None
    interpretation: list[str]
    at: str | None
    day: str
    status: str | None
    laboratory: str | None
    laboratory_id: str | None
    also: list[QuantityView] = Field(default=[])
    isolate: str | None = None
    isolate_code: CodedView | None = None

    @classmethod
    def of(cls, found: Found) -> "ResultView":
        said = found.result
        return cls(
            document_id=found.document_id,
            label=said.label,
            codes=[_coded(code) for code in said.codes],
            value=said.value,
            value_code=_coded(said.value_code) if said.value_code else None,
            between=IntervalView.of(said.between),
            unit=said.unit,
            reference=IntervalView.of(said.reference),
            interpretation=list(said.interpretation),
            at=said.at,
            day=found.day,
            status=said.status,
            laboratory=said.laboratory,
            laboratory_id=said.laboratory_id,
            also=[QuantityView(value=one.value, unit=one.unit) for one in said.also],
            isolate=said.isolate,
            isolate_code=_coded(said.isolate_code) if said.isolate_code else None,
        )


def _coded(code: Coded) -> CodedView:
    return CodedView(code=code.code, display=code.display, system=code.system)


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
