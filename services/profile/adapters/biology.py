"""Reads the results of a biology report (CDA R2, CI-SIS CR-BIO) that are kinds of measure here.

Only the structured results of body level 3 are read: completed observations of the person with a
LOINC code of ``data/biology.csv``, a quantity and the instant of the sample. Previous results
that a report quotes are those of their own reports. What a laboratory may still change says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from services.profile.domain.kinds import Kinds
from services.profile.domain.measuring import Said
from shared.cda.finality import Finality
from shared.cda.quantities import data_type, quantities
from shared.cda.statements import Stated, observations
from shared.cda.tree import HL7 as NAMESPACE
from shared.cda.tree import Element, attribute, clinical_document
from shared.kernel.errors import InvalidRequest
from shared.kernel.french import FRANCE

HL7 = f"{{{NAMESPACE}}}"
LOINC = "2.16.840.1.113883.6.1"
MAX_BYTES = 5_000_000
MAX_RESULTS = 500
FULL_DAY = len("YYYY-MM-DD")


class BiologyReports:
    """``codes``: LOINC code to kind of measure."""

    def __init__(self, codes: Mapping[str, str], kinds: Kinds) -> None:
        self._codes = codes
        self._kinds = kinds

    def results(self, content: bytes) -> list[Said]:
        """Empty for what is no structured report. Of one kind at one instant the first counts:
        a laboratory may give the same result in two units."""
        if len(content) > MAX_BYTES:
            return []
        try:
            root = clinical_document(content)
        except InvalidRequest:
            return []
        found = {(said.kind, said.at): said for said in reversed(list(self._read(root)))}
        return sorted(found.values(), key=lambda said: (said.at, said.kind))[:MAX_RESULTS]

    def _read(self, root: Element) -> Iterator[Said]:
        finality = Finality(root)
        for stated in observations(root):
            if said := self._said(stated):
                yield replace(said, preliminary=finality.is_preliminary(stated))

    def _said(self, stated: Stated) -> Said | None:
        kind, sampled = self._kind(stated.observation), _sampled(stated)
        if kind is None or sampled is None or not _is_completed(stated):
            return None
        at, day = sampled
        for value in stated.observation.iterfind(f"{HL7}value"):
            if found := self._measured(value, kind):
                number, unit = found
                return Said(kind=kind, at=at, values=(number,), unit=unit, day=day)
        return None

    def _kind(self, observation: Element) -> str | None:
        """By the code, or one that stands beside the laboratory's own."""
        codes = (
            code
            for path in (f"{HL7}code", f"{HL7}code/{HL7}translation")
            for code in observation.iterfind(path)
            if code.get("codeSystem") == LOINC
        )
        return next(
            (kind for code in codes if (kind := self._codes.get(code.get("code", "")))), None
        )

    def _measured(self, value: Element, kind: str) -> tuple[float, str] | None:
        """In the first unit that the kind takes, be it the laboratory's second one."""
        for quantity in quantities(value) if data_type(value) == "PQ" else ():
            unit = _litre(quantity.unit or "")
            if unit in self._kinds[kind].accepted and (number := _number(quantity.value)):
                return number, unit
        return None


def _is_completed(stated: Stated) -> bool:
    done = attribute(stated.observation, "statusCode", "code") == "completed"
    return done and not stated.is_of_another and not stated.is_negated


def _litre(unit: str) -> str:
    """UCUM has two letters for the litre."""
    return re.sub(r"(?<=/)([dcmu]?)l$", r"\1L", unit)


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _sampled(stated: Stated) -> tuple[datetime, date | None] | None:
    """Its instant, and its day where it says no hour: that counts from its beginning, in France."""
    if stated.at is None or len(stated.at) < FULL_DAY:
        return None
    at = datetime.fromisoformat(stated.at)
    if at.tzinfo:
        return at.astimezone(UTC), None
    return at.replace(tzinfo=FRANCE).astimezone(UTC), at.date()
