"""Observations that a CDA R2 document makes itself; what it quotes, wants or took back is left.

A previous result stands in the one of the day as ``entryRelationship typeCode="REFR"`` (IHE PaLM
XD-LAB): it is another document's. What is not in mood EVN was not observed (HL7 CDA R2, 4.3.6);
an act that is nullified was entered in error, one that is obsolete was replaced (HL7 v3
ActStatus).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.cda.timestamps import read_timestamp
from shared.cda.tree import HL7, Element, attribute, child

_SECTION = f"{{{HL7}}}section"
_OBSERVATION = f"{{{HL7}}}observation"
_RELATIONSHIP = f"{{{HL7}}}entryRelationship"
_STATEMENTS = frozenset(
    f"{{{HL7}}}{name}" for name in ("act", "organizer", "observation", "procedure", "encounter")
)
_TAKEN_BACK = frozenset({"nullified", "obsolete", "cancelled"})


@dataclass(frozen=True)
class Stated:
    """``within``: sections and statements from the outermost to ``observation`` itself."""

    within: tuple[Element, ...]

    @property
    def observation(self) -> Element:
        return self.within[-1]

    @property
    def is_of_another(self) -> bool:
        """Of a relative, a donor, an animal: a ``subject`` takes the place of the patient."""
        return any(child(one, "subject") is not None for one in self.within)

    @property
    def is_negated(self) -> bool:
        return any(one.get("negationInd") in {"true", "1"} for one in self.within)

    @property
    def at(self) -> str | None:
        """ISO, as precise as given: the observation's own time, else that of the battery or act
        around it. Of a span its beginning."""
        for one in reversed(self.within):
            for path in ("effectiveTime", "effectiveTime/low", "effectiveTime/high"):
                if written := attribute(one, path, "value"):
                    try:
                        return read_timestamp(written)
                    except ValueError:
                        return None
        return None


def observations(element: Element, within: tuple[Element, ...] = ()) -> Iterator[Stated]:
    """In the document's order."""
    for inner in element:
        if inner.tag == _RELATIONSHIP and inner.get("typeCode") == "REFR":
            continue
        if inner.tag in _STATEMENTS:
            if not _holds(inner):
                continue
            nearer = (*within, inner)
            if inner.tag == _OBSERVATION:
                yield Stated(nearer)
            yield from observations(inner, nearer)
        else:
            yield from observations(inner, (*within, inner) if inner.tag == _SECTION else within)


def _holds(statement: Element) -> bool:
    if statement.get("moodCode", "EVN") != "EVN":
        return False
    return attribute(statement, "statusCode", "code") not in _TAKEN_BACK
