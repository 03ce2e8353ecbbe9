"""The application on a real event store, its read models kept up by hand."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.catalogue import contract as c
from services.catalogue.adapters.tables import read_codes
from services.catalogue.application import Catalogue
from services.catalogue.application.log import Delays
from services.catalogue.messages import message_for
from services.catalogue.projections.due import DueReminders, LiveAuthorisations, WhatIsDue
from services.catalogue.projections.services import ServiceList, ServiceReader
from shared.crypto.local_keys import LocalKeys
from shared.eventing.view import View
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden, StaleRead
from shared.stores.documents import Documents
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.catalogue.sample import GATEWAY, NOW, OPERATOR, REAPPROVAL, REMINDER, proposal, reference
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

Told = Callable[[], list[tuple[str, Mapping[str, Any]]]]


@dataclass
class AccessSeen:
    """Stands for access: lets people manage but those ``refused``, by id; keeps what was waited
    for. ``reached``: how far it has applied this log; all of it without."""

    refused: set[str] = field(default_factory=set)
    reached: int | None = None
    asked: list[Actor] = field(default_factory=list)
    waited: list[tuple[UUID, int]] = field(default_factory=list)

    def may_manage(self, record_id: UUID, by: Actor) -> None:
        self.asked.append(by)
        if by.principal.id in self.refused:
            raise Forbidden

    def have_applied(self, subject: UUID, position: int) -> None:
        self.waited.append((subject, position))
        if self.reached is not None and position > self.reached:
            raise StaleRead


@pytest.fixture
def access() -> AccessSeen:
    return AccessSeen()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def keys() -> LocalKeys:
    return LocalKeys(b"k" * 32, "catalogue")


@pytest.fixture
def make_catalogue(
    keys: LocalKeys, clock: FixedClock, access: AccessSeen
) -> Iterator[Callable[[EventStoreSettings], Catalogue]]:
    made = []

    def make(settings: EventStoreSettings) -> Catalogue:
        delays = Delays(reapproval=REAPPROVAL, reminder=REMINDER)
        made.append(
            Catalogue(settings, keys, clock, codes=read_codes(), delays=delays, access=access)
        )
        return made[-1]

    yield make
    for catalogue in made:
        catalogue.close()


@pytest.fixture
def catalogue(
    make_catalogue: Callable[[EventStoreSettings], Catalogue], tmp_path: Path
) -> Catalogue:
    return make_catalogue(EventStoreSettings(data_dir=tmp_path))


@pytest.fixture
def sensor(catalogue: Catalogue) -> UUID:
    """A referenced service: the glucose sensor."""
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    catalogue.reference_service(reference(service_id), OPERATOR)
    return service_id


@pytest.fixture
def told(catalogue: Catalogue) -> Told:
    """What others heard since the last call: type and data, in order."""
    reached = [0]

    def since() -> list[tuple[str, Mapping[str, Any]]]:
        rows = catalogue.read(reached[0], 1000)
        reached[0] = rows[-1].position if rows else reached[0]
        found = [message_for(row.event) for row in rows]
        return [(m.TYPE.partition(".")[2], m.model_dump(mode="json")) for m in found if m]

    return since


@dataclass
class Views:
    """The read models, brought up to the log at each question."""

    catalogue: Catalogue
    services: Documents
    live: Documents
    reminders: Documents

    def catch_up(self) -> None:
        catch_up(
            self.catalogue,
            View(ServiceList(read_codes().regions), self.services),
            View(LiveAuthorisations(), self.live),
            View(DueReminders(), self.reminders),
        )

    def listed(self, by: Actor = GATEWAY, **filters: Any) -> list[str]:
        """Names of the services found; pages of two, so that paging is walked too."""
        self.catch_up()
        names: list[str] = []
        cursor = None
        while True:
            request = c.Services(limit=2, cursor=cursor, **filters)
            page = ServiceReader(self.services).services(request, by)
            names += [item.description.name for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                assert page.total == len(names)
                return names

    def sweep(self) -> None:
        """One round of the timers."""
        for _ in range(2):  # what one sweep did is due for none
            self.catch_up()
            due, now = (
                WhatIsDue(self.services, self.live, self.reminders),
                (self.catalogue.clock.now()),
            )
            self.catalogue.ask_due_reapprovals(due.reapprovals())
            self.catalogue.end_due_unapproved(due.unapproved(now))
            self.catalogue.end_due_withdrawn(due.withdrawn())
            self.catalogue.remind_due(due.reminders(now))


@pytest.fixture
def views(catalogue: Catalogue, tmp_path: Path) -> Views:
    settings = settings_in(tmp_path)
    opened = [
        open_documents(settings, "catalogue", view)
        for view in (ServiceList, LiveAuthorisations, DueReminders)
    ]
    return Views(catalogue, *opened)
