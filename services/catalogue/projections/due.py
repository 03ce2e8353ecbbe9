"""Read models of what time brings: which authorisations to ask about or end, whom to remind.

Ids, versions and dates only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.catalogue.domain.connections import Connections
from services.catalogue.domain.listed_service import Status
from shared.kernel.clock import instant
from shared.stores.documents import (
    Delete,
    Documents,
    Eq,
    Filter,
    Patch,
    Purge,
    Put,
    Range,
    Sort,
    Write,
)

SWEEP = 500
"""Things done by one sweep at most; the next one takes the rest."""
SERVICES = 100
"""Read at a time."""


class LiveAuthorisations:
    NAME = "live_authorisations"
    VERSION = 2
    INDEXES = ("record_id", "service_id,asked_version", "ends_at")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Connections.Granted() | Connections.Reapproved():
                entry = {
                    "record_id": str(event.record_id),
                    "service_id": str(event.service_id),
                    "asked_version": event.finalities_version,
                }
                return [Put(str(event.authorisation_id), entry)]
            case Connections.ReapprovalAsked():
                asked = {
                    "asked_version": event.asked_version,
                    "ends_at": instant(event.reapprove_before),
                }
                return [Patch(str(event.authorisation_id), asked)]
            case Connections.Revoked():
                return [Delete(str(event.authorisation_id))]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class DueReminders:
    NAME = "due_reminders"
    VERSION = 1
    INDEXES = ("due",)

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Connections.Granted() | Connections.Revoked() | Connections.Reminded():
                record_id = str(event.record_id)
                if event.remind_at is None:
                    return [Delete(record_id)]
                return [Put(record_id, {"due": instant(event.remind_at)})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]


class WhatIsDue:
    """What the timer asks; each answer holds the first :data:`SWEEP` at most."""

    def __init__(self, services: Documents, live: Documents, reminders: Documents) -> None:
        self._services = services
        self._live = live
        self._reminders = reminders

    def reapprovals(self) -> list[tuple[UUID, UUID]]:
        """Authorisations of services whose finalities changed, not asked about since."""
        changed = self._all_services(Range("finalities_version", ge=2))
        return self._first(
            (
                (Eq("service_id", s["id"]), Range("asked_version", lt=s["finalities_version"]))
                for s in changed
                if s["status"] != Status.WITHDRAWN.value
            ),
            Sort("asked_version"),
        )

    def unapproved(self, now: datetime) -> list[tuple[UUID, UUID]]:
        """Authorisations whose date has passed without an answer."""
        return self._first([(Range("ends_at", lt=_after(now)),)], Sort("ends_at"))

    def withdrawn(self) -> list[tuple[UUID, UUID]]:
        """Authorisations of services that left the catalogue."""
        gone = self._all_services(Eq("status", Status.WITHDRAWN.value))
        of_each = ((Eq("service_id", service["id"]),) for service in gone)
        return self._first(of_each, Sort("asked_version"))

    def reminders(self, now: datetime) -> list[UUID]:
        """Records whose people are to be reminded; those that wait longest first."""
        page = self._reminders.find(Range("due", lt=_after(now)), sort=[Sort("due")], limit=SWEEP)
        return [UUID(item["id"]) for item in page.items]

    def _first(self, queries: Iterable[Sequence[Filter]], sort: Sort) -> list[tuple[UUID, UUID]]:
        """Sorted by what an index has in order: without, all are read in the order of their ids."""
        found: list[tuple[UUID, UUID]] = []
        for where in queries:
            page = self._live.find(*where, sort=[sort], limit=SWEEP - len(found))
            found += [(UUID(item["record_id"]), UUID(item["id"])) for item in page.items]
            if len(found) >= SWEEP:
                break
        return found

    def _all_services(self, where: Filter) -> Iterable[dict[str, Any]]:
        after: str | None = None
        while True:
            page = self._services.find(where, limit=SERVICES, after=after)
            yield from page.items
            after = page.next_cursor
            if after is None:
                return


def _after(now: datetime) -> str:
    # Instants are text of one form, to the millisecond, so their order is the order of time.
    return instant(now + timedelta(milliseconds=1))
