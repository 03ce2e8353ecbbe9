"""Requests for what is drawn from several documents, and their answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.vault.contract.parts import Code, Day, Part
from services.vault.contract.reading import Reading
from services.vault.contract.views import CodedView, DocumentView
from services.vault.domain import summary
from services.vault.domain.listing import Entry
from services.vault.domain.mandatory import Mandatory, Owed, Stay
from services.vault.domain.metadata import Coded
from services.vault.domain.results import Found, FoundPage, Interval, ReadDocument
from services.vault.domain.value_sets import ValueSets
from shared.rpc.contract import Answer, Listing, ListQuery, Query


class PriorResults(ListQuery, Reading):
    """``loinc``: of one test; days are of the result, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")


class IntervalView(Answer):
    """Bounds as written, in a UCUM unit; ``text``: a range said in words."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, interval: Interval | None) -> "IntervalView | None":
        if interval is None:
            return None
        return cls(low=interval.low, high=interval.high, unit=interval.unit, text=interval.text)


class ResultView(Answer):
    """``codes``: LOINC first, then the laboratory's own. ``between``: a value known by its bounds
    alone. ``at``: ISO, as precise as given; ``day``: the same day in France, else that of the
    document's act."""

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
        )


def _coded(code: Coded) -> CodedView:
    return CodedView(code=code.code, display=code.display, system=code.system)


class Unread(Answer):
    """A document that may hold results not shown here: open it. ``not_structured``: it is a file
    or a scan; ``damaged``: its content could not be read; ``values``: those of ``labels``."""

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


class Summarise(Query, Reading):
    record_id: UUID


class SynthesisView(Answer):
    """``due``: the day by which the next one is to be written; ``overdue`` once it has passed,
    and where there is none."""

    latest: DocumentView | None
    due: date
    overdue: bool


class Summary(Answer):
    """Entries and measures are as ``profile`` shows them. ``profile_shown`` is false for a reader
    who may not see it: nothing is known then of allergies, which is not the same as none.
    ``sections``: the others of a synthesis, by name; ``measures``: the last of each kind."""

    synthesis: SynthesisView
    profile_shown: bool
    allergies: list[dict[str, Any]]
    sections: dict[str, list[dict[str, Any]]]
    measures: list[dict[str, Any]]
    trusted_contacts: list[dict[str, Any]]
    emergency_contacts: list[dict[str, Any]]
    directives: dict[str, Any] | None
    directives_document: DocumentView | None

    @classmethod
    def of(
        cls,
        made: summary.Synthesis,
        directives: Entry | None,
        profile: summary.FromProfile | None,
        sets: ValueSets,
    ) -> "Summary":
        shown = profile or summary.FromProfile()
        others = shown.sections.keys() - {"allergies", "contacts"}
        return cls(
            synthesis=SynthesisView(
                latest=DocumentView.of(made.latest, sets) if made.latest else None,
                due=made.due,
                overdue=made.overdue,
            ),
            profile_shown=profile is not None,
            allergies=_plain(shown.sections.get("allergies", ())),
            sections={name: _plain(shown.sections[name]) for name in sorted(others)},
            measures=_plain(shown.measures),
            trusted_contacts=_plain(summary.contacts(shown, summary.TRUSTED)),
            emergency_contacts=_plain(summary.contacts(shown, summary.EMERGENCY)),
            directives=dict(shown.directives) if shown.directives else None,
            directives_document=DocumentView.of(directives, sets) if directives else None,
        )


def _plain(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(entry) for entry in entries]


Producer = Literal["professional", "facility", "treating_doctor", "laboratory", "radiology"]


class MandatoryDocuments(Query):
    producer: Producer | None = None


class MandatoryView(Answer):
    """``stay``: when a hospital stay owes it (``always``, ``if_operated``, ``if_planned``).
    ``confidence`` is ``medium`` where the date is not from the text itself."""

    id: str
    document: str
    types: list[str]
    producers: list[str]
    stay: str | None
    mail_to_professional: bool
    mail_to_person: bool
    in_force_since: date
    in_force: bool
    excluded: str | None
    confidence: str

    @classmethod
    def of(cls, line: Mandatory, today: date) -> "MandatoryView":
        return cls(
            id=line.id,
            document=line.document,
            types=list(line.types),
            producers=list(line.producers),
            stay=line.stay or None,
            mail_to_professional=line.mail_to_professional,
            mail_to_person=line.mail_to_person,
            in_force_since=line.in_force_since,
            in_force=line.in_force_since <= today,
            excluded=line.excluded or None,
            confidence=line.confidence,
        )


class MandatoryFound(Answer):
    items: list[MandatoryView]

    @classmethod
    def of(cls, lines: Sequence[Mandatory], producer: str | None, today: date) -> "MandatoryFound":
        fitting = (line for line in lines if producer is None or producer in line.producers)
        return cls(items=[MandatoryView.of(line, today) for line in fitting])


class Episode(Part):
    """A hospital stay. ``facility``: Struct_IdNat; ``to``: absent while it goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    facility: Code
    since: Day = Field(alias="from")
    until: Day | None = Field(default=None, alias="to")
    operated: bool = False
    planned: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Episode":
        if self.until and self.until < self.since:
            raise ValueError("a stay ends after it begins")
        return self

    @property
    def stay(self) -> Stay:
        return Stay(
            facility=self.facility,
            start=date.fromisoformat(self.since),
            stop=date.fromisoformat(self.until) if self.until else None,
            operated=self.operated,
            planned=self.planned,
        )


class MissingMandatory(Query, Reading):
    record_id: UUID
    episode: Episode


class OwedView(Answer):
    """``not_due``: the stay goes on."""

    id: str
    document: str
    types: list[str]
    state: Literal["present", "missing", "not_due"]
    document_id: UUID | None


class StayChecked(Answer):
    """``missing``: ids of what is not among the documents this reader may see."""

    items: list[OwedView]
    missing: list[str]

    @classmethod
    def of(cls, found: Sequence[Owed]) -> "StayChecked":
        return cls(
            items=[
                OwedView(
                    id=one.line.id,
                    document=one.line.document,
                    types=list(one.line.types),
                    state=one.state,
                    document_id=one.entry.document_id if one.entry else None,
                )
                for one in found
            ],
            missing=[one.line.id for one in found if one.state == "missing"],
        )
