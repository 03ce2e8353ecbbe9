"""Reads the results of a biology report (CDA R2, CI-SIS CR-BIO) that are kinds of measure here.

Only the structured results of body level 3 are read: completed observations with a LOINC code of
``data/biology.csv``, a quantity and the instant of the sample.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from services.profile.domain.measuring import Said
from shared.cda.tree import HL7 as NAMESPACE
from shared.cda.tree import Element, clinical_document
from shared.kernel.errors import InvalidRequest
from shared.kernel.french import FRANCE

HL7 = f"{{{NAMESPACE}}}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LOINC = "2.16.840.1.113883.6.1"
MAX_BYTES = 5_000_000
MAX_RESULTS = 500


class BiologyReports:
    """``kinds``: LOINC code to kind of measure."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
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
        for observation in root.iter(f"{HL7}observation"):
            if said := self._said(observation):
                yield said

    def _said(self, observation: Element) -> Said | None:
        kind = self._kinds.get(_coded(observation) or "")
        value, at = observation.find(f"{HL7}value"), _sampled(observation)
        if kind is None or value is None or at is None or not _is_final(observation):
            return None
        number, unit = _number(value.get("value")), value.get("unit")
        if value.get(TYPE) != "PQ" or number is None or not unit:
            return None
        return Said(kind=kind, at=at, values=(number,), unit=unit)


def _is_final(observation: Element) -> bool:
    status = observation.find(f"{HL7}statusCode")
    done = status is not None and status.get("code") == "completed"
    return done and observation.get("moodCode") == "EVN"


def _coded(observation: Element) -> str | None:
    code = observation.find(f"{HL7}code")
    return code.get("code") if code is not None and code.get("codeSystem") == LOINC else None


def _number(written: str | None) -> float | None:
    try:
        return float(written or "")
    except ValueError:
        return None


def _sampled(observation: Element) -> datetime | None:
    """A day without a time counts from its beginning, in France."""
    time = observation.find(f"{HL7}effectiveTime")
    written = time.get("value", "") if time is not None else ""
    for form in ("%Y%m%d%H%M%S%z", "%Y%m%d%H%M%z", "%Y%m%d"):
        try:
            at = datetime.strptime(written, form)  # noqa: DTZ007 - the zone of a day is added below
        except ValueError:
            continue
        return (at if at.tzinfo else at.replace(tzinfo=FRANCE)).astimezone(UTC)
    return None
