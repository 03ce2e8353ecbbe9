"""What is asked of all records at once is found by an index, however much there is of the rest.

Timers ask every few seconds what is due, among all that waits for another year or is over."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.access.projections.waiting import Kind, WaitingList, WhatWaits
from services.agenda.projections.plans import ListedPlans, PlanDays
from services.agenda.projections.reminders import ListedReminders, ReminderList
from services.audit.adapters.sealing import RecordSealing
from services.audit.projections.statistics import Facts, StoredCounts, value_token
from services.catalogue.projections.due import DueReminders, LiveAuthorisations, WhatIsDue
from services.catalogue.projections.services import ServiceList
from services.identity.projections.due_dates import Due as IdentityDue
from services.identity.projections.due_dates import DueDates, due_at
from services.messaging.projections.conversations import ConversationList, ListedConversations
from services.prescription.domain.prescription import State
from services.prescription.projections.prescriptions import ListedPrescriptions, PrescriptionList
from services.vault.domain.timing import Due
from services.vault.projections.due import DueList, ListedDue
from shared.crypto.local_keys import LocalKeys
from shared.stores.documents import At, Documents, Put
from shared.stores.views import Shape, open_documents
from tests.support.plans import steps_of
from tests.support.settings import settings_in

NOW, TODAY = datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 11, 20)
BEFORE, ID = "2026-11-01T09:00:00.000Z", str(uuid4())
KEYS = LocalKeys(bytes(32), "growth")
Question = Callable[[Documents], object]


def secret() -> bytes:
    return bytes(32)


def catalogue(live: Documents) -> WhatIsDue:
    return WhatIsDue(live, live, live)


ASKED: dict[str, tuple[Shape, dict[str, Any], Question]] = {
    "documents to archive, or to tell of": (
        DueList,
        {"document_id": ID, "due": Due.ARCHIVE.value, "at": BEFORE},
        lambda view: list(ListedDue(view).before(Due.ARCHIVE, NOW)),
    ),
    "broken glasses to review": (
        WaitingList,
        {"kind": Kind.REVIEW.value, "due": BEFORE, "told": False},
        lambda view: WhatWaits(view).due(Kind.REVIEW, NOW),
    ),
    "reminders": (
        ReminderList,
        {"waiting": True, "due_at": BEFORE},
        lambda view: ListedReminders(view).reminders_due(NOW),
    ),
    "prevention plans": (
        PlanDays,
        {"look": "2026-11-01"},
        lambda view: ListedPlans(view).plans_due(TODAY),
    ),
    "authorisations not approved again": (
        LiveAuthorisations,
        {"service_id": ID, "asked_version": 1, "ends_at": BEFORE},
        lambda view: catalogue(view).unapproved(NOW),
    ),
    "people to remind of services": (
        DueReminders,
        {"due": BEFORE},
        lambda view: catalogue(view).reminders(NOW),
    ),
    "records to open, or to erase": (
        DueDates,
        {"kind": IdentityDue.OPENING.value, "subject": ID, "due": BEFORE},
        lambda view: due_at(view, IdentityDue.OPENING, NOW),
    ),
    "conversations in the bin": (
        ConversationList,
        {"trashed_at": BEFORE},
        lambda view: ListedConversations(view, KEYS).trashed_before(NOW),
    ),
    "prescriptions that expire": (
        PrescriptionList,
        {"state": State.CREATED.value, "due": "2026-11-01"},
        lambda view: ListedPrescriptions(view, KEYS, secret).due_before(TODAY),
    ),
}

BY_DATE_ALONE = {
    "prevention plans", "authorisations not approved again", "people to remind of services",
    "conversations in the bin",
}  # fmt: skip
"""Nothing else has such a date, or keeps it once it is over."""


def opened(folder: Path, shape: Shape, row: dict[str, Any]) -> Documents:
    view = open_documents(settings_in(folder), "service", shape)
    at = At(source="service", epoch="e1", previous=0, position=1)
    view.apply([Put(ID, {"record_id": ID, **row})], at)
    return view


@pytest.mark.parametrize("what", ASKED)
def test_what_is_due_is_found_by_its_date(tmp_path: Path, what: str) -> None:
    """An index is entered by the date: a sweep that reads all that waits for another year, or all
    that was done, reads the nation's documents every few seconds."""
    shape, row, question = ASKED[what]
    view = opened(tmp_path, shape, row)

    steps = steps_of(lambda: question(view), tmp_path / "service.views.db", shape.NAME)

    entered = "<expr><?)" if what in BY_DATE_ALONE else "(<expr>=? AND <expr><?)"
    assert [step for step in steps if step.startswith("SEARCH") and entered in step]
    assert not [step for step in steps if step.startswith("SCAN")]


def test_who_is_to_be_asked_again_is_found_by_the_version(tmp_path: Path) -> None:
    """Of one service's authorisations, those of a former version: not all of them."""
    live = opened(tmp_path, LiveAuthorisations, {"service_id": ID, "asked_version": 1})
    services = open_documents(settings_in(tmp_path), "service", ServiceList)
    service = {"finalities_version": 2, "status": "listed"}
    services.apply([Put(ID, service)], At(source="service", epoch="e1", previous=0, position=1))
    due = WhatIsDue(services, live, live)

    steps = steps_of(due.reapprovals, tmp_path / "service.views.db", LiveAuthorisations.NAME)

    [step] = [step for step in steps if step.startswith("SEARCH")]
    assert "(<expr>=? AND <expr><?)" in step


def test_statistics_read_what_they_count(tmp_path: Path) -> None:
    """Cells, then the facts of each: of all that was ever told, the first are few."""
    sealing = RecordSealing(KEYS, secret())
    month, measure, value = cell = "2026-11", "documents_deposited", "total"
    counted = {"month": month, "measure": measure, "value": value_token(sealing, measure, value)}
    facts = opened(tmp_path, Facts, counted | {"is_cell": False})
    label = sealing.seal(None, "cell", value)
    at = At(source="service", epoch="e1", previous=1, position=2)
    facts.apply([Put("cell", counted | {"is_cell": True, "label": label})], at)
    counts = StoredCounts(facts, sealing)

    steps = steps_of(lambda: counts.until(month), tmp_path / "service.views.db", Facts.NAME)

    assert counts.until(month) == {cell: 1}
    assert [step for step in steps if "USING INDEX" in step and step.startswith("SEARCH")]
    assert not [step for step in steps if step.startswith("SCAN")]
