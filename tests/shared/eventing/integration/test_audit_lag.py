"""What stays out of the transparency log too long stops what must be traced."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest

from shared.crypto.local_keys import LocalKeys
from shared.eventing import broker
from shared.eventing.audit_lag import EXCHANGE, SURE, AuditLag, checkpoint_loop
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.stores.places import Logged
from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.sample import Notes
from tests.shared.eventing.signed import message
from tests.support.deadline import eventually

LONGEST = 60.0


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def notes(tmp_path: Path, clock: FixedClock) -> Iterator[Notes]:
    with Notes(EventStoreSettings(data_dir=tmp_path), LocalKeys(b"k" * 32, "notes"), clock) as log:
        yield log


@pytest.mark.parametrize(("seconds", "refused"), [(60, False), (61, True)])
def test_an_event_may_stay_out_for_so_long(
    notes: Notes, clock: FixedClock, seconds: int, refused: bool
) -> None:
    """DESIGN, section 4: 60 seconds, and no further."""
    notes.write(uuid4(), "a")
    clock.move(timedelta(seconds=seconds))

    if refused:
        with pytest.raises(Unavailable, match="late"):
            AuditLag(notes, LONGEST).refuse()
    else:
        AuditLag(notes, LONGEST).refuse()


@pytest.mark.parametrize("young", [0.0, 0.3, 0.9, 59.5])
def test_one_that_looked_before_refuses_at_the_same_instant(
    notes: Notes, clock: FixedClock, young: float
) -> None:
    """What was seen is relied on for as long as nothing can have become too old by then."""
    notes.write(uuid4(), "a")
    clock.move(timedelta(seconds=young))
    lag = AuditLag(notes, LONGEST)
    lag.refuse()
    notes.write(uuid4(), "b")

    clock.move(timedelta(seconds=LONGEST - young))
    lag.refuse()
    clock.move(timedelta(milliseconds=1))
    with pytest.raises(Unavailable, match="late"):
        lag.refuse()


@pytest.mark.parametrize(("later", "looks"), [(0.0, 1), (0.9, 1), (1.1, 2), (-3600.0, 2)])
def test_who_has_just_looked_does_not_look_again(
    notes: Notes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, later: float, looks: int
) -> None:
    """Two hundred times a second nothing would be found. For a second at most, and not by a clock
    that was put back."""
    seen: list[Logged] = []
    logged = notes.places.logged

    def counted() -> Logged:
        seen.append(logged())
        return seen[-1]

    monkeypatch.setattr(notes.places, "logged", counted)
    lag = AuditLag(notes, LONGEST)
    lag.refuse()
    clock.move(timedelta(seconds=later))
    lag.refuse()

    assert len(seen) == looks


def test_rows_taken_out_are_noticed_a_second_after(notes: Notes, clock: FixedClock) -> None:
    position = notes.write(uuid4(), "a")
    notes.places.note_logged(Logged(notes.head().epoch, position))
    lag = AuditLag(notes, LONGEST)
    lag.refuse()

    notes.places.note_logged(Logged(notes.head().epoch, position + 1))
    clock.move(timedelta(seconds=SURE, milliseconds=1))
    with pytest.raises(Unavailable):
        lag.refuse()


def test_what_is_in_the_log_is_never_late(notes: Notes, clock: FixedClock) -> None:
    """It is the oldest event outside that counts, and none is."""
    position = notes.write(uuid4(), "a")
    lag = AuditLag(notes, LONGEST)
    clock.move(timedelta(hours=1))
    with pytest.raises(Unavailable):
        lag.refuse()

    notes.places.note_logged(Logged(notes.head().epoch, position))
    lag.refuse()

    notes.write(uuid4(), "b")
    clock.move(timedelta(seconds=LONGEST + 1))
    with pytest.raises(Unavailable):
        lag.refuse()


def test_it_is_the_oldest_outside_that_counts(notes: Notes, clock: FixedClock) -> None:
    """Some are in the log, others are not yet: no less, and no more."""
    notes.write(uuid4(), "in the log")
    clock.move(timedelta(seconds=100))
    notes.write(uuid4(), "outside")
    clock.move(timedelta(seconds=20))
    notes.write(uuid4(), "outside too")
    clock.move(timedelta(seconds=10))

    notes.places.note_logged(Logged(notes.head().epoch, 1))

    assert AuditLag(notes, LONGEST).seconds() == 30


def test_what_another_history_logged_does_not_count(notes: Notes, clock: FixedClock) -> None:
    """After a restore the same positions are other events."""
    position = notes.write(uuid4(), "a")
    notes.places.note_logged(Logged("another epoch", position))
    clock.move(timedelta(hours=1))

    notes.write(uuid4(), "b")
    clock.move(timedelta(hours=1))
    with pytest.raises(Unavailable):
        AuditLag(notes, LONGEST).refuse()


def test_an_epoch_that_is_over_covers_what_it_shares_and_no_more(
    notes: Notes, clock: FixedClock
) -> None:
    """Restored twice: what the first epoch logged says nothing of events of the second."""
    first = notes.head().epoch
    notes.write(uuid4(), "a")
    notes.renew_epoch()
    notes.write(uuid4(), "b")
    notes.renew_epoch()
    notes.places.note_logged(Logged(first, 9))
    clock.move(timedelta(hours=1))

    with pytest.raises(Unavailable):
        AuditLag(notes, LONGEST).refuse()


def test_a_log_shorter_than_what_was_logged_of_it_is_late_for_ever(notes: Notes) -> None:
    """Rows were taken out behind its back: nothing can be said of those that follow."""
    position = notes.write(uuid4(), "a")
    notes.places.note_logged(Logged(notes.head().epoch, position + 1))

    with pytest.raises(Unavailable):
        AuditLag(notes, LONGEST).refuse()


def test_only_the_requests_picked_wait(notes: Notes, clock: FixedClock) -> None:
    """An emergency is served however late the log is."""
    notes.write(uuid4(), "a")
    clock.move(timedelta(hours=1))
    handler = AuditLag(notes, LONGEST).unless_late(
        lambda mode, _by: f"opened {mode}", when=lambda mode: mode == "normal"
    )

    assert handler("break_glass", None) == "opened break_glass"  # type: ignore[arg-type]  # no actor is needed
    with pytest.raises(Unavailable):
        handler("normal", None)  # type: ignore[arg-type]  # idem


def test_checkpoints_tell_how_far_the_log_is(notes: Notes, amqp_uri: str) -> None:
    """Over a real broker; what is no checkpoint is dropped and changes nothing."""
    position = notes.write(uuid4(), "a")
    good = message([b"a"], epoch=notes.head().epoch, position=position).decode()
    loop, stop = checkpoint_loop(notes, amqp_uri, lambda *_: []), Event()
    thread = Thread(target=loop.run, args=(stop,))
    publisher = broker.Publisher(amqp_uri, EXCHANGE, "fanout")
    thread.start()

    def heard() -> bool:
        publisher.publish([broker.Outgoing("checkpoint_published", b) for b in ("no", "{}", good)])
        return notes.places.logged() == Logged(notes.head().epoch, position)

    try:
        eventually(heard)
    finally:
        stop.set()
        thread.join(10)
        publisher.close()
