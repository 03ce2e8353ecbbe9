"""The documents of one record as a reader may list them: filtered, counted, in pages.

One record's rows are held in memory: their texts are sealed and cannot be searched elsewhere.
"""

import base64
import binascii
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
class Wanted:
    """Filters; those that are ``None`` let everything through. ``since`` and ``until`` are days
    of the act, both included; ``source`` is ``person`` or ``professional``; ``heading_types``:
    the types shown under one heading."""

    text: str | None = None
    type: str | None = None
    class_code: str | None = None
    heading_types: frozenset[str] | None = None
    author: str | None = None
    since: str | None = None
    until: str | None = None
    source: str | None = None
    include_replaced: bool = False

    def fits(self, entry: Entry) -> bool:
        said = entry.metadata
        return (
            (self.include_replaced or entry.status == Status.APPROVED)
            and self.type in {None, said.type}
            and self.class_code in {None, said.class_code}
            and (self.heading_types is None or said.type in self.heading_types)
            and (self.author is None or self.author in entry.origin.professionals)
            and self.source in {None, "person" if said.by_patient else "professional"}
            and (self.since is None or said.service_day >= self.since[: len(said.service_day)])
            and (self.until is None or said.service_day <= self.until)
            and (self.text is None or _says(said, self.text))
        )


@dataclass(frozen=True, kw_only=True)
class Page:
    """``total`` and ``facets`` (by name, then code) are of all that fits, not of this page."""

    entries: Sequence[Entry]
    next_cursor: str | None
    total: int
    facets: Mapping[str, Mapping[str, int]]


def paged(entries: Sequence[Entry], limit: int, cursor: str | None) -> Page:
    """Latest act first. Raises :class:`InvalidRequest` for a cursor of another list."""
    ordered = sorted(entries, key=_place, reverse=True)
    start = _after(cursor) if cursor else None
    following = [e for e in ordered if start is None or _place(e) < start]
    shown = following[:limit]
    more = len(following) > limit
    return Page(
        entries=shown,
        next_cursor=_cursor(shown[-1]) if more else None,
        total=len(ordered),
        facets={
            "type": Counter(e.metadata.type for e in ordered),
            "class": Counter(e.metadata.class_code for e in ordered),
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


def _place(entry: Entry) -> tuple[str, str]:
    return entry.metadata.service_start, str(entry.document_id)


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(json.dumps(_place(entry)).encode()).decode()


def _after(cursor: str) -> tuple[str, str]:
    try:
        start, document_id = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidRequest(
            "This cursor is not of this list.", fields={"cursor": "unknown"}
        ) from None
    return str(start), str(document_id)


def _says(said: Metadata, text: str) -> bool:
    """All words of ``text``, in any order, whatever their case and accents."""
    names = [f"{a.family or ''} {a.given or ''} {a.institution_name or ''}" for a in said.authors]
    written = _plain(" ".join([said.title, *names]))
    return all(word in written for word in _plain(text).split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()
