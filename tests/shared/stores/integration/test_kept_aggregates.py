"""Long streams are not replayed from their first event each time, and are never stale for it."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from shared.crypto.keys import KeyErased
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores import kept_aggregates
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Box, Boxes

EVENTS = 20


class CountedBoxes(Boxes):
    name = "boxes"

    reads: list[int]
    """How many events each ``get`` has read."""


@pytest.fixture
def log(
    store: EventStoreSettings,
    keys: LocalKeys,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[CountedBoxes]:
    log = CountedBoxes(store, keys, clock)
    log.reads = []
    select = log.recorder.select_events

    def counted(*args: object, **kwargs: object) -> object:
        rows = select(*args, **kwargs)  # type: ignore[arg-type]  # the same
        log.reads.append(len(rows))
        return rows

    monkeypatch.setattr(log.recorder, "select_events", counted)
    yield log
    log.close()


def long_box(log: Boxes, record_id: UUID | None = None) -> UUID:
    box = Box.open(uuid4(), record_id or uuid4(), "0", PATIENT)
    for number in range(1, EVENTS):
        box.relabel(str(number), PATIENT)
    log.save(box)
    return box.id


def label(log: Boxes, box_id: UUID, version: int | None = None) -> str:
    box = log.get(box_id, Box, version)
    assert box is not None
    return box.label


def test_only_what_is_new_is_read(log: CountedBoxes) -> None:
    """
    Whoever saved it: what another process adds is read, applied, and nothing before it.
    """
    box_id = long_box(log)
    assert label(log, box_id) == "19"

    other = log.get(box_id, Box)
    assert other is not None
    other.relabel("new", PATIENT)
    log.save(other)

    assert [label(log, box_id), label(log, box_id)] == ["new", "new"]
    assert log.reads == [EVENTS, 0, 1, 1]
    assert log.version_of(box_id) == EVENTS + 1


def test_a_version_just_read_spares_the_read_and_is_obeyed(log: CountedBoxes) -> None:
    """
    One that is newer than what is kept is fetched; the same needs nothing.
    """
    box_id = long_box(log)
    label(log, box_id)
    versions, head = log.guarded.versions_of([box_id, absent := uuid4()])
    assert (versions, head) == ({box_id: EVENTS, absent: 0}, EVENTS)
    assert log.guarded.versions_of([]) == ({}, EVENTS)

    assert label(log, box_id, EVENTS) == "19"
    assert log.reads == [EVENTS]
    box = log.get(box_id, Box)
    assert box is not None
    box.relabel("new", PATIENT)
    log.save(box)
    assert label(log, box_id, EVENTS + 1) == "new"


def test_what_one_caller_does_to_it_no_other_sees(log: CountedBoxes) -> None:
    """
    A use case that is refused half way must not leave its half in memory.
    """
    box_id = long_box(log)
    for _ in range(2):
        box = log.get(box_id, Box)
        assert box is not None
        assert box.label == "19"
        assert box.version == EVENTS
        box.relabel("never saved", PATIENT)


def test_an_erased_record_is_not_in_memory_either(log: CountedBoxes, keys: LocalKeys) -> None:
    """
    Its key is gone, and with it whatever was kept under it; nothing is kept in clear.
    """
    record_id = uuid4()
    box_id = long_box(log, record_id)
    label(log, box_id)
    (kept,) = log.kept._kept.values()
    assert b"boxes" not in kept.sealed
    assert b"label" not in kept.sealed

    keys.erase(record_id)

    with pytest.raises(KeyErased):
        log.get(box_id, Box)
    with pytest.raises(KeyErased):
        log.get(box_id, Box, EVENTS)


def test_memory_is_bounded(log: CountedBoxes, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The ones asked for last stay.
    """
    monkeypatch.setattr(kept_aggregates, "SIZE", 1_200)
    boxes = [long_box(log) for _ in range(6)]
    for box_id in boxes:
        label(log, box_id)

    kept = list(log.kept._kept)
    assert kept == boxes[-len(kept) :]
    assert 0 < len(kept) < 6
    assert log.kept._bytes == sum(len(k.sealed) for k in log.kept._kept.values()) <= 1_200
