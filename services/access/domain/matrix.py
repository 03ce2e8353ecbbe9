"""The statutory matrix: profession, specialty or section, by document class and type.

Arrêté of 26 October 2023. It is data: loaded, versioned by digest, replaced without code.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any, TypedDict
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain.errors import MatrixAlreadyLoaded
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

ANY = "*"
_STRICTER = ("yes", "partial", "no")
"""Of two cells that are as near, the one further on answers: their order says nothing."""
Place = tuple[str, str, str, str]
"""Profession, qualifier, class and type that a cell speaks of."""


class Cell(TypedDict):
    """``qualifier``: specialty or pharmacist's section. ``read``: yes, partial or no.

    ``read`` or ``write`` (yes, no) is ``None`` where the cell says nothing of it. ``sourced``:
    found in a text, as against reconstructed; it wins over any that is not.
    """

    profession: str
    qualifier: str
    document_class: str
    document_type: str
    read: str | None
    write: str | None
    sourced: bool
    source: str


class Matrix:
    """One version, ready to be asked."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.digest = digest_of(cells)
        self._at: dict[Place, list[Cell]] = {}
        for cell in cells:
            self._at.setdefault(place_of(cell), []).append(cell)

    def read(self, profession: str, qualifiers: Iterable[str], kind: str, type_: str) -> str:
        """``yes``, ``partial``, ``no``, or ``none`` when no cell speaks of it."""
        return self._ask("read", profession, qualifiers, kind, type_)

    def write(self, profession: str, qualifiers: Iterable[str], kind: str, type_: str) -> str:
        """``yes``, ``no``, or ``none``."""
        return self._ask("write", profession, qualifiers, kind, type_)

    def _ask(
        self, right: str, profession: str, qualifiers: Iterable[str], kind: str, type_: str
    ) -> str:
        places = product((profession,), {ANY, *qualifiers}, {ANY, kind}, {ANY, type_})
        speaking = [
            (_precedence(cell), _STRICTER.index(said), said)
            for place in places
            for cell in self._at.get(place, ())
            if (said := _right(cell, right)) is not None
        ]
        return max(speaking)[-1] if speaking else "none"


def place_of(cell: Cell) -> Place:
    return cell["profession"], cell["qualifier"], cell["document_class"], cell["document_type"]


def _right(cell: Cell, right: str) -> str | None:
    return cell["read"] if right == "read" else cell["write"]


def _precedence(cell: Cell) -> tuple[bool, bool, bool, bool]:
    """A sourced cell first, then what names the type, the specialty, the class."""
    return (
        cell["sourced"],
        cell["document_type"] != ANY,
        cell["qualifier"] != ANY,
        cell["document_class"] != ANY,
    )


def digest_of(cells: Sequence[Cell]) -> str:
    """SHA-256 of the cells as canonical JSON, whatever order they came in."""
    lines = sorted(json.dumps(c, sort_keys=True, ensure_ascii=False) for c in cells)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class MatrixRegister(Aggregate):
    """Every matrix ever in force; the last one loaded is."""

    TOPIC = "access.matrix_register"

    class Created(Aggregate.Created):
        TOPIC = "access.matrix_register_opened"
        by: dict[str, Any]

    class MatrixLoaded(Aggregate.Event):
        TOPIC = "access.matrix_loaded"
        by: dict[str, Any]
        name: str
        digest: str
        cells: list[Cell]
        loaded_at: datetime

        def apply(self, aggregate: "MatrixRegister") -> None:
            aggregate.names[self.name] = self.digest
            aggregate.cells[self.digest] = self.cells
            aggregate.current = self.digest

    @staticmethod
    def id_of(secret: bytes) -> UUID:
        return derived_id(secret, "matrix")

    @classmethod
    def open(cls, secret: bytes, *, by: Actor) -> "MatrixRegister":
        return cls._create(cls.Created, id=cls.id_of(secret), by=by.to_event())

    def __init__(self, *, by: dict[str, Any]) -> None:
        self.opened_by = by
        self.names: dict[str, str] = {}
        self.cells: dict[str, list[Cell]] = {}
        self.current: str | None = None

    def load(self, name: str, cells: Sequence[Cell], *, at: datetime, by: Actor) -> str:
        """Put a matrix in force and return its digest; a name is given to one matrix only."""
        digest = digest_of(cells)
        if self.names.get(name, digest) != digest:
            raise MatrixAlreadyLoaded
        self.trigger_event(
            self.MatrixLoaded,
            by=by.to_event(),
            name=name,
            digest=digest,
            cells=list(cells),
            loaded_at=at,
        )
        return digest
