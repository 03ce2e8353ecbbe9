"""Where a follower or a relay stands, on both databases: moved by compare-and-set only."""

from contextlib import AbstractContextManager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from shared.rpc.contract import Done
from shared.stores.event_log import Followed, Link, Outcome, PositionMoved
from shared.stores.guard import Sql
from shared.stores.places import Moved, Parked, Published
from shared.stores.sqlite import GuardedSQLiteRecorder
from tests.shared.stores.boxes import Boxes, Permit
from tests.shared.stores.conftest import NOW

FIRST = Link("e1", 3, "aa")
SECOND = Link("e1", 7, "bb")


def move(previous: Link | None, reached: Link, publisher: str = "identity") -> Followed:
    return Followed(publisher=publisher, previous=previous, reached=reached)


def permitted() -> Outcome[Done]:
    return Outcome(answer=Done(), save=[Permit(decided_on=1)])


def test_a_follower_moves_with_its_effect(log: Boxes) -> None:
    """
    Effect and position are one transaction: neither is there without the other.
    """
    assert log.places.followed("identity") is None

    log.apply(permitted(), move(None, FIRST))
    log.apply(None, move(FIRST, SECOND))

    assert log.places.followed("identity") == SECOND
    assert log.places.followed("vault") is None
    assert log.head().position == 1


@pytest.mark.parametrize(
    "stale",
    [
        move(None, FIRST),
        move(FIRST, SECOND),
        move(Link("e2", 7, "bb"), Link("e2", 8, "cc")),
        move(Link("e1", 7, "xx"), Link("e1", 8, "cc")),
    ],
    ids=["from the start", "one behind", "another epoch", "another history"],
)
def test_a_follower_fenced_off_changes_nothing(log: Boxes, stale: Followed) -> None:
    """
    An old consumer that still works: its effect is not saved either.
    """
    log.apply(None, move(None, FIRST))
    log.apply(None, move(FIRST, SECOND))

    with pytest.raises(PositionMoved):
        log.apply(permitted(), stale)

    assert log.head().position == 0
    assert log.places.followed("identity") == SECOND


def waits_for_disk(log: Boxes, sql: Sql) -> bool:
    """Whether the commit of the transaction at hand does, as far as we say so: a PostgreSQL made
    for tests never waits. FULL is SQLite's 2."""
    if isinstance(log.recorder, GuardedSQLiteRecorder):
        return int(sql("PRAGMA synchronous")[0][0]) == 2
    [(said_by,)] = sql("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
    return bool(said_by != "session")


def test_what_is_not_synced_is_seen_by_all_and_leaves_no_trace_of_its_haste(log: Boxes) -> None:
    """
    Only what is found out again elsewhere does not wait for the disk; what comes after waits.
    """
    with log.guarded.writing(synced=False) as sql:
        assert not waits_for_disk(log, sql)
        log.places.follow(move(None, FIRST))(sql, 0)
    assert log.places.followed("identity") == FIRST

    with pytest.raises(ZeroDivisionError), log.guarded.writing(synced=False):
        raise ZeroDivisionError
    with log.guarded.writing() as sql:
        assert waits_for_disk(log, sql)


def test_an_effect_waits_for_the_disk_and_the_lack_of_one_does_not(log: Boxes) -> None:
    """
    A position lost with the machine is found again; an effect would be gone.
    """
    waited: list[bool] = []

    def note(sql: Sql, _: int) -> None:
        waited.append(waits_for_disk(log, sql))

    effect = permitted()
    log.apply(replace(effect, also=[note]), move(None, FIRST))
    assert waited == [True]
    moving = log.guarded.writing
    haste: list[bool] = []

    def watched(*, synced: bool = True) -> AbstractContextManager[Sql]:
        haste.append(not synced)
        return moving(synced=synced)

    log.guarded.writing = watched  # type: ignore[method-assign]  # to see it, not to change it
    log.apply(None, move(FIRST, SECOND))
    log.places.publish(Moved("leaves", Published(0, 0), Published(9, 9)))
    assert haste == [True, True]
    assert log.places.followed("identity") == SECOND


def test_a_relay_moves_by_compare_and_set(log: Boxes) -> None:
    """
    Two relays cannot both believe they published the same range.
    """
    start = log.places.published("messages")
    assert start == Published(0, 0)
    log.places.publish(Moved("messages", start, Published(10, 8)))

    with pytest.raises(PositionMoved):
        log.places.publish(
            Moved("leaves", Published(0, 0), Published(9, 9)),
            Moved("messages", start, Published(11, 11)),
        )

    assert log.places.published("messages") == Published(10, 8)
    assert log.places.published("leaves") == Published(0, 0)


def parked(position: int, held_by: UUID) -> Parked:
    return Parked(
        publisher="identity",
        position=position,
        held_by=held_by,
        envelope="{}",
        error="not_found: no such thing",
        parked_at=NOW,
    )


def test_parking_moves_on_and_holds_the_record(log: Boxes) -> None:
    """
    A message that cannot be handled is kept in the same write that moves past it.
    """
    record, other = uuid4(), uuid4()
    item = parked(3, record)

    log.apply(None, move(None, FIRST), log.places.park(item))

    assert log.places.parked("identity") == [item]
    assert log.places.is_parked(record)
    assert not log.places.is_parked(other)
    assert log.places.followed("identity") == FIRST


def test_a_parking_that_is_fenced_off_parks_nothing(log: Boxes) -> None:
    """
    Else a record would be refused for a message that was handled by another.
    """
    record = uuid4()
    log.apply(None, move(None, FIRST))

    with pytest.raises(PositionMoved):
        log.apply(None, move(None, FIRST), log.places.park(parked(3, record)))

    assert not log.places.is_parked(record)


def test_what_is_retried_leaves_in_order(log: Boxes) -> None:
    """
    Parked messages of a record are retried as they came; the last one frees the record.
    """
    record = uuid4()
    log.apply(None, move(None, FIRST), log.places.park(parked(3, record)))
    log.apply(None, move(FIRST, SECOND), log.places.park(parked(7, record)))
    assert [p.position for p in log.places.parked("identity")] == [3, 7]

    log.commit(Outcome(answer=Done(), also=[log.places.unpark("identity", 3)]))
    assert log.places.is_parked(record)
    log.commit(Outcome(answer=Done(), also=[log.places.unpark("identity", 7)]))

    assert not log.places.is_parked(record)
