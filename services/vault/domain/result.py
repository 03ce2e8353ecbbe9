"""One result of biology, as its document gives it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.vault.domain.metadata import Coded
from shared.cda.quantities import Quantity

LOINC = "2.16.840.1.113883.6.1"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Bounds as written, in ``unit`` (UCUM); ``text``: a range said in words. A bound that is
    excluded: "below 5" where 5 itself is not meant."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None
    text: str | None = None
    low_excluded: bool = False
    high_excluded: bool = False

    def in_words(self) -> str:
        if self.text:
            return self.text
        low = self.low and f"{'>' if self.low_excluded else '≥'} {self.low}"
        high = self.high and f"{'<' if self.high_excluded else '≤'} {self.high}"
        return " ".join(filter(None, (low, high, self.unit)))


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """What was tested: ``nature`` in words and ``code`` (blood, urine), ``site`` and ``site_code``
    the place it was taken from, ``taken`` when (ISO)."""

    nature: str | None = None
    code: Coded | None = None
    site: str | None = None
    site_code: Coded | None = None
    taken: str | None = None

    def named(self, names: Mapping[tuple[str, str], str]) -> "Specimen":
        """With the published name of its code (by terminology and code), where the document says no
        word of it."""
        code = self.code
        if code is None or self.nature != code.code:
            return self
        return replace(self, nature=names.get((code.system or "", code.code), self.nature))

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Specimen":
        kept = dict(row)
        for name in ("code", "site_code"):
            kept[name] = Coded(**row[name]) if row[name] else None
        return cls(**kept)


@dataclass(frozen=True, kw_only=True)
class Result:
    """One result. ``codes``: that of the test first (LOINC), then the laboratory's own.

    ``value`` is a number as written, or words; ``value_code`` says the same by a code;
    ``between``: a value known by its bounds alone. ``also``: the same in other units, as the
    laboratory gives it. ``at``: ISO, when it was taken or found. ``isolate``: the micro-organism
    that was tested, in words; ``isolate_code``: by a code. ``specimens``: more than one where the
    document says so, or does not say which. ``method``: how it was found, ``method_code`` by a
    code. ``preliminary``: the laboratory has not finished. ``quoted``: by a document that is no
    report of tests. No value at all: by ``status`` the test was not done (``aborted``), or is not
    yet (``active``).
    """

    label: str
    codes: tuple[Coded, ...] = ()
    value: str | None = None
    value_code: Coded | None = None
    between: Interval | None = None
    unit: str | None = None
    also: tuple[Quantity, ...] = ()
    reference: Interval | None = None
    interpretation: tuple[str, ...] = ()
    at: str | None = None
    status: str | None = None
    laboratory: str | None = None
    laboratory_id: str | None = None
    isolate: str | None = None
    isolate_code: Coded | None = None
    specimens: tuple[Specimen, ...] = ()
    method: str | None = None
    method_code: Coded | None = None
    preliminary: bool = False
    quoted: bool = False

    def is_of(self, loinc: str) -> bool:
        return any(c.code == loinc and c.system == LOINC for c in self.codes)

    def with_specimens_named(self, names: Mapping[tuple[str, str], str]) -> "Result":
        return replace(self, specimens=tuple(one.named(names) for one in self.specimens))

    def to_row(self) -> dict[str, Any]:
        said = asdict(self).items()
        return {name: value for name, value in said if value not in (None, (), False)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Result":
        kept = dict(row)
        kept["codes"] = tuple(Coded(**code) for code in row.get("codes", ()))
        kept["also"] = tuple(Quantity(**one) for one in row.get("also", ()))
        kept["specimens"] = tuple(Specimen.from_row(one) for one in row.get("specimens", ()))
        kept["interpretation"] = tuple(row.get("interpretation", ()))
        for name, kind in (
            ("value_code", Coded),
            ("isolate_code", Coded),
            ("method_code", Coded),
            ("between", Interval),
            ("reference", Interval),
        ):
            if name in row:
                kept[name] = kind(**row[name])
        return cls(**kept)


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """What was read in one document. ``unread``: labels of results that are not among them, and
    titles of chapters that hold none we can read; ``damaged``: nothing could be read at all."""

    results: tuple[Result, ...] = ()
    unread: tuple[str, ...] = ()
    damaged: bool = False
