"""What older events are read as: each fact that their version did not say, as it was then."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contracts.test_golden import EVENTS

State = dict[str, Any]
THEN = datetime(2025, 3, 1, 8, 30, tzinfo=UTC)
HIDDEN, SHOWN = ["INVISIBLE_PATIENT", "N"], ["N"]

READ_AS: list[tuple[str, int, State, State]] = [
    # Notices went by e-mail to whoever had an address; nobody was told of a département.
    ("identity.record_announced", 1, {"contact": {"email": "a@example.org"}},
     {"notice_channel": "email", "area": None}),
    ("identity.record_announced", 1, {"contact": {"email": None}},
     {"notice_channel": "post", "area": None}),
    ("agenda.prevention_facts_known", 1, {"facts": ["pregnant"]}, {"since": {}}),
    # Nobody asked whether a laboratory had finished.
    ("profile.measures_recorded", 1, {"measures": [{"kind": "GLUCOSE"}]},
     {"measures": [{"kind": "GLUCOSE"}]}),
    ("profile.questionnaire_answered", 1, {"facts": ["pregnant"]}, {"since": {}}),
    ("access.access_decided", 1, {"made": {"permit": True}},
     {"made": {"permit": True, "client": None, "covered": None}}),
    # Doctors could not name themselves, so that the person had.
    ("access.treating_doctor_named", 1, {"professional": "8"}, {"means": None}),
    # Reviews were overdue after a week, and the treating doctor was not told.
    ("access.glass_broken", 1, {"session": {"started_at": THEN}},
     {"session": {"started_at": THEN, "review_before": THEN + timedelta(days=7)},
      "treating_doctor": None}),
    # Oppositions counted at once, whatever was judged of their reason.
    ("access.feeding_opposed", 1, {"on": True}, {"waits": False}),
    ("access.stricter_taken", 1, {"taken": {"blocks": []}},
     {"taken": {"blocks": [], "both": None}}),
    ("access.stricter_given_back", 1, {}, {"ends": {}, "others_kept": False}),
    # A representative undid what a minor had shut in secret with what they had shut themselves.
    ("access.professional_unblocked", 1, {"professional": "8"}, {"back": None}),
    # Looks were at documents alone, and at all that they were begun for.
    ("vault.integrity_checked", 1, {"checked": 5},
     {"unclaimed": [], "reached": 0, "complete": True}),
    # What the person may not see yet is told to them some time after it came.
    ("vault.document_deposited", 1, {"confidentiality": HIDDEN, "timestamp": THEN},
     {"submission_set": None, "hidden_since": THEN}),
    ("vault.document_deposited", 1, {"confidentiality": SHOWN, "timestamp": THEN},
     {"submission_set": None, "hidden_since": None}),
    ("vault.document_deposited", 2, {}, {"cover": []}),
    ("vault.document_held", 1, {}, {"cover": []}),
    ("vault.document_released", 1, {}, {"cover": []}),
    # Whoever changed it changed what all are told, and the version with it.
    ("vault.document_masked", 1, {}, {"cover": [], "renewed": True}),
    # Nobody could say that an appointment is private.
    ("agenda.appointment_added", 1, {"state": {"facts": {"title": "Vaccin"}, "at": None}},
     {"state": {"facts": {"title": "Vaccin", "private": False}, "at": None}}),
    ("agenda.appointment_cancelled", 1, {"state": {"facts": None, "at": None}}, {}),
    # What a person called private was as their calendar says it.
    ("agenda.appointment_changed", 2, {"state": {"facts": {"private": True}}},
     {"state": {"facts": {"private": True}, "chosen": None}, "private": True}),
    ("agenda.appointment_cancelled", 2, {"state": {"facts": None}},
     {"state": {"facts": None, "chosen": None}, "private": False}),
    # A change of a service came with no evidence.
    ("catalogue.service_changed", 1, {"finalities_version": 2}, {"evidence": []}),
    # Of an archive the first CDA alone was named.
    ("messaging.message_kept", 1,
     {"attachments": [{"number": 1, "unique_id": "1.2^3"}, {"number": 2, "unique_id": None}]},
     {"attachments": [{"number": 1, "documents": [{"unique_id": "1.2^3", "title": ""}]},
                      {"number": 2, "documents": []}],
      "automatic": False, "signed": False}),
    ("prescription.prescription_prepared", 1, {"lines": [{"number": 1}, {"number": 2}]},
     {"lines": [{"number": 1, "origin": None}, {"number": 2, "origin": None}]}),
    # No mark was read, and one package was what left where no quantity was said.
    ("prescription.prescription_prepared", 2, {"lines": [{"number": 1, "quantity": 1}]},
     {"lines": [{"number": 1, "quantity": 1, "marks": [], "sufficient": False}]}),
    # Nothing began later than on its day, and a year could leave at once.
    ("prescription.prescription_prepared", 3, {"lines": [{"number": 1}]},
     {"lines": [{"number": 1, "opens_on": None, "renewed_from": None, "usual_days": None,
                 "most_days": None}]}),
]  # fmt: skip
"""Topic, version, what such an event may have said, and what is said of it today."""
TESTED_THERE = {"directory"}
"""Services whose unit tests say what becomes of each member of a description."""


def upcasts() -> Iterator[tuple[str, int, Callable[[State], None]]]:
    for service in EVENTS.keys() - TESTED_THERE:
        for topic, kind in EVENTS[service].items():
            for version in range(1, getattr(kind, "class_version", 1)):
                yield topic, version, getattr(kind, f"upcast_v{version}_v{version + 1}")


UPCASTS = {(topic, version): upcast for topic, version, upcast in upcasts()}


def test_each_is_held_to_what_was_true_then() -> None:
    """Some topics share one: it is looked at once."""
    held = {UPCASTS[topic, version] for topic, version, _, _ in READ_AS}
    assert {place for place, upcast in UPCASTS.items() if upcast not in held} == set()


@pytest.mark.parametrize(("topic", "version", "said", "new"), READ_AS)
def test_what_was_not_said_is_read_as_it_was(
    topic: str, version: int, said: State, new: State
) -> None:
    """And what was said stays."""
    state = deepcopy(said)

    UPCASTS[topic, version](state)

    assert state == said | new
