"""The profile as a reader sees it: on the screen, in its history, on paper."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from services.profile.application.sayings import DIRECTIVES, Sayings
from services.profile.application.series import RECORD, MeasureReading
from services.profile.contract import requests as r
from services.profile.domain.entry import Entry
from services.profile.domain.listing import QUESTIONNAIRES, EntryRow
from services.profile.domain.ports import Person
from services.profile.domain.series import Point
from services.profile.domain.summary import Centile, Charted, Summary
from services.profile.domain.visibility import NORMAL, section_attributes
from shared.crypto.base64_text import to_base64
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.gate import How

CHARTED = timedelta(days=365)
"""How far back the charts of a summary go."""


class ProfileReading(Sayings, MeasureReading):
    def get_profile(self, request: r.GetProfile, by: Actor) -> r.Profile:
        """Entries, links, answers and counts: only of what this reader may see. A connected
        service names the sections that it was allowed."""
        wanted = request.sections
        for resource in self._asked(wanted, by):
            self.gate.require(request.record_id, "read", resource, by, request.how)
        seen = self._entries(request.record_id, by, request.how)
        sections: dict[str, list[r.EntryView]] = defaultdict(list)
        for row in seen:
            if wanted is None or row.section in wanted:
                links = self._links_shown(row, seen, request.record_id, by, request.how)
                sections[row.section].append(r.EntryView.of(row, links))
        directives = wanted is None or DIRECTIVES in wanted
        questionnaires = wanted is None or QUESTIONNAIRES in wanted
        return r.Profile(
            sections=dict(sections),
            directives=self._directives(request.record_id, by, request.how) if directives else None,
            questionnaires=self._answers(request.record_id, by, request.how)
            if questionnaires
            else [],
        )

    def entry_history(self, request: r.EntryHistory, by: Actor) -> r.History:
        """Each change as visible as the entry was then; what was removed is for those alone
        who act for the person."""
        entry, _ = self.decided_entry(request.entry_id, "read", by, request.how)
        if entry.removed and not by.principal.acts_for_person:
            raise Forbidden
        events = list(self._changes(entry.id))
        asked = []
        entered_by = entry.entered_by
        for event in events:
            if isinstance(event, Entry.Created | Entry.AddedAgain):
                entered_by = event.by
            asked.append(section_attributes(entry.section, event.confidentiality, entered_by))
        permits = self.gate.may_read(entry.record_id, asked, by, request.how)
        seen = (event for event, permit in zip(events, permits, strict=True) if permit)
        return r.History(items=[_change(event) for event in seen])

    def summary_document(self, request: r.SummaryDocument, by: Actor) -> r.Document:
        """In French, on A4."""
        record_id, how = request.record_id, request.how
        self.gate.require(record_id, "read", RECORD, by, how)
        sections: dict[str, list[Any]] = defaultdict(list)
        for row in self._entries(record_id, by, how):
            sections[row.section].append(row.content)
        person = self.parts.people.person_of(record_id, by)
        summary = Summary(
            person=person,
            made_at=self.clock.now(),
            sections=sections,
            directives=_in_words(self._directives(record_id, by, how)),
            measures=list(self._charts(record_id, person, by, how)),
        )
        pdf = self.parts.printer.pdf(summary)
        return r.Document(content=to_base64(pdf))

    def _asked(self, wanted: Collection[str] | None, by: Actor) -> list[dict[str, Any]]:
        if by.principal.kind is not ActorKind.APPLICATION:
            return [RECORD]
        if not wanted:
            raise InvalidRequest(fields={"sections": "name those that the person allowed"})
        return [section_attributes(section, [NORMAL], {}) for section in wanted]

    def _entries(self, record_id: UUID, by: Actor, how: How) -> list[EntryRow]:
        found = (self.parts.listed.entries(one) for one in self.together(record_id))
        rows = sorted(chain.from_iterable(found), key=lambda row: (row.added_at, row.entry_id))
        permits = self.gate.may_read(record_id, [row.attributes() for row in rows], by, how)
        return [row for row, permit in zip(rows, permits, strict=True) if permit]

    def _links_shown(
        self, row: EntryRow, seen: Iterable[EntryRow], record_id: UUID, by: Actor, how: How
    ) -> list[r.LinkView]:
        there = {str(other.entry_id) for other in seen}
        shown = []
        for link in row.links:
            visible = link["id"] in there
            if link["kind"] == "DOCUMENT":
                together = self.together(record_id)
                visible = self.parts.papers.may_see(UUID(link["id"]), together, by, how)
            if visible:
                shown.append(r.LinkView(kind=link["kind"], id=UUID(link["id"])))
        return shown

    def _directives(self, record_id: UUID, by: Actor, how: How) -> r.DirectivesView | None:
        try:
            found = self.current_directives(record_id)
        except KeyErased:
            return None
        if found is None:
            return None
        directives, view = found
        attributes = section_attributes(DIRECTIVES, [NORMAL], directives.set_by)
        if not self.gate.may_read(record_id, [attributes], by, how)[0]:
            return None
        document = view.document_id
        together = self.together(record_id)
        if document and not self.parts.papers.may_see(document, together, by, how):
            return view.model_copy(update={"document_id": None}) if view.text else None
        return view

    def _answers(self, record_id: UUID, by: Actor, how: How) -> list[r.AnswersView]:
        """The latest to each questionnaire of those this reader may see."""
        found = (self.parts.listed.answers(one) for one in self.together(record_id))
        rows = sorted(chain.from_iterable(found), key=lambda row: row.given_at)
        permits = self.gate.may_read(record_id, [row.attributes() for row in rows], by, how)
        last = {row.questionnaire: row for row, ok in zip(rows, permits, strict=True) if ok}
        return [r.AnswersView.of(row) for _, row in sorted(last.items())]

    def _charts(self, record_id: UUID, person: Person, by: Actor, how: How) -> Iterable[Charted]:
        now = self.clock.now()
        targets = self.standing_targets(record_id, by, how)
        kinds = self.parts.measuring.kinds
        found = self.points(record_id, kinds, (now - CHARTED, None), by, how)
        for name, kind in kinds.items():
            if points := found[name]:
                target = targets.get(name)
                yield Charted(
                    kind=kind,
                    points=points,
                    low=target.low if target else None,
                    high=target.high if target else None,
                    centiles=self._centiles(name, points, person),
                    source=self.parts.growth.source.name_fr,
                )

    def _centiles(self, kind: str, points: Sequence[Point], person: Person) -> list[Centile]:
        """None without a birth date of the calendar."""
        try:
            born = date.fromisoformat(person.birth_date)
        except ValueError:
            return []
        first, last = points[0].at, points[-1].at
        lines = self.parts.growth.charted(kind, person.sex, born, first, last)
        return [Centile(label=label, line=line) for label, line in lines.items()]

    def _changes(self, entry_id: UUID) -> Iterable[Any]:
        return self.events.get(entry_id)


_WHAT: dict[Any, str] = {
    Entry.Created: "added",
    Entry.AddedAgain: "added",
    Entry.Changed: "changed",
    Entry.VisibilitySet: "visibility",
    Entry.Removed: "removed",
}


def _change(event: Any) -> r.Change:
    content = getattr(event, "content", None)
    return r.Change(
        what=_WHAT[type(event)],
        at=event.timestamp,
        by=r.By.of(event.by),
        entry={name: v for name, v in content.items() if name != "section"} if content else None,
    )


def _in_words(directives: r.DirectivesView | None) -> str | None:
    if directives is None:
        return None
    return directives.text or "Elles font l’objet d’un document de l’espace santé."
