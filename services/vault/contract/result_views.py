"""One result of biology, as it is shown."""

from dataclasses import asdict
from uuid import UUID

from pydantic import Field

from services.vault.contract.views import CodedView
from services.vault.domain.metadata import Coded
from services.vault.domain.result import Interval, Specimen
from services.vault.domain.results import Found
from shared.rpc.contract import Answer


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


class SpecimenView(Answer):
    """What was tested, in the document's words: its ``nature`` (blood, urine; by the published
    name of its code where the document has none), the ``site`` that it was taken from, and when it
    was ``taken`` (ISO, as precise as given)."""

    nature: str | None = None
    code: CodedView | None = None
    site: str | None = None
    site_code: CodedView | None = None
    taken: str | None = None

    @classmethod
    def of(cls, said: Specimen) -> "SpecimenView":
        return cls(
            nature=said.nature,
            code=_maybe(said.code),
            site=said.site,
            site_code=_maybe(said.site_code),
            taken=said.taken,
        )


class ResultView(Answer):
    """``codes``: LOINC first, then the laboratory's own. ``between``: a value known by its bounds
    alone. ``also``: the same in other units, as the laboratory gives it. ``at``: ISO, as precise
    as given; ``day``: the same day in France, else that of the document's act. There may be no
    value: ``status`` ``aborted``, the test was not done, or ``active``, it is not finished.
    ``laboratory``: none where the document does not say who did it. ``isolate``: the
    micro-organism that was tested. ``specimens``: more than one where the document says so, or
    does not say which. ``method``: how it was found. ``preliminary``: the laboratory has not
    finished, a final report is to replace this one. ``quoted``: a letter or a synthesis repeats
    it; the report of tests is another document, which may be here or not."""

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
    specimens: list[SpecimenView] = Field(default=[])
    method: str | None = None
    method_code: CodedView | None = None
    preliminary: bool = False
    quoted: bool = False

    @classmethod
    def of(cls, found: Found) -> "ResultView":
        said = found.result
        return cls(
            document_id=found.document_id,
            label=said.label,
            codes=[_coded(code) for code in said.codes],
            value=said.value,
            value_code=_maybe(said.value_code),
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
            isolate_code=_maybe(said.isolate_code),
            specimens=[SpecimenView.of(one) for one in said.specimens],
            method=said.method,
            method_code=_maybe(said.method_code),
            preliminary=said.preliminary,
            quoted=said.quoted,
        )


def _coded(code: Coded) -> CodedView:
    return CodedView(code=code.code, display=code.display, system=code.system)


def _maybe(code: Coded | None) -> CodedView | None:
    return _coded(code) if code else None
