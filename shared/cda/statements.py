"""Observations that a CDA R2 document makes itself; what it quotes, wants or took back is left.

A previous result stands in the one of the day as ``entryRelationship typeCode="REFR"`` (IHE PaLM
XD-LAB): it is another document's. What is not in mood EVN was not observed (HL7 CDA R2, 4.3.6);
an act that is nullified was entered in error, one that is obsolete was replaced (HL7 v3
ActStatus).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from shared.cda.timestamps import read_timestamp
from shared.cda.tree import HL7, Element, attribute

T = TypeVar("T")

_SECTION = f"{{{HL7}}}section"
_OBSERVATION = f"{{{HL7}}}observation"
_RELATIONSHIP = f"{{{HL7}}}entryRelationship"
_STATEMENTS = frozenset(
    f"{{{HL7}}}{name}" for name in ("act", "organizer", "observation", "procedure", "encounter")
)
_TAKEN_BACK = frozenset({"nullified", "obsolete", "cancelled"})


class Once(Generic[T]):
    """A fact of an element that is looked for once: what stands around thousands of observations
    is asked for by each of them."""

    def __init__(self, find: Callable[[Element], T]) -> None:
        self._find = find
        self._found: dict[Element, T] = {}

    def __call__(self, element: Element) -> T:
        if element not in self._found:
            self._found[element] = self._find(element)
        return self._found[element]


@dataclass(frozen=True, eq=False)
class Stated:
    """A section or a statement, and the one ``around`` it."""

    element: Element
    around: "Stated | None" = None

    @property
    def observation(self) -> Element:
        return self.element

    @cached_property
    def within(self) -> tuple[Element, ...]:
        """Sections and statements from the outermost to the observation itself."""
        return (*(self.around.within if self.around else ()), self.element)

    @cached_property
    def is_of_another(self) -> bool:
        """Of a relative, a donor, an animal: a ``subject`` takes the place of the patient, also one
        of whom nothing is known. One that does not apply (``NA``) is none."""
        around = self.around is not None and self.around.is_of_another
        subjects = self.element.iterfind(f"{{{HL7}}}subject")
        return around or any(one.get("nullFlavor") != "NA" for one in subjects)

    @cached_property
    def is_negated(self) -> bool:
        around = self.around is not None and self.around.is_negated
        return around or self.element.get("negationInd") in {"true", "1"}

    @cached_property
    def at(self) -> str | None:
        """ISO, as precise as given: the observation's own time, else that of the battery or act
        around it. Of a span its beginning."""
        for path in ("effectiveTime", "effectiveTime/low", "effectiveTime/high"):
            if written := attribute(self.element, path, "value"):
                try:
                    return read_timestamp(written)
                except ValueError:
                    return None
        return self.around.at if self.around else None


def observations(element: Element, around: Stated | None = None) -> Iterator[Stated]:
    """In the document's order."""
    for inner in element:
        if inner.tag == _RELATIONSHIP and inner.get("typeCode") == "REFR":
            continue
        if inner.tag in _STATEMENTS:
            if not holds(inner):
                continue
            nearer = Stated(inner, around)
            if inner.tag == _OBSERVATION:
                yield nearer
            yield from observations(inner, nearer)
        else:
            section = inner.tag == _SECTION
            yield from observations(inner, Stated(inner, around) if section else around)


def holds(statement: Element) -> bool:
    """It was done or observed, and was not taken back since."""
    if statement.get("moodCode", "EVN") != "EVN":
        return False
    return attribute(statement, "statusCode", "code") not in _TAKEN_BACK
