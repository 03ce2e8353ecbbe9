"""Requests that read, and their answers."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.contract.parts import Code, Day, Mode, Part, Sentence
from services.vault.contract.views import DocumentView
from services.vault.domain.lines import Page
from services.vault.domain.listing import Entry
from services.vault.domain.value_sets import ValueSets
from shared.eventing.messages import Instant
from shared.kernel.actor import Actor
from shared.kernel.gate import How
from shared.rpc.contract import Answer, Listing, ListQuery, Query


class Reading(Part):
    """``session``: of a broken glass, or of a regulation centre."""

    mode: Mode = "normal"
    session: UUID | None = None

    @property
    def how(self) -> How:
        return How(self.mode, self.session)


class Search(ListQuery, Reading):
    """Days are of the act, both included; ``source``: who put it in; ``state``: that one alone.

    A professional who names no day is answered with the last two years, the history of
    vaccinations whatever its date (DMP); with ``from``, everything since then."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    record_id: UUID
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    type: Code | None = None
    class_: Code | None = Field(default=None, alias="class")
    heading: Code | None = None
    author: Code | None = Field(default=None, description="PS_IdNat")
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")
    source: Literal["person", "professional"] | None = None
    state: Literal["Approved", "Deprecated", "Archived"] | None = None
    include_archived: bool = False
    include_replaced: bool = False


class Found(Listing[DocumentView]):
    """``facets``: by type, class, heading, source and state, how many of those that fit.
    ``searched_from``: the day from which on, asked for or by default."""

    facets: dict[str, dict[str, int]]
    searched_from: str | None

    @classmethod
    def of(
        cls,
        page: Page,
        entries: Sequence[Entry],
        by: Actor,
        sets: ValueSets,
        since: str | None,
    ) -> "Found":
        types = page.facets["type"]
        headings: Counter[str] = Counter()
        for code, count in types.items():
            headings[sets.types[code].heading] += count
        return cls(
            items=[DocumentView.of(entry, entry.shown_to(by), sets) for entry in entries],
            next_cursor=page.next_cursor,
            total=page.total,
            facets={
                **{name: dict(counts) for name, counts in page.facets.items()},
                "heading": dict(headings),
            },
            searched_from=since,
        )


class ChangesSince(ListQuery, Reading):
    record_id: UUID
    instant: Instant


class Changes(Listing[DocumentView]):
    @classmethod
    def of(cls, page: Page, entries: Sequence[Entry], by: Actor, sets: ValueSets) -> "Changes":
        return cls(
            items=[DocumentView.of(entry, entry.shown_to(by), sets) for entry in entries],
            next_cursor=page.next_cursor,
            total=page.total,
        )


class Describe(Query, Reading):
    document_id: UUID


class Open(Query, Reading):
    """``unwrap``: the file a level 1 CDA encloses, to be shown, instead of the CDA."""

    document_id: UUID
    unwrap: bool = False


class Opened(Answer):
    """``content`` in base64, of ``media_type``; ``warnings``: what a reader must be told."""

    document: DocumentView
    content: str = Field(repr=False)
    media_type: str
    warnings: list[Sentence]
    decision_id: UUID
    position: int = 0


class Versions(Query, Reading):
    logical_id: UUID


class VersionsFound(Answer):
    """Oldest first, those only that this reader may see."""

    items: list[DocumentView]
