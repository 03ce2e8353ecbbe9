"""A document as its reader is told of it, unsealed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.vault.domain.attributes import attributes
from services.vault.domain.document import Document
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin, is_theirs
from services.vault.domain.visibility import HIDING
from shared.kernel.actor import Actor
from shared.kernel.clock import instant


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One document. ``submitted_at``: RFC 3339 instant of its deposit, or of its release;
    ``confidentiality``: the codes that hide it from all but those who put it in, who are
    ``told`` of others where it has a cover."""

    document_id: UUID
    record_id: UUID
    logical_id: UUID
    entry_uuid: UUID
    submission_set: UUID | None
    submitted_at: str
    status: str
    metadata: Metadata
    confidentiality: tuple[str, ...]
    told: tuple[str, ...]
    media_type: str
    size: int
    origin: Origin
    replaces: UUID | None = None
    replaced_by: UUID | None = None

    @classmethod
    def of(cls, document: Document) -> "Entry":
        return cls(
            document_id=document.id,
            record_id=document.record_id,
            logical_id=document.logical_id,
            entry_uuid=document.entry_uuid,
            submission_set=document.submission_set,
            submitted_at=instant(document.submitted_on),
            status=document.status.value,
            metadata=document.metadata,
            confidentiality=document.confidentiality,
            told=document.told,
            media_type=document.content.media_type,
            size=document.content.size,
            origin=document.origin,
            replaces=document.replaces,
            replaced_by=document.replaced_by,
        )

    def shown_to(self, by: Actor) -> tuple[str, ...]:
        """The codes that this reader is told of."""
        return self.told if self.origin.was_put_in_by(by) else self.confidentiality

    def attributes(self, by: Actor) -> dict[str, Any]:
        return attributes(self.metadata.kind, self.origin, self.confidentiality, self.status, by)

    @property
    def neighbours(self) -> set[UUID]:
        """The versions before and after it."""
        return {one for one in (self.replaces, self.replaced_by) if one}

    def is_seen_with(self, other: "Entry", by: Actor) -> bool:
        """Whoever sees that other version sees this one: it is their own, or what ``access``
        decides by is the same. Its state lets nobody in or out; nor does who wrote it, where
        nothing hides it."""
        hidden = HIDING & {*self.confidentiality}
        left_out = ("status",) if hidden else ("status", "author", "facility")
        one, two = (e.attributes(by) | dict.fromkeys(left_out) for e in (self, other))
        return is_theirs(self, by) or one == two

    def naming(self, neighbours: Collection[UUID]) -> "Entry":
        """Without versions before and after it that are none of these."""
        return replace(
            self,
            replaces=self.replaces if self.replaces in neighbours else None,
            replaced_by=self.replaced_by if self.replaced_by in neighbours else None,
        )


Place = tuple[str, str]
"""Where an entry stands in a list: an instant, then its id."""


def by_act(entry: Entry) -> Place:
    return entry.metadata.service_start, str(entry.document_id)
