"""Guarded append: what a decision relied on has not moved when it is saved."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Conflict, Forbidden
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome
from shared.stores.guard import ReliedOnMoved, Sql
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Ask, Box, Boxes, OpenBox, Permit, Relabel
from tests.shared.stores.conftest import NOW


def a_box(log: Boxes) -> Box:
    box = Box.open(uuid4(), uuid4(), "open", PATIENT)
    log.save(box)
    return box


def saving(*aggregates: Box | Permit, **relied_on: object) -> Outcome[Done]:
    return Outcome(answer=Done(), save=aggregates, **relied_on)  # type: ignore[arg-type]  # relied_on= and also=


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_save_that_relied_on_another_version_is_refused(log: Boxes, version: int) -> None:
    """
    Ahead or behind, or thought absent: the decision was made on something else.
    """
    box = a_box(log)

    with pytest.raises(ReliedOnMoved):
        log.commit(saving(Permit(decided_on=version), relied_on={box.id: version}))
    assert log.head().position == 1


def test_absence_can_be_relied_on(log: Boxes) -> None:
    """
    "Nobody has blocked anyone yet" is a fact like another, until someone does.
    """
    absent = uuid4()

    assert log.commit(saving(Permit(decided_on=0), relied_on={absent: 0})) == 1

    log.save(Box.open(absent, uuid4(), "now it is there", PATIENT))
    with pytest.raises(ReliedOnMoved):
        log.commit(saving(Permit(decided_on=0), relied_on={absent: 0}))


def test_our_own_new_events_do_not_count_as_moved(log: Boxes) -> None:
    """
    A save may rely on the very stream it appends to.
    """
    box = a_box(log)
    box.relabel("y", PATIENT)
    box.relabel("z", PATIENT)

    assert log.commit(saving(box, relied_on={box.id: 1})) == 3


def test_a_refused_save_leaves_nothing(log: Boxes) -> None:
    """
    Events, answers and the service's own tables: all or nothing.
    """
    box = a_box(log)
    log.guarded.create("CREATE TABLE IF NOT EXISTS boxes_own (n BIGINT)")

    def write(sql: Sql, _: int) -> None:
        sql("INSERT INTO boxes_own VALUES (1)")

    def fail(_: Sql, position: int) -> None:
        assert position == 2
        raise IntegrityError

    with pytest.raises(IntegrityError):
        log.commit(saving(Permit(decided_on=1), also=[write, fail]))
    with pytest.raises(ReliedOnMoved):
        log.commit(saving(Permit(decided_on=1), relied_on={box.id: 7}, also=[write]))

    with log.guarded.reading() as sql:
        assert sql("SELECT * FROM boxes_own") == []
    assert log.head().position == 1


def no_permit_ignored_a_change(log: Boxes, box_id: UUID) -> None:
    """The promise: above a change of the box, no permit says it was decided on an older one."""
    version = 0
    permits = 0
    for recorded in log.read(0, 10_000):
        if recorded.originator_id == box_id:
            version = recorded.originator_version
        elif isinstance(recorded.event, Permit.Created):
            assert recorded.event.decided_on == version, f"permit at {recorded.position}"
            permits += 1
    assert permits > 0


def permit(log: Boxes, box_id: UUID, times: int) -> int:
    """How many of so many attempts were saved."""
    saved = 0
    for _ in range(times):
        try:
            log.decide(Ask(box_id=box_id), PATIENT)
        except Conflict:
            continue
        except Forbidden:
            break
        saved += 1
    return saved


def relabel(log: Boxes, box_id: UUID, times: int) -> None:
    for number in range(times):
        while True:
            try:
                log.relabel(Relabel(request_id=uuid4(), box_id=box_id, label=str(number)), PATIENT)
            except Conflict:
                continue
            break
        time.sleep(0.005)


def test_racing_threads_never_save_a_stale_decision(log: Boxes) -> None:
    """
    Permits race with changes of what they rely on; each was decided on the state at its place.
    """
    box_id = a_box(log).id

    with ThreadPoolExecutor(6) as pool:
        changes = pool.submit(relabel, log, box_id, 25)
        permits = [pool.submit(permit, log, box_id, 20) for _ in range(5)]
        changes.result(100)
        assert sum(p.result(100) for p in permits) > 20

    no_permit_ignored_a_change(log, box_id)


def race(store: EventStoreSettings, work: Callable[[Boxes, UUID, int], object], box: UUID) -> None:
    log = Boxes(store, LocalKeys(bytes(range(32)), "boxes"), FixedClock(NOW))
    work(log, box, 20)
    log.close()


def test_racing_processes_never_save_a_stale_decision(
    log: Boxes, store: EventStoreSettings
) -> None:
    """
    The same across replicas, which share nothing but the database.
    """
    box_id = a_box(log).id
    context = multiprocessing.get_context("spawn")
    work: list[Callable[[Boxes, UUID, int], object]] = [relabel, permit, permit, permit]
    racers = [context.Process(target=race, args=(store, w, box_id)) for w in work]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(100)

    assert [racer.exitcode for racer in racers] == [0] * len(racers)
    no_permit_ignored_a_change(log, box_id)


def test_read_your_revocation(log: Boxes) -> None:
    """
    Once the closing has answered, no permit is saved above its position, whoever races.
    """
    box_id = log.open_box(
        OpenBox(request_id=uuid4(), record_id=uuid4(), label="open"), PATIENT
    ).box_id

    with ThreadPoolExecutor(6) as pool:
        permits = [pool.submit(permit, log, box_id, 50) for _ in range(5)]
        request = Relabel(request_id=uuid4(), box_id=box_id, label="closed")
        while True:
            try:
                closed = log.relabel(request, PATIENT).position
            except Conflict:
                continue
            break
        for racer in permits:
            racer.result(100)

    above = [r for r in log.read(closed, 1000) if isinstance(r.event, Permit.Created)]
    assert above == []
    with pytest.raises(Forbidden):
        log.decide(Ask(box_id=box_id), PATIENT)


def test_what_a_write_has_read_still_holds_when_it_writes(tmp_path: Path) -> None:
    """
    SQLite: another writer waits from the first read on. A deferred transaction would fail at
    its first write with "database is locked", however long it may wait.
    """
    store = EventStoreSettings(data_dir=tmp_path)
    log, other = (Boxes(store, LocalKeys(bytes(32), "boxes"), FixedClock(NOW)) for _ in range(2))
    writer = Thread(target=other.save, args=(Permit(decided_on=0),))

    with log.guarded.writing() as sql:
        assert sql("SELECT COUNT(*) FROM stored_events") == [(0,)]
        writer.start()
        writer.join(0.3)
        sql("INSERT INTO boxes_published VALUES ('messages', 0, 0)")
    writer.join(30)

    assert log.head().position == 1
    log.close()
    other.close()


def test_positions_are_in_the_order_of_commits(log: Boxes) -> None:
    """
    A follower that has read up to a position never has to look back below it.
    """
    box_id = a_box(log).id
    seen: list[int] = []

    def follow() -> None:
        deadline = time.monotonic() + 100
        while len(seen) < 101 and time.monotonic() < deadline:
            seen.extend(
                r.id
                for r in log.recorder.select_notifications(
                    seen[-1] if seen else 0, 1000, inclusive_of_start=False
                )
            )

    with ThreadPoolExecutor(6) as pool:
        follower = pool.submit(follow)
        for racer in [pool.submit(permit, log, box_id, 20) for _ in range(5)]:
            racer.result(100)
        follower.result(100)

    assert len(seen) == 101
    assert all(a < b for a, b in pairwise(seen))
    assert seen == [r.position for r in log.read(0, 1000)]
