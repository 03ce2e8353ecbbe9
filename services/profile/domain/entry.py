"""One entry of a medical profile: coded content of a section, who entered it, who sees it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.profile.domain.errors import AlreadyRemoved, AlreadyThere, WrittenByAnother
from services.profile.domain.origin import is_by_person
from services.profile.domain.visibility import require_secret_enough, section_attributes
from shared.kernel.actor import Actor

Link = dict[str, str]
"""``kind``: DOCUMENT or ENTRY; ``id``."""


class Entry(Aggregate):
    """Methods decide and may refuse; events only evolve."""

    TOPIC = "profile.entry"

    class Event(Aggregate.Event):
        """``decision_id``: the access decision that allowed it."""

        record_id: UUID
        by: dict[str, Any]
        decision_id: UUID

    class Created(Event, Aggregate.Created):
        """``content``: the entry of its section as the contract has it."""

        TOPIC = "profile.profile_entry_added"
        section: str
        content: dict[str, Any]
        links: list[Link]
        confidentiality: list[str]

    class AddedAgain(Event):
        """In a section that has one entry, after the former was removed."""

        TOPIC = "profile.profile_entry_added_again"
        section: str
        content: dict[str, Any]
        links: list[Link]
        confidentiality: list[str]

        def apply(self, entry: "Entry") -> None:
            entry.entered_by = self.by
            entry.content = self.content
            entry.links = self.links
            entry.confidentiality = self.confidentiality
            entry.removed = False

    class Changed(Event):
        TOPIC = "profile.profile_entry_changed"
        section: str
        content: dict[str, Any]
        links: list[Link]
        confidentiality: list[str]

        def apply(self, entry: "Entry") -> None:
            entry.content = self.content
            entry.links = self.links

    class VisibilitySet(Event):
        TOPIC = "profile.profile_entry_visibility_set"
        section: str
        confidentiality: list[str]

        def apply(self, entry: "Entry") -> None:
            entry.confidentiality = self.confidentiality

    class Removed(Event):
        TOPIC = "profile.profile_entry_removed"
        section: str
        confidentiality: list[str]

        def apply(self, entry: "Entry") -> None:
            entry.removed = True

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        decision_id: UUID,
        section: str,
        content: dict[str, Any],
        links: list[Link],
        confidentiality: list[str],
    ) -> None:
        self.record_id = record_id
        self.entered_by = by
        self.section = section
        self.content = content
        self.links = links
        self.confidentiality = confidentiality
        self.removed = False

    @classmethod
    def add(
        cls, entry_id: UUID, *, record_id: UUID, section: str, by: Actor, **said: Any
    ) -> "Entry":
        """``said``: content, links, confidentiality and decision_id of :class:`Created`."""
        return cls._create(
            cls.Created,
            id=entry_id,
            record_id=record_id,
            section=section,
            by=by.to_event(),
            **said,
        )

    def add_again(self, by: Actor, **said: Any) -> None:
        """Raises :class:`AlreadyThere` unless the former was removed."""
        if not self.removed:
            raise AlreadyThere
        self._trigger(self.AddedAgain, by, **said)

    def change(
        self, content: dict[str, Any], links: Sequence[Link], decision_id: UUID, by: Actor
    ) -> None:
        """Nothing happens if it says that already."""
        self._require_own(by)
        if (content, list(links)) != (self.content, self.links):
            self._trigger(
                self.Changed,
                by,
                content=content,
                links=list(links),
                confidentiality=self.confidentiality,
                decision_id=decision_id,
            )

    def set_visibility(self, codes: list[str], decision_id: UUID, by: Actor) -> None:
        """Also of what a professional wrote: who sees a profile is for the person to say."""
        self._require_there(by)
        if codes != self.confidentiality:
            self._trigger(self.VisibilitySet, by, confidentiality=codes, decision_id=decision_id)

    def remove(self, decision_id: UUID, by: Actor) -> None:
        self._require_own(by)
        self._trigger(
            self.Removed, by, confidentiality=self.confidentiality, decision_id=decision_id
        )

    def attributes(self) -> Mapping[str, Any]:
        return section_attributes(self.section, self.confidentiality, self.entered_by)

    def _require_there(self, by: Actor) -> None:
        if self.removed:
            raise AlreadyRemoved
        require_secret_enough(self.confidentiality, by)

    def _require_own(self, by: Actor) -> None:
        """A person rewrites no professional, nor a professional the person; which of several
        professionals may, ``access`` has said."""
        self._require_there(by)
        if by.principal.acts_for_person is not is_by_person(self.entered_by):
            raise WrittenByAnother

    def _trigger(self, kind: type[Any], by: Actor, **said: Any) -> None:
        self.trigger_event(
            kind, record_id=self.record_id, section=self.section, by=by.to_event(), **said
        )
