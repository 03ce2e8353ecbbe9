"""Requests about measures, and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.profile.contract.parts import Code, HiddenFrom, Label, Part, Reading
from services.profile.domain.kinds import Kind
from services.profile.domain.listing import TargetRow
from services.profile.domain.measuring import Said, Taken
from services.profile.domain.series import Bucket, Point
from shared.eventing.messages import Instant
from shared.kernel.clock import parse_instant
from shared.rpc.contract import Answer, Command, Done, Listing, ListQuery, Query

MOST = 10_000
"""Measures one call may ever bring; an operator's setting may lower it."""


class Measure(Part):
    """``values``: one number, or systolic and diastolic; ``unit``: UCUM. The same ``source_id``
    of the same source is the same measure: it is kept once."""

    kind: Code
    at: Instant
    values: Annotated[list[float], Field(min_length=1, max_length=2)]
    unit: Code
    source_id: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    device: Label | None = None
    comment: Annotated[str, Field(min_length=1, max_length=150)] | None = None

    def said(self) -> Said:
        return Said(
            kind=self.kind,
            at=self.at,
            values=tuple(self.values),
            unit=self.unit,
            source_id=self.source_id,
            device=self.device,
            comment=self.comment,
        )


class RecordMeasures(Command):
    """All or none; what was kept before is passed over."""

    record_id: UUID
    measures: Annotated[list[Measure], Field(min_length=1, max_length=MOST)]
    hidden_from: HiddenFrom = Field(default=[])


class TakenView(Answer):
    """``known``: it was here before. ``warnings``: ``implausible_value``, and the like."""

    measure_id: UUID
    known: bool
    warnings: list[str]

    @classmethod
    def of(cls, taken: Taken) -> "TakenView":
        return cls(measure_id=taken.measure_id, known=taken.known, warnings=list(taken.warnings))


class MeasuresRecorded(Done):
    """One item per measure, in order."""

    items: list[TakenView]


class ImportObservations(Command):
    """``bundle``: a FHIR R4 Bundle, taken entry by entry."""

    record_id: UUID
    bundle: dict[str, Any] = Field(repr=False)


class Imported(Answer):
    """``outcome``: taken, known or refused; ``field`` (FHIR path) and ``why`` of a refusal."""

    outcome: Literal["taken", "known", "refused"]
    measure_id: UUID | None = None
    warnings: list[str] = Field(default=[])
    field: str | None = None
    why: str | None = None


class ObservationsImported(Done):
    """One item per entry of the bundle, in order."""

    items: list[Imported]


class RemoveMeasure(Command):
    measure_id: UUID


class Window(Reading):
    """Measures in [from, to[."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    kind: Code
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")


class ListMeasures(ListQuery, Window):
    """Oldest first. ``every``: aggregated; hours by UTC, days and weeks by the clock of France."""

    every: Literal["hour", "day", "week"] | None = None


class LatestMeasures(Query, Reading):
    """The last measure of each kind, an index included."""

    record_id: UUID


class LatestMeasure(Answer):
    """``values``: by name of part, in ``unit`` (UCUM). ``preliminary``: the laboratory may still
    change it."""

    kind: str
    label_fr: str
    unit: str
    at: Instant
    values: dict[str, float]
    document_id: UUID | None
    preliminary: bool = False

    @classmethod
    def of(cls, point: Point, kind: Kind) -> "LatestMeasure":
        names = [part.name for part in kind.parts]
        return cls(
            kind=kind.name,
            label_fr=kind.label_fr,
            unit=kind.unit,
            at=point.at,
            values=dict(zip(names, point.values, strict=True)),
            document_id=point.document_id,
            preliminary=point.preliminary,
        )


class LatestKnown(Answer):
    """Kinds of which this reader may see none are left out."""

    items: list[LatestMeasure]


class ExportObservations(ListQuery, Window):
    """As :class:`ListMeasures`, in FHIR R4."""


class SpreadView(Answer):
    min: float
    mean: float
    max: float
    last: float


class MeasureLine(Answer):
    """A measure (``at``, ``values``), or a bucket (``at``, ``until``, ``count``, ``spreads``);
    numbers by name of part. ``computed``: an index, from other measures this reader may see.
    ``document_id``: that it was extracted from. ``preliminary``: its laboratory may still change
    it."""

    at: Instant
    values: dict[str, float] | None = None
    measure_id: UUID | None = None
    computed: bool = False
    author_type: str | None = None
    document_id: UUID | None = None
    preliminary: bool = False
    device: str | None = None
    comment: str | None = None
    warnings: list[str] = Field(default=[])
    until: Instant | None = None
    count: int = 1
    spreads: dict[str, SpreadView] | None = None

    @classmethod
    def of_point(cls, point: Point, kind: Kind) -> "MeasureLine":
        names = [part.name for part in kind.parts]
        return cls(
            at=point.at,
            values=dict(zip(names, point.values, strict=True)),
            measure_id=point.measure_id,
            computed=point.measure_id is None,
            author_type=point.author_type,
            document_id=point.document_id,
            preliminary=point.preliminary,
            device=point.device,
            comment=point.comment,
            warnings=list(point.warnings),
        )

    @classmethod
    def of_bucket(cls, bucket: Bucket, kind: Kind) -> "MeasureLine":
        return cls(
            at=bucket.start,
            until=bucket.end,
            count=bucket.count,
            spreads={
                part.name: SpreadView(**vars(spread))
                for part, spread in zip(kind.parts, bucket.spreads, strict=True)
            },
        )


class TargetView(Answer):
    low: list[float] | None
    high: list[float] | None
    set_at: Instant

    @classmethod
    def of(cls, row: TargetRow) -> "TargetView":
        return cls(
            low=list(row.low) if row.low else None,
            high=list(row.high) if row.high else None,
            set_at=parse_instant(row.set_at),
        )


class Measures(Listing[MeasureLine]):
    """``unit``: UCUM, of every number; ``target``: the one that stands."""

    unit: str
    target: TargetView | None


class Observations(Answer):
    """``bundle``: type collection; the next page by ``next_cursor``."""

    bundle: dict[str, Any]
    next_cursor: str | None
    total: int


Bound = Annotated[list[float], Field(min_length=1, max_length=2)]


class SetTarget(Command):
    """One number per part of the kind; no bound at all takes the target away."""

    record_id: UUID
    kind: Code
    unit: Code
    low: Bound | None = None
    high: Bound | None = None


class TargetSet(Done):
    """In the unit of the kind."""

    low: list[float] | None
    high: list[float] | None


class MeasureKinds(Query):
    pass


class KindView(Answer):
    name: str
    label_fr: str
    system: str
    code: str
    unit: str
    accepted: list[str]
    parts: list[str]


class KindsKnown(Answer):
    items: list[KindView]

    @classmethod
    def of(cls, kinds: list[Kind]) -> "KindsKnown":
        return cls(
            items=[
                KindView(
                    name=kind.name,
                    label_fr=kind.label_fr,
                    system=kind.system,
                    code=kind.code,
                    unit=kind.unit,
                    accepted=list(kind.accepted),
                    parts=[part.name for part in kind.parts],
                )
                for kind in kinds
            ]
        )
