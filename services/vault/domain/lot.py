"""A lot of documents: what is offered, where to, and what comes of it (XDS submission set)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.vault.domain.arrangement import Arrangement
from services.vault.domain.copies import Copies
from services.vault.domain.document import Document
from services.vault.domain.metadata import Statement
from services.vault.domain.origin import known_in
from services.vault.domain.visibility import Masking
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True, repr=False)
class Offer:
    """A document offered. ``replaces``: the version it is to take the place of. ``hold``: kept
    back until it is released. ``copies_to``: correspondents who get it by secure mail."""

    data: bytes
    given: Statement
    declared: str | None = None
    replaces: UUID | None = None
    hold: bool = False
    copies_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to: a record, or an INS (value, OID); neither when a CDA says whose it is."""

    record_id: UUID | None = None
    ins: tuple[str, str | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Placed:
    """``duplicate_of``: told only to who may see the original. ``confidentiality``: as its
    depositor is told of it."""

    document_id: UUID
    logical_id: UUID
    record_id: UUID
    confidentiality: tuple[str, ...]
    duplicate_of: UUID | None = None
    replaced: UUID | None = None
    held: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Around:
    """The record a lot goes to. ``served``: the records served as one with it, first the one by
    whose rights they are; ``masking``: how the person has what comes in masked; ``relied_on``:
    streams that say so."""

    record_id: UUID
    served: Sequence[UUID]
    masking: Masking
    relied_on: Mapping[UUID, int]

    @property
    def together(self) -> Sequence[UUID]:
        """The record itself, then those served with it."""
        return [self.record_id, *(other for other in self.served if other != self.record_id)]

    def known(self, by: Actor) -> Actor:
        """As who puts things into the record."""
        return known_in(self.record_id, by, self.served[0])


@dataclass(kw_only=True)
class Lot:
    """What is to be saved. ``objects``: put in object storage on the way; ``relied_on``: streams
    it was decided on."""

    submission_set: UUID
    placed: list[Placed] = field(default_factory=list)
    changed: dict[UUID, Document] = field(default_factory=dict)
    copies: list[Copies] = field(default_factory=list)
    arranged: list[Arrangement] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    relied_on: dict[UUID, int] = field(default_factory=dict)

    @property
    def saved(self) -> list[Aggregate]:
        return [
            *(d for d in self.changed.values() if d.pending_events),
            *self.copies,
            *self.arranged,
        ]
