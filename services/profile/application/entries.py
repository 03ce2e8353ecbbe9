"""The entries of a profile: added, changed, hidden, removed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.profile.application.log import ProfileLog
from services.profile.contract import requests as r
from services.profile.contract.parts import LinkTo
from services.profile.contract.sections import ALONE
from services.profile.domain.entry import Entry, Link
from services.profile.domain.origin import source_of
from services.profile.domain.visibility import codes_for, section_attributes
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Entries(ProfileLog):
    @command
    def add_entry(self, request: r.AddEntry, by: Actor) -> Outcome[r.EntryAdded]:
        """An entry, by the person or by who cares for them."""
        codes = codes_for(request.hidden_from, by)
        attributes = section_attributes(request.section, codes, by.to_event())
        decision = self.gate.require(request.record_id, "feed", attributes, by)
        said = {
            "content": request.entry.model_dump(mode="json", exclude_none=True),
            "links": self._links(request.links, request.record_id, by),
            "confidentiality": codes,
            "decision_id": decision.decision_id,
        }
        entry = self._only_one(request, said, by) if request.section in ALONE else None
        if entry:
            entry.add_again(by, **said)
        else:
            entry = Entry.add(
                self._id(request, said, by),
                record_id=request.record_id,
                section=request.section,
                by=by,
                **said,
            )
        return Outcome(answer=r.EntryAdded(entry_id=entry.id), save=[entry])

    @command
    def change_entry(self, request: r.ChangeEntry, by: Actor) -> Outcome[Done]:
        entry, decision = self.decided_entry(request.entry_id, "manage", by)
        if entry.section != request.section:
            raise InvalidRequest(fields={"section": "not that of this entry"})
        content = request.entry.model_dump(mode="json", exclude_none=True)
        links = self._links(request.links, entry.record_id, by, but=entry.id)
        entry.change(content, links, decision.decision_id, by)
        return Outcome(answer=Done(), save=[entry])

    @command
    def remove_entry(self, request: r.RemoveEntry, by: Actor) -> Outcome[Done]:
        entry, decision = self.decided_entry(request.entry_id, "manage", by)
        entry.remove(decision.decision_id, by)
        return Outcome(answer=Done(), save=[entry])

    @command
    def set_visibility(self, request: r.SetVisibility, by: Actor) -> Outcome[Done]:
        entry, decision = self.decided_entry(request.entry_id, "manage", by)
        entry.set_visibility(codes_for(request.hidden_from, by), decision.decision_id, by)
        return Outcome(answer=Done(), save=[entry])

    def _only_one(self, request: r.AddEntry, said: dict[str, Any], by: Actor) -> Entry | None:
        """The entry that stands, or stood, in its place; one that is hidden from the caller
        is as good as none, or its place would tell of it."""
        entry = self.entry(self._place(request, said, by))
        return entry if entry and self._may_read(entry, by) else None

    def _id(self, request: r.AddEntry, said: dict[str, Any], by: Actor) -> UUID:
        place = self._place(request, said, by)
        if request.section in ALONE and not self.version_of(place):
            return place
        return self.new_id(request, by, "entry")

    def _place(self, request: r.AddEntry, said: dict[str, Any], by: Actor) -> UUID:
        kind = str(said["content"].get("kind"))
        return derived_id(
            self.secret, "alone", str(request.record_id), request.section, kind, source_of(by)
        )

    def _links(
        self, links: Sequence[LinkTo], record_id: UUID, by: Actor, but: UUID | None = None
    ) -> list[Link]:
        """As an event keeps them. What the caller may not see cannot be linked to, nor found
        out by trying."""
        for number, link in enumerate(links):
            if link.id == but or not self._may_link(link, record_id, by):
                raise InvalidRequest(fields={f"links.{number}": "nothing you can link to"})
        return [link.plain() for link in links]

    def _may_link(self, link: LinkTo, record_id: UUID, by: Actor) -> bool:
        if link.kind == "DOCUMENT":
            return self.parts.papers.may_see(link.id, self.together(record_id), by)
        entry = self.entry(link.id)
        together = self.together(record_id)
        there = entry is not None and entry.record_id in together and not entry.removed
        return there and entry is not None and self._may_read(entry, by)

    def _may_read(self, entry: Entry, by: Actor) -> bool:
        return self.gate.may_read(entry.record_id, [entry.attributes()], by)[0]
