"""Merges and splits of before it was said what others forbid: read as they were then."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from services.access.domain.protection_events import StricterGivenBack, StricterTaken
from services.access.domain.rights import Rights
from tests.access.support.merged import (
    FIRST,
    ON,
    SECOND,
    THIRD,
    consent,
    merge,
    record,
    split,
    treated,
)
from tests.access.support.people import DENTIST, DOCTOR, PATIENT
from tests.support.golden import Golden

ADDED = ("ends", "others_kept", "class_version")
"""Since version 1."""


def as_version_1(event: StricterTaken | StricterGivenBack) -> Any:
    stored = Golden(event.TOPIC, 2, None).store(event)
    version_1 = {name: value for name, value in stored.items() if name not in ADDED}
    version_1.get("taken", {}).pop("both", None)
    return Golden(event.TOPIC, 1, version_1).load()


def again(stored: Sequence[Any]) -> Rights:
    """The record as a log of then gives it."""
    rights: Any = None
    for event in stored:
        if isinstance(event, StricterTaken | StricterGivenBack):
            as_version_1(event).apply(rights)
            rights._version += 1
        else:
            rights = event.mutate(rights)
    assert isinstance(rights, Rights)
    return rights


@pytest.fixture
def target() -> Rights:
    """A consent and a block of its own, then two others that shut out the same doctor."""
    rights = record(DENTIST.id)
    rights.declare_consent(consent(), by=PATIENT)
    merge(
        rights,
        record(DOCTOR.id, opposed="*", regulation=False),
        record(DOCTOR.id, opposed="*", regulation=False, break_glass=False),
    )
    return rights


def test_all_who_are_still_merged_may_forbid_what_they_were_not_said_to(target: Rights) -> None:
    """Rather one shut out too long than let in too early."""
    merged = again(target.collect_events())

    split(merged, FIRST)
    assert merged.blocks.keys() == {DOCTOR.id, DENTIST.id}
    assert merged.feeding_oppositions.keys() == {"*"}
    assert merged.switches == {**ON, "regulation": False, "break_glass": False}

    split(merged, SECOND)
    assert merged.blocks.keys() == {DENTIST.id}
    assert not merged.feeding_oppositions
    assert merged.switches == ON
    assert merged.consents.keys() == {DOCTOR.id}


def test_whoever_the_person_let_in_since_was_not_shut_out_anew(target: Rights) -> None:
    merged = again(target.collect_events())
    merged.unblock(DOCTOR.id, by=PATIENT)

    for merge_id in (FIRST, SECOND):
        split(merged, merge_id)
        assert merged.blocks.keys() == {DENTIST.id}


@pytest.mark.parametrize("first", [FIRST, SECOND])
def test_a_split_of_then_let_in_as_it_did(target: Rights, first: UUID) -> None:
    """Decisions were taken on it: whom the first had shut out was let in with its split, and
    switches came back where no other merge had moved them."""
    split(target, first)
    left = again(target.collect_events())

    shut = first == SECOND
    assert left.blocks.keys() == ({DOCTOR.id, DENTIST.id} if shut else {DENTIST.id})
    assert left.consents.keys() == (set() if shut else {DOCTOR.id})
    assert left.feeding_oppositions.keys() == ({"*"} if shut else set())
    assert left.switches == {**ON, "regulation": False, "break_glass": shut}

    split(left, SECOND if first == FIRST else FIRST)
    assert left.blocks.keys() == {DENTIST.id}
    assert left.consents.keys() == {DOCTOR.id}
    assert not left.feeding_oppositions
    assert left.switches == ON
    assert not left.merged


def test_a_treating_doctor_of_then_came_back_as_they_did() -> None:
    """With the split of whoever shut them out, were another named and shut out since."""
    target = treated()
    target.take_stricter(FIRST, record(DOCTOR.id), by=PATIENT)
    target.name_treating_doctor(DENTIST.id, by=PATIENT)
    target.take_stricter(SECOND, record(DENTIST.id), by=PATIENT)
    split(target, FIRST)

    assert again(target.collect_events()).treating_doctor == DOCTOR.id


def test_switches_that_no_split_of_then_gave_back_are_the_targets_own() -> None:
    """They were given back only while no other merge had moved one; the person may, at any time."""
    target = record()
    merge(target, record(regulation=False), record(break_glass=False))
    for merge_id in (FIRST, SECOND):
        split(target, merge_id)
    left = again(target.collect_events())
    assert left.switches == {**ON, "regulation": False}

    left.take_stricter(THIRD, record(regulation=False, break_glass=False), by=PATIENT)
    split(left, THIRD)
    assert left.switches == {**ON, "regulation": False}
