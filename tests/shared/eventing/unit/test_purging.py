"""An erasure reaches every view, those over a service's own log too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import singledispatchmethod
from uuid import UUID, uuid4

import pytest

from shared.eventing.purging import Purge, own_takes, own_writes, with_purge
from shared.eventing.received import Received
from shared.stores.documents import Delete, Put, Write
from shared.stores.event_log import NOTHING

RECORD = uuid4()
DECIDED = Purge(purged=uuid4(), by={})
"""Stands for anything that a policy saves."""


class Notes:
    NAME = "notes"
    VERSION = 1

    def writes(self, event: object) -> Sequence[Write]:
        return [Put("a", {})]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Delete(str(record_id))]


def received(type_: str, record: UUID | None = RECORD) -> Received:
    return Received(
        publisher="identity",
        type=type_,
        version=1,
        key="k",
        epoch="e",
        position=1,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        record=record,
        data={},
    )


@pytest.mark.parametrize("decided", [None, NOTHING])
def test_an_erasure_becomes_an_event_of_whoever_hears_it(decided: None) -> None:
    """
    Whatever its policy does: a rebuild of its own views meets the event again.
    """
    outcome = with_purge(received("identity.record_erased"), decided)

    assert outcome
    [purge] = outcome.save
    assert isinstance(purge, Purge)
    assert purge.purged == RECORD
    assert purge.by == {"kind": "service", "id": "identity"}
    assert own_writes(Notes(), purge.collect_events()[0]) == [Delete(str(RECORD))]


def test_what_a_policy_saves_is_saved_too() -> None:
    """
    A service may have more to do about an erasure than its views.
    """
    outcome = with_purge(
        received("identity.record_erased"),
        type(NOTHING)(answer=NOTHING.answer, save=[DECIDED]),
    )

    assert outcome
    assert len(outcome.save) == 2


@pytest.mark.parametrize(
    "other", [received("identity.record_closed"), received("identity.record_erased", None)]
)
def test_other_messages_purge_nothing(other: Received) -> None:
    """
    Only the signed end of a record removes what is shown of it.
    """
    assert with_purge(other, None) is None
    assert with_purge(other, NOTHING) is NOTHING


class ByClass(Notes):
    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()


def test_a_view_that_takes_nothing_is_still_purged() -> None:
    """
    No projection names the event of an erasure among those it takes.
    """
    assert own_takes(ByClass(), Purge.Created)
    assert not own_takes(ByClass(), Purge.Event)
