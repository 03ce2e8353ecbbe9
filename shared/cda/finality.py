"""Whether a laboratory has finished the tests that a document tells of (IHE PaLM XD-LAB)."""

from shared.cda.statements import Once, Stated
from shared.cda.tree import HL7, Element, attribute, has_template

ACTIVE = "active"
"""HL7 ActStatus: not finished."""
CHAPTERS = frozenset({"1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2"})
"""IHE's "Laboratory Specialty Section" and "Laboratory Report Item Section"."""


class Finality:
    """Of one document."""

    def __init__(self, document: Element) -> None:
        self._is_open = _is_open(document)
        self._is_chapter = Once(lambda one: has_template(one, CHAPTERS))
        self._is_active = Once(lambda one: attribute(one, "statusCode", "code") == ACTIVE)

    def is_preliminary(self, stated: Stated) -> bool:
        """The document as a whole, or the observation itself; in a report also where its act or
        battery still awaits results (XD-LAB, statusCode). An act around what a letter says is
        active for other reasons."""
        in_report = any(map(self._is_chapter, stated.within))
        around = stated.within if in_report else [stated.observation]
        return self._is_open or any(map(self._is_active, around))


def _is_open(document: Element) -> bool:
    """XD-LAB: a report is not final if the act that it documents is still ``active``; without a
    status it is final. The element is XD-LAB's own, in a space of its own."""
    statuses = document.iterfind(f"{{{HL7}}}documentationOf/{{{HL7}}}serviceEvent/{{*}}statusCode")
    return any(status.get("code", "").strip() == ACTIVE for status in statuses)
