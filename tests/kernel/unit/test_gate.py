"""Questions to access: small enough for it, each answer to its own resource."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.gate import BATCH, NORMALLY, Decision, Gate, How

TARGET = UUID("0190a000-0000-7000-8000-000000000001")
SOURCE = UUID("0190a000-0000-7000-8000-000000000002")
DECISION = UUID("0190a000-0000-7000-8000-00000000000d")
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10")


class EvenAuthors:
    """Permits what an even number wrote in the target."""

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        permit = record_id == TARGET and resource["author"] % 2 == 0
        return Decision(record_id=record_id, permit=permit, decision_id=DECISION)

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        assert len(tuples) <= BATCH
        assert len({one["author"] for one in tuples}) == len(tuples)
        return [record_id == TARGET and one["author"] % 2 == 0 for one in tuples]


GATE = Gate(EvenAuthors(), {SOURCE: TARGET, TARGET: TARGET}.__getitem__, {"author": 0})


def test_long_lists_are_asked_about_in_batches_and_answered_in_order() -> None:
    """decide_many takes 500 tuples at most; a shifted answer would show what is hidden."""
    resources = [{"author": number % (BATCH * 2 + 7)} for number in range(BATCH * 3)]

    permits = GATE.may_read(TARGET, resources, DOCTOR)

    assert permits == [resource["author"] % 2 == 0 for resource in resources]


def test_where_there_is_nothing_something_is_asked_about_all_the_same() -> None:
    """Else the journal, and the time, tell a record without things from one where all are hidden:
    access saves one decision more for the latter."""
    asked: list[Sequence[Mapping[str, Any]]] = []

    class Asked(EvenAuthors):
        def decide_many(
            self, record_id: UUID, action: str, tuples: Any, *by: Any
        ) -> Sequence[bool]:
            asked.append(tuples)
            return super().decide_many(record_id, action, tuples, *by)

    gate = Gate(Asked(), lambda record_id: record_id, {"author": 0})

    assert gate.may_read(TARGET, [], DOCTOR) == []
    assert gate.may_read(TARGET, [{"author": 1}], DOCTOR) == [False]
    assert [len(tuples) for tuples in asked] == [1, 1]


def test_a_refusal_names_its_decision() -> None:
    """The person can ask for the reasons of it; the caller is told none."""
    with pytest.raises(Forbidden) as refused:
        GATE.require(TARGET, "read", {"author": 1}, DOCTOR)

    assert refused.value.decision_id == DECISION


def test_a_merged_record_is_served_by_the_rights_of_its_target() -> None:
    """The person has one set of rights, and it is not the abandoned record's."""
    permitted = GATE.require(SOURCE, "read", {"author": 2}, DOCTOR)
    assert (permitted.permit, permitted.record_id) == (True, TARGET)
    assert GATE.may_read(SOURCE, [{"author": 2}], DOCTOR) == [True]
