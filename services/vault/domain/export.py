"""A copy of a record for the person (GDPR art. 15, CSP L.1111-7): an IHE XDM archive in parts.

Nothing of it is kept: each part is made again whenever it is read, byte for byte as the first
time, so that a download broken off goes on where it stood. What the log keeps is who asked, for
which documents, and what each part held.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.vault.domain.listing import Entry, by_act
from services.vault.domain.zipping import Stored
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict

PART_BYTES = 4_000_000
"""Contents of one part; a larger document has a part of its own."""
PART_DOCUMENTS = 100

_CHANGED = "The record has changed since this export was begun; begin another."


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a part held when it was made. ``left_out``: documents that could not be proven."""

    size: int
    sha256: str
    files: tuple[Stored, ...]
    left_out: tuple[UUID, ...]


def planned(entries: Iterable[Entry]) -> list[list[UUID]]:
    """Oldest act first, in parts that one answer can be made of."""
    parts: list[list[UUID]] = []
    room = 0
    for entry in sorted(entries, key=by_act):
        if not parts or entry.size > room or len(parts[-1]) == PART_DOCUMENTS:
            parts.append([])
            room = PART_BYTES
        parts[-1].append(entry.document_id)
        room -= entry.size
    return parts


class Export(Aggregate):
    TOPIC = "vault.export"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        """``parts``: the documents of each, by their place in the archive."""

        TOPIC = "vault.record_exported"
        parts: list[list[UUID]]
        decision_id: UUID

    class PartMade(Event):
        """``files``: those of the part, for the archive's directory."""

        TOPIC = "vault.export_part_made"
        number: int
        size: int
        sha256: str
        files: list[dict[str, Any]]
        left_out: list[UUID]

        def apply(self, export: "Export") -> None:
            export.made[self.number] = Part(
                size=self.size,
                sha256=self.sha256,
                files=tuple(Stored(**file) for file in self.files),
                left_out=tuple(self.left_out),
            )

    @event(Created)
    def __init__(
        self, *, record_id: UUID, by: dict[str, Any], parts: list[list[UUID]], decision_id: UUID
    ) -> None:
        self.record_id = record_id
        self.by = by
        self.parts = parts
        self.made: dict[int, Part] = {}

    @classmethod
    def begin(
        cls,
        export_id: UUID,
        record_id: UUID,
        parts: list[list[UUID]],
        decision_id: UUID,
        by: Actor,
    ) -> "Export":
        return cls._create(
            cls.Created,
            id=export_id,
            record_id=record_id,
            by=by.to_event(),
            parts=parts,
            decision_id=decision_id,
        )

    def make(self, number: int, part: Part, by: Actor) -> None:
        """The first time it is told what the part is; later it must be the same.

        Raises :class:`Conflict`: halves of two different archives make none.
        """
        known = self.made.get(number)
        if known is None:
            self.trigger_event(
                self.PartMade,
                record_id=self.record_id,
                by=by.to_event(),
                number=number,
                size=part.size,
                sha256=part.sha256,
                files=[asdict(file) for file in part.files],
                left_out=list(part.left_out),
            )
        elif known.sha256 != part.sha256:
            raise Conflict(
                _CHANGED,
                message_fr="Le dossier a changé depuis le début de cette copie ; demandez-en "
                "une nouvelle.",
            )

    def is_of(self, by: Actor) -> bool:
        """Only who asked for it reads it, and a secret session's stays one."""
        return _who(self.by) == _who(by.to_event())

    @property
    def documents(self) -> Sequence[UUID]:
        return [document_id for part in self.parts for document_id in part]

    @property
    def last(self) -> int:
        """Number of the part that holds the index and the archive's directory."""
        return len(self.parts)

    def before_last(self) -> list[Part]:
        """Raises :class:`Conflict` naming the parts that were never read."""
        unread = [str(number) for number in range(self.last) if number not in self.made]
        if unread:
            raise Conflict("Read the other parts first.", fields={"part": ", ".join(unread[:50])})
        return [self.made[number] for number in range(self.last)]


def placed(parts: Sequence[Part]) -> tuple[list[Stored], int]:
    """The files of all parts at their place in the archive, and how long that is."""
    files: list[Stored] = []
    start = 0
    for part in parts:
        files += [
            Stored(name=f.name, crc=f.crc, size=f.size, offset=start + f.offset) for f in part.files
        ]
        start += part.size
    return files, start


def _who(by: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(by.get(name) for name in ("kind", "id", "record_id", "secret"))
