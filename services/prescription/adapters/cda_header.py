"""What the header of a CDA prescription says: who wrote it, when, and how long it is valid."""

from collections.abc import Iterator
from datetime import date

from services.prescription.adapters.refused import refused
from services.prescription.domain.prescription import DOCUMENT_TYPE
from shared.cda.timestamps import civil_day
from shared.cda.tree import Element, attribute, children, has_template

PS_IDNAT = "1.2.250.1.71.4.2.1"
TYPE = DOCUMENT_TYPE
"""Others list the medicines and devices that somebody has, in the same sections."""
EP_MED_DM = "1.2.250.1.213.1.1.1.39"
"""CI-SIS eP-MED-DM, in which the period of the documented act is that of validity. Elsewhere it is
the time that the act took."""


def authors(root: Element) -> frozenset[str]:
    """Of the document: entries name those of what they refer to."""
    paths = ("author/assignedAuthor/id", "legalAuthenticator/assignedEntity/id")
    identifiers = (one for path in paths for one in children(root, path))
    return frozenset(
        one.get("extension", "").strip() for one in identifiers if one.get("root") == PS_IDNAT
    )


def written_on(root: Element) -> date | None:
    """The day of the prescription (eP-MED-DM: creation of the document)."""
    return _day(attribute(root, "effectiveTime", "value"), "effectiveTime")


def says_hour(root: Element) -> bool:
    """Not its day alone, which begins earlier overseas."""
    written = attribute(root, "effectiveTime", "value") or ""
    return len(written) > len("20261121") and written[len("20261121")].isdigit()


def valid_from(root: Element) -> date | None:
    """Its first day, where the prescriber sets one."""
    return max(_bounds(root, "low", "the beginning of validity"), default=None)


def valid_until(root: Element) -> date | None:
    """Its last day, where the prescriber sets one."""
    return min(_bounds(root, "high", "the end of validity"), default=None)


def _bounds(root: Element, bound: str, field: str) -> Iterator[date]:
    if not has_template(root, {EP_MED_DM}):
        return
    for act in children(root, "documentationOf/serviceEvent"):
        if attribute(act, "code", "code") == TYPE:
            day = _day(attribute(act, f"effectiveTime/{bound}", "value"), field)
            if day:
                yield day


def _day(written: str | None, field: str) -> date | None:
    if written is None:
        return None
    try:
        return civil_day(written)
    except ValueError:
        raise refused(f"{field} is not a day") from None
