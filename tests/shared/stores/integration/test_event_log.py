"""The log itself, on both databases: sealed rows, erasure, leaves, epochs, leaders."""

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Notification, StoredEvent

from shared.crypto.event_cipher import read_header
from shared.crypto.keys import SERVICE_KEY_ID, KeyErased, KeyUnavailable
from shared.crypto.local_keys import LocalKeys
from shared.crypto.sealing import NotAuthentic
from shared.kernel.clock import FixedClock
from shared.kernel.settings import SettingsError
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Box, Boxes, OpenBox, Permit, Relabel
from tests.shared.stores.conftest import NOW
from tests.support.damage import one_bit_off

SECRET = "sérologie VIH"


def open_box(log: Boxes, label: str = SECRET, record_id: UUID | None = None) -> UUID:
    request = OpenBox(request_id=uuid4(), record_id=record_id or uuid4(), label=label)
    return log.open_box(request, PATIENT).box_id


def relabel(log: Boxes, box_id: UUID, label: str) -> int:
    return log.relabel(Relabel(request_id=uuid4(), box_id=box_id, label=label), PATIENT).position


def rows(log: Boxes) -> list[Notification]:
    return list(log.recorder.select_notifications(1, 1000))


def test_what_was_saved_is_read_back(log: Boxes) -> None:
    """
    Types survive the way into the row and out of it, dates and who acted included.
    """
    box_id = open_box(log)

    box = log.get(box_id, Box)
    (recorded,) = log.read(0, 10)

    assert box is not None
    assert (box.label, box.day.isoformat(), log.version_of(box_id)) == (SECRET, "2026-01-02", 1)
    assert isinstance(recorded.event, Box.Created)
    assert recorded.event.by == PATIENT.to_event()
    assert recorded.record_id == box.record_id


def test_absent_is_none_and_version_zero(log: Boxes) -> None:
    """
    Absence is an answer: a guard can rely on it. Another kind of thing is absent too.
    """
    assert log.get(uuid4(), Box) is None
    assert log.version_of(uuid4()) == 0
    assert log.get(open_box(log), Permit) is None


def test_events_bear_the_time_of_the_clock(log: Boxes, clock: FixedClock) -> None:
    """
    A rule or a test that moves time moves the log's time: the system's is never looked at.
    """
    box_id = open_box(log)
    clock.move(timedelta(days=42))
    relabel(log, box_id, "x")

    times = [getattr(r.event, "timestamp", None) for r in log.read(0, 10)]
    assert times == [NOW, NOW + timedelta(days=42)]


def test_rows_say_nothing_to_who_has_no_key(log: Boxes, keys: LocalKeys) -> None:
    """
    A stolen disk shows which record and which topic, nothing of the content or of who acted.
    """
    record_id = uuid4()
    open_box(log, record_id=record_id)
    keys.rotate(record_id)
    open_box(log, record_id=record_id)

    first, second = rows(log)

    for row in (first, second):
        assert SECRET.encode() not in row.state
        assert PATIENT.id.encode() not in row.state
    assert (read_header(first.state).record_id, read_header(first.state).key_version) == (
        record_id,
        1,
    )
    assert read_header(second.state).key_version == 2
    assert [r.event is not None for r in log.read(0, 10)] == [True, True]


TAMPERINGS: dict[str, Callable[[StoredEvent], StoredEvent]] = {
    "moved to another stream": lambda e: replace(e, originator_id=uuid4()),
    "moved to another version": lambda e: replace(e, originator_version=7),
    "given another topic": lambda e: replace(e, topic="boxes.box_relabelled"),
    "content edited": lambda e: replace(e, state=one_bit_off(e.state)),
    "nonce edited": lambda e: replace(e, state=one_bit_off(e.state, 21)),
    "cut": lambda e: replace(e, state=e.state[:40]),
    "other format": lambda e: replace(e, state=b"\2" + e.state[1:]),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_row_tampered_with_does_not_open(log: Boxes, tampering: str) -> None:
    """
    Whoever writes to the database can destroy, not deceive.
    """
    open_box(log)
    row = rows(log)[0]
    stored = StoredEvent(row.originator_id, row.originator_version, row.topic, row.state)
    log.mapper.to_domain_event(stored)

    with pytest.raises(NotAuthentic):
        log.mapper.to_domain_event(TAMPERINGS[tampering](stored))


def test_a_row_of_another_service_or_record_does_not_open(
    log: Boxes, store: EventStoreSettings, clock: FixedClock
) -> None:
    """
    The same root, another service: another key. The same service, another record: another key.
    """
    open_box(log)
    open_box(log)
    first, second = rows(log)
    swapped = replace(first, state=first.state[:1] + second.state[1:17] + first.state[17:])

    with pytest.raises(NotAuthentic):
        log.mapper.to_domain_event(swapped)
    with pytest.raises(NotAuthentic):
        Boxes(store, LocalKeys(bytes(range(32)), "vault"), clock).read(0, 1)


def test_an_erased_record_among_others_is_passed_over(log: Boxes, keys: LocalKeys) -> None:
    """
    A rebuild reads on: the erased record's rows keep their place and their leaf, and say
    nothing. What belongs to it cannot be loaded.
    """
    erased, kept = uuid4(), uuid4()
    boxes = [open_box(log, record_id=r) for r in (kept, erased, kept)]
    before = log.leaves(0, 10)

    keys.erase(erased)

    assert [r.event is None for r in log.read(0, 10)] == [False, True, False]
    assert [r.record_id for r in log.read(0, 10)] == [kept, erased, kept]
    assert log.leaves(0, 10) == before
    with pytest.raises(KeyErased):
        log.get(boxes[1], Box)


def test_a_key_out_of_reach_stops(log: Boxes, store: EventStoreSettings, clock: FixedClock) -> None:
    """
    Unknown is not erased: a rebuild that passed over it would forget a living record.
    """
    record_id = uuid4()
    rotated = LocalKeys(bytes(range(32)), "boxes")
    rotated.rotate(record_id)
    writer = Boxes(store, rotated, clock)
    open_box(writer, record_id=record_id)
    writer.close()

    with pytest.raises(KeyUnavailable):
        log.read(0, 10)


def test_what_belongs_to_no_record_is_under_the_service_key(log: Boxes) -> None:
    """
    Matrices, professionals: not personal to a record, still not readable from a disk.
    """
    log.save(Aggregate())

    assert read_header(rows(log)[0].state).key_id == SERVICE_KEY_ID


def test_an_event_that_forgot_its_record_is_not_saved(log: Boxes) -> None:
    """
    It would be sealed under the service's key and outlive the record's erasure.
    """
    box = Box.open(uuid4(), uuid4(), "x", PATIENT)
    box.trigger_event(Box.Forgetful)

    with pytest.raises(TypeError, match="record_id"):
        log.save(box)
    assert log.head().position == 0


def test_leaves_are_what_the_interface_says(log: Boxes) -> None:
    """
    Anyone can compute them from a row's clear header and sealed bytes, with no key.
    """
    box_id = open_box(log)
    relabel(log, box_id, "x")
    epoch = log.head().epoch

    leaves = log.leaves(0, 10)

    expected = []
    for row in rows(log):
        header = json.dumps(
            {
                "epoch": epoch,
                "originator_id": str(box_id),
                "originator_version": row.originator_version,
                "position": row.id,
                "service": "boxes",
                "topic": row.topic,
            },
            separators=(",", ":"),
        )
        digest = hashlib.sha256(header.encode() + b"\x00" + row.state).hexdigest()
        expected.append((row.id, digest))
    assert leaves.leaves == expected
    assert (leaves.epoch, leaves.after, leaves.to) == (epoch, 0, 2)
    assert [r.digest for r in log.read(0, 10)] == [digest for _, digest in expected]


def test_leaves_come_in_ranges_that_meet(log: Boxes) -> None:
    """
    A hole between two batches would be a hole in the proof.
    """
    for _ in range(5):
        open_box(log)

    first = log.leaves(0, 2)
    second = log.leaves(first.to, 10)
    end = log.leaves(second.to, 10)

    assert (first.after, first.to, second.after, second.to) == (0, 2, 2, 5)
    assert (end.after, end.to, end.leaves) == (5, 5, [])


def test_a_new_epoch_leaves_the_former_one_as_it_was(log: Boxes) -> None:
    """
    After a restore what follows is another history; what was proven before still verifies,
    and no batch spans both.
    """
    open_box(log)
    open_box(log)
    former = log.leaves(0, 10)

    epoch = log.renew_epoch()
    open_box(log)

    assert log.head().epoch == epoch != former.epoch
    assert log.leaves(0, 10) == former
    after = log.leaves(2, 10)
    assert (after.epoch, after.to, len(after.leaves)) == (epoch, 3, 1)
    assert [r.epoch for r in log.read(0, 10)] == [former.epoch, former.epoch, epoch]


def test_one_leader_at_a_time(log: Boxes, store: EventStoreSettings, keys: LocalKeys) -> None:
    """
    A second process does not wait and does not lead; once the first is gone it may.
    """
    other = Boxes(store, keys, FixedClock(NOW))
    with log.leader("relay") as mine, other.leader("relay") as theirs:
        assert (mine.held(), theirs.held()) == (True, False)
        with other.leader("timers") as another_role:
            assert another_role.held()
    with other.leader("relay") as theirs:
        assert theirs.held()
    other.close()


def test_a_log_keeps_its_ids_and_epoch(
    log: Boxes, store: EventStoreSettings, keys: LocalKeys, clock: FixedClock
) -> None:
    """
    Derived ids must be the same after a restart: a retried command depends on it.
    """
    again = Boxes(store, keys, clock)

    assert again.secret == log.secret
    assert again.head() == log.head()
    again.close()


def boot(store: EventStoreSettings, together: Barrier) -> None:
    together.wait(60)
    log = Boxes(store, LocalKeys(bytes(32), "boxes"), FixedClock(NOW))
    open_box(log)
    log.close()


def test_processes_may_start_together(store: EventStoreSettings) -> None:
    """
    The first boot of several processes makes each table once, and no one fails.
    """
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(4)
    started = [context.Process(target=boot, args=(store, together)) for _ in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)

    assert [process.exitcode for process in started] == [0] * 4
    log = Boxes(store, LocalKeys(bytes(32), "boxes"), FixedClock(NOW))
    assert log.head().position == 4
    assert len(log.places.epochs()) == 1
    log.close()


def test_a_store_without_guard_refuses_to_boot(
    monkeypatch: pytest.MonkeyPatch,
    store: EventStoreSettings,
    keys: LocalKeys,
    clock: FixedClock,
) -> None:
    """
    The library's own variables cannot take the guard away unseen.
    """
    monkeypatch.setenv("BOXES_PERSISTENCE_MODULE", "eventsourcing.popo")

    with pytest.raises(SettingsError, match="without guarded append"):
        Boxes(store, keys, clock)


def test_snapshots_refuse_to_boot(
    monkeypatch: pytest.MonkeyPatch,
    store: EventStoreSettings,
    keys: LocalKeys,
    clock: FixedClock,
) -> None:
    """
    They would be a copy that erasure, backups and the check of the schema know nothing of.
    """
    monkeypatch.setenv("BOXES_IS_SNAPSHOTTING_ENABLED", "y")

    with pytest.raises(SettingsError, match="no service has snapshots"):
        Boxes(store, keys, clock)


def test_database_functions_refuse_to_boot(
    monkeypatch: pytest.MonkeyPatch, postgres_dsn: str, keys: LocalKeys, clock: FixedClock
) -> None:
    """
    In that mode the library inserts without the guard.
    """
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")

    with pytest.raises(SettingsError, match="unguarded"):
        Boxes(EventStoreSettings(postgres_dsn=postgres_dsn), keys, clock)
