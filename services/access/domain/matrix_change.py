"""What another matrix would change, told before it takes effect."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.access.domain.matrix import ANY, Cell, Matrix, place_of


@dataclass(frozen=True)
class RightChange:
    """``before``, ``after``: what each matrix answers (yes, partial, no, none)."""

    profession: str
    qualifier: str
    document_class: str
    document_type: str
    right: str
    before: str
    after: str


def changes(old: Matrix, new: Matrix, cells: Iterable[Cell]) -> Iterator[RightChange]:
    """Where the two answer differently, of all that ``cells`` (of both) speak of. A cell that
    says the same in other words changes nothing and is not told."""
    for profession, qualifier, class_, type_ in sorted({place_of(cell) for cell in cells}):
        asked = (
            profession,
            [] if qualifier == ANY else [qualifier],
            "" if class_ == ANY else class_,
            "" if type_ == ANY else type_,
        )
        pairs = (
            ("read", old.read(*asked), new.read(*asked)),
            ("write", old.write(*asked), new.write(*asked)),
        )
        for right, before, after in pairs:
            if before != after:
                yield RightChange(profession, qualifier, class_, type_, right, before, after)
