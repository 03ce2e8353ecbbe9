"""The log of profile, and what it keeps beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.profile.domain.entry import Entry
from services.profile.domain.growth import Growth
from services.profile.domain.measuring import Measuring
from services.profile.domain.ports import Listed, Papers, People, Reports
from services.profile.domain.questionnaire import Questionnaires
from services.profile.domain.summary import Printer
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden
from shared.kernel.gate import NORMALLY, Access, Decision, Gate, How
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

NOTHING = {"kind": "profile_section"}
"""Asked about where there is no entry."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the use cases work with. ``max_measures``: that one call may bring."""

    access: Access
    people: People
    papers: Papers
    reports: Reports
    listed: Listed
    printer: Printer
    measuring: Measuring
    questionnaires: Questionnaires
    growth: Growth
    max_measures: int


class ProfileLog(EventLog):
    def __init__(
        self, settings: EventStoreSettings, keys: Keys, clock: Clock, parts: Parts
    ) -> None:
        super().__init__(settings, keys, clock)
        self.parts = parts
        self.gate = Gate(parts.access, lambda record_id: served_under(self, record_id), NOTHING)

    def own_tables(self) -> Sequence[str]:
        """``profile_taken``: keyed ids of the measures that came in, and the batch each is in.
        ``profile_directives``: the one current text of each record, sealed; overwritten.
        ``profile_extracted``: the batches that came out of a document."""
        return (
            (
                "CREATE TABLE IF NOT EXISTS profile_taken"
                " (id TEXT PRIMARY KEY, batch TEXT NOT NULL, record TEXT NOT NULL)"
            ),
            "CREATE INDEX IF NOT EXISTS profile_taken_record ON profile_taken (record)",
            (
                "CREATE TABLE IF NOT EXISTS profile_extracted"
                " (document TEXT NOT NULL, batch TEXT NOT NULL, record TEXT NOT NULL)"
            ),
            "CREATE INDEX IF NOT EXISTS profile_extracted_document ON profile_extracted (document)",
            "CREATE INDEX IF NOT EXISTS profile_extracted_record ON profile_extracted (record)",
            (
                "CREATE TABLE IF NOT EXISTS profile_directives"
                " (record TEXT PRIMARY KEY, directives TEXT NOT NULL, sealed TEXT NOT NULL)"
            ),
        )

    def together(self, record_id: UUID) -> list[UUID]:
        """The records served as one with this one: itself alone, unless some were merged."""
        return served_together(self, record_id)

    def entry(self, entry_id: UUID) -> Entry | None:
        """``None`` also for an entry of an erased record: there is nothing left of it."""
        try:
            return self.get(entry_id, Entry)
        except KeyErased:
            return None

    def decided_entry(
        self, entry_id: UUID, action: str, by: Actor, how: How = NORMALLY
    ) -> tuple[Entry, Decision]:
        """The entry, once permitted."""
        entry = self.entry(entry_id)
        if entry is None:
            raise self.nowhere(entry_id, action, NOTHING, by, how)
        return entry, self.gate.require(entry.record_id, action, entry.attributes(), by, how)

    def nowhere(
        self,
        item: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Forbidden:
        """The refusal for what does not exist: it is asked about like any other, in a record
        that nobody has, so that refusal, decision and time are the same."""
        self.gate.require(derived_id(self.secret, "nowhere", str(item)), action, resource, by, how)
        return Forbidden()
