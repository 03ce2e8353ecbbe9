"""The documents of one record as a reader may list them: filtered, counted, in pages.

One record's rows are held in memory: their texts are sealed and cannot be searched elsewhere.
"""

import base64
import binascii
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.vault.domain.attributes import attributes
from services.vault.domain.document import Document
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One document. ``submitted_at``: RFC 3339 instant of its deposit, or of its release."""

    document_id: UUID
    record_id: UUID
    logical_id: UUID
    entry_uuid: UUID
    submission_set: UUID | None
    submitted_at: str
    status: str
    metadata: Metadata
    confidentiality: tuple[str, ...]
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
            media_type=document.content.media_type,
            size=document.content.size,
            origin=document.origin,
            replaces=document.replaces,
            replaced_by=document.replaced_by,
        )

    def attributes(self, by: Actor) -> dict[str, Any]:
        return attributes(self.metadata, self.origin, self.confidentiality, self.status, by)


@dataclass(frozen=True, kw_only=True)
class Span:
    """How much of a record is looked at: acts since a day, but for types that no day leaves out;
    what was submitted since an instant; what is ``about`` something, told before more of a row
    is unsealed."""

    acts_since: str | None = None
    spared: frozenset[str] = frozenset()
    submitted_since: str | None = None
    about: Callable[[Metadata], bool] | None = None


WHOLE = Span()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Filters; those that are ``None`` let everything through. ``since`` and ``until`` are days
    of the act, both included; ``source`` is ``person`` or ``professional``; ``heading_types``:
    the types shown under one heading; ``state``: an XDS availabilityStatus, else current ones and
    those that the two switches let in; ``labels``: what types are called, by code; ``spared``:
    types that no ``since`` leaves out."""

    text: str | None = None
    type: str | None = None
    class_code: str | None = None
    heading_types: frozenset[str] | None = None
    author: str | None = None
    since: str | None = None
    until: str | None = None
    source: str | None = None
    state: str | None = None
    include_archived: bool = False
    include_replaced: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    spared: frozenset[str] = frozenset()

    def fits(self, entry: Entry) -> bool:
        return (
            entry.status in self._states()
            and (self.author is None or self.author in entry.origin.professionals)
            and self.is_about(entry.metadata)
        )

    def is_about(self, said: Metadata) -> bool:
        return (
            self.type in {None, said.type}
            and self.class_code in {None, said.class_code}
            and (self.heading_types is None or said.type in self.heading_types)
            and self.source in {None, source_of(said)}
            and (said.type in self.spared or is_since(said.service_day, self.since))
            and (self.until is None or said.service_day <= self.until)
            and (self.text is None or _says(said, self.labels.get(said.type, ""), self.text))
        )

    def _states(self) -> set[str]:
        if self.state:
            return {self.state}
        archived = {Status.ARCHIVED.value} if self.include_archived else set()
        replaced = {Status.DEPRECATED.value} if self.include_replaced else set()
        return {Status.APPROVED.value} | archived | replaced


def is_since(day: str, since: str | None) -> bool:
    """A month or a year alone is in as soon as one of its days is."""
    return since is None or day >= since[: len(day)]


def source_of(said: Metadata) -> str:
    return "person" if said.by_patient else "professional"


Place = tuple[str, str]
"""Where an entry stands in a list: an instant, then its id."""


def by_act(entry: Entry) -> Place:
    return entry.metadata.service_start, str(entry.document_id)


def by_submission(entry: Entry) -> Place:
    return entry.submitted_at, str(entry.document_id)


@dataclass(frozen=True, kw_only=True)
class Page:
    """``total`` and ``facets`` (by name, then code) are of all that fits, not of this page."""

    entries: Sequence[Entry]
    next_cursor: str | None
    total: int
    facets: Mapping[str, Mapping[str, int]]


def paged(
    entries: Sequence[Entry],
    limit: int,
    cursor: str | None,
    place: Callable[[Entry], Place] = by_act,
) -> Page:
    """Latest first. Raises :class:`InvalidRequest` for a cursor of another list."""
    ordered = sorted(entries, key=place, reverse=True)
    start = _after(cursor) if cursor else None
    following = [e for e in ordered if start is None or place(e) < start]
    shown = following[:limit]
    more = len(following) > limit
    return Page(
        entries=shown,
        next_cursor=_cursor(place(shown[-1])) if more else None,
        total=len(ordered),
        facets={
            "type": Counter(e.metadata.type for e in ordered),
            "class": Counter(e.metadata.class_code for e in ordered),
            "source": Counter(source_of(e.metadata) for e in ordered),
            "state": Counter(e.status for e in ordered),
        },
    )


def chain(entries: Sequence[Entry], member: UUID) -> list[Entry]:
    """All versions that replaced one another, oldest first, whichever is asked for."""
    by_id = {entry.document_id: entry for entry in entries}
    first = by_id.get(member)
    while first and first.replaces in by_id:
        first = by_id[first.replaces]
    found = []
    while first:
        found.append(first)
        first = by_id.get(first.replaced_by) if first.replaced_by else None
    return found


def _cursor(last: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _after(cursor: str) -> tuple[str, str]:
    try:
        start, document_id = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidRequest(
            "This cursor is not of this list.", fields={"cursor": "unknown"}
        ) from None
    return str(start), str(document_id)


def _says(said: Metadata, label: str, text: str) -> bool:
    """All words of ``text``, in any order, whatever their case and accents, in the title, the
    name of the type, or the names of authors and their institutions."""
    names = [f"{a.family or ''} {a.given or ''} {a.institution_name or ''}" for a in said.authors]
    written = folded(" ".join([said.title, label, *names]))
    return all(word in written for word in folded(text).split())


def folded(text: str) -> str:
    """For comparing what people write: without case, accents, ligatures; apostrophes alike."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in letters if not unicodedata.combining(c))


_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "\u02bc": "'"})
