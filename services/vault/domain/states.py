"""The states of a document, and the only ways from one to another.

In the record they are those of the DMP (XDS availabilityStatus and its French additions; guide
DMPi and PDSm, transactions TD2.1, TD3.3c, TD3.3d); one held back is not in the record yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.errors import Conflict


class Status(StrEnum):
    """``Approved`` to ``Deleted``: XDS availabilityStatus, without its URN."""

    HELD = "Held"
    DISCARDED = "Discarded"
    APPROVED = "Approved"
    DEPRECATED = "Deprecated"
    ARCHIVED = "Archived"
    DELETED = "Deleted"


IN_RECORD = frozenset({Status.APPROVED, Status.DEPRECATED, Status.ARCHIVED})
"""What readers may be shown."""


class Act(StrEnum):
    """What moves a document from one state to another."""

    RELEASE = "release"
    DISCARD = "discard"
    REPLACE = "replace"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    DELETE = "delete"


@dataclass(frozen=True)
class Move:
    """``rule``: told to whoever tries it from another state."""

    before: frozenset[Status]
    after: Status
    rule: str


MOVES: Mapping[Act, Move] = {
    Act.RELEASE: Move(
        frozenset({Status.HELD}), Status.APPROVED, "only a document held back is released"
    ),
    Act.DISCARD: Move(
        frozenset({Status.HELD}), Status.DISCARDED, "only a document held back is discarded"
    ),
    Act.REPLACE: Move(
        frozenset({Status.APPROVED}),
        Status.DEPRECATED,
        "only the current version is replaced, and once",
    ),
    Act.ARCHIVE: Move(
        frozenset({Status.APPROVED}), Status.ARCHIVED, "only a current document is archived"
    ),
    Act.UNARCHIVE: Move(
        frozenset({Status.ARCHIVED}), Status.APPROVED, "only an archived document is taken back"
    ),
    Act.DELETE: Move(
        frozenset({Status.APPROVED, Status.ARCHIVED}),
        Status.DELETED,
        "only a current or archived document is deleted, and for good",
    ),
}


def require(act: Act, status: Status) -> None:
    """Raises :class:`Conflict` naming the state and the rule."""
    move = MOVES[act]
    if status not in move.before:
        raise Conflict(
            f"The document is {status.value}: {move.rule}.", fields={"status": move.rule}
        )


def require_in_record(status: Status) -> None:
    """What is said of a document changes only while it is in the record."""
    if status not in IN_RECORD:
        raise Conflict(
            f"The document is {status.value}: it is not in the record.",
            fields={"status": "only a document of the record is changed"},
        )


def require_current(status: Status) -> None:
    if status is not Status.APPROVED:
        raise Conflict(
            f"The document is {status.value}: it is not current.",
            fields={"status": "only a current document is reclassified"},
        )
