"""A service that saw one tree takes no other for its continuation."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.local_keys import LocalKeys
from shared.eventing.audit_lag import checkpoint_loop, heard
from shared.eventing.checkpoints import Inconsistent, drop, parse, take
from shared.eventing.discards import CheckpointDropped
from shared.eventing.metrics import CHECKPOINTS
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import InvalidRequest, Unavailable
from shared.kernel.note import InvalidNote, VerifierKey, sign_note, succession
from shared.stores.places import Logged
from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.sample import Notes
from tests.shared.eventing.signed import KEY, ORIGIN, OTHER_KEY, message, path_between

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="op-1")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def notes(tmp_path: Path, clock: FixedClock) -> Iterator[Notes]:
    with Notes(EventStoreSettings(data_dir=tmp_path), LocalKeys(b"k" * 32, "notes"), clock) as log:
        yield log


def hear(notes: Notes, body: bytes, log: Sequence[bytes] | None = None) -> None:
    """``log``: what proofs that are asked for are made of; none is given without."""

    def prove(old: int, new: int) -> Sequence[bytes]:
        if log is None:
            raise Unavailable
        return path_between(log, old, new)

    take(notes, parse(body, "notes"), prove)


def entries(*names: str) -> list[bytes]:
    return [name.encode() for name in names]


def test_the_last_checkpoint_is_kept_and_the_next_one_checked(notes: Notes) -> None:
    """One row, whatever their number; and how far it covers this service."""
    hear(notes, message(entries("a", "b", "c")))
    hear(notes, message(entries("a", "b", "c", "d", "e"), 3))

    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.size == 5
    assert notes.places.logged() == Logged("e", 5)
    with notes.guarded.reading() as sql:
        assert sql("SELECT COUNT(*) FROM notes_checkpoints") == [(1,)]


@pytest.mark.parametrize(
    "next_one",
    [
        message(entries("a", "X", "c", "d", "e"), 3),  # a fork, proven from its own beginning
        message(entries("a", "X", "c")),  # a fork of the same size
        message(entries("a", "b", "c", "d", "e"), 3, key=OTHER_KEY),  # another key
        message(entries("a", "b", "c", "d", "e"), 3, origin="elsewhere.example/log"),
    ],
    ids=["fork", "same size", "key", "origin"],
)
def test_what_does_not_continue_it_stops_the_service(notes: Notes, next_one: bytes) -> None:
    """What it covers is not believed: events stay out of the log for this service, and normal
    openings are refused once that has lasted too long."""
    hear(notes, message(entries("a", "b", "c")))

    with pytest.raises(Inconsistent):
        hear(notes, next_one)

    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.size == 3
    assert notes.places.logged() == Logged("e", 3)


def test_another_key_is_believed_once_the_former_one_vouches_for_it(notes: Notes) -> None:
    """Both sign one checkpoint; then the new key alone does, the former one no more."""
    hear(notes, message(entries("a", "b", "c")))
    hear(notes, message(entries("a", "b", "c", "d"), 3, key=OTHER_KEY, former=KEY))
    hear(notes, message(entries("a", "b", "c", "d", "e"), 4, key=OTHER_KEY))

    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.size == 5
    with pytest.raises(Inconsistent, match="another key"):
        hear(notes, message(entries("a", "b", "c", "d", "e", "f"), 5, key=KEY))


def test_a_key_that_signs_beside_the_log_s_own_is_not_believed(notes: Notes) -> None:
    """Whoever has a checkpoint can add a signature of their own to it: a service that took them
    for the log would be told anything, and no checkpoint of the log itself any more."""
    hear(notes, message(entries("a", "b", "c")))
    added = message(entries("a", "b", "c"), key=OTHER_KEY, former=KEY, vouches=False)

    with pytest.raises(Inconsistent, match="another key"):
        hear(notes, added)

    for said in ({"vouched": told_in(added)["note"]}, {"vouched": vouching_for(KEY)}):
        with pytest.raises(Inconsistent, match="another key"):
            hear(notes, json.dumps({"data": told_in(added) | said}).encode())


def test_a_key_named_beside_the_log_s_own_is_not_believed(notes: Notes) -> None:
    """A key in text may bring those before it, which are believed of what they signed: one who
    tells services of the log's key must not bring their own with it."""
    genuine = told_in(message(entries("a", "b", "c"), key=KEY))
    beside = f"{public(OTHER_KEY)} 999"
    hear(notes, json.dumps({"data": genuine | {"vkey": f"{genuine['vkey']}\n{beside}"}}).encode())

    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.vkey == str(public(KEY))


def told_in(body: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(body)["data"]
    return data


def public(key: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(ORIGIN, key.public_key().public_bytes_raw())


def vouching_for(key: Ed25519PrivateKey) -> str:
    """By the log's key, for another than the one that is told."""
    return sign_note(succession(public(key)), public(KEY), KEY.sign)


def test_the_same_tree_signed_anew_brings_the_new_key(notes: Notes) -> None:
    """A quiet log changes keys too."""
    hear(notes, message(entries("a", "b", "c")))
    hear(notes, message(entries("a", "b", "c"), key=OTHER_KEY, former=KEY))
    hear(notes, message(entries("a", "b", "c", "d"), 3, key=OTHER_KEY))
    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.size == 4


def test_an_older_one_changes_nothing(notes: Notes) -> None:
    """Delivered late, or put back: what was seen stays."""
    hear(notes, message(entries("a", "b", "c")))

    hear(notes, message(entries("a", "b"), position=99))

    seen = notes.places.seen_checkpoint()
    assert seen is not None
    assert seen.size == 3
    assert notes.places.logged() == Logged("e", 3)


def test_a_service_put_back_believes_nothing_of_what_it_lost(notes: Notes) -> None:
    """More of its events are logged than it has: what it saves now would pass for them."""
    notes.write(uuid4(), "a")
    epoch = notes.head().epoch
    hear(notes, message(entries("a"), epoch=epoch, position=1))

    with pytest.raises(Inconsistent, match="2 of our events are logged where 1 are here"):
        hear(notes, message(entries("a", "lost"), 1, epoch=epoch, position=2))

    assert notes.places.logged() == Logged(epoch, 1)


def test_nor_when_it_has_written_on_from_there(notes: Notes) -> None:
    """The same positions, other events. Its own events are believed, by their digest."""
    for text in "ab":
        notes.write(uuid4(), text)
    epoch, [(_, ours)] = notes.head().epoch, notes.leaves(1, 1).leaves

    with pytest.raises(Inconsistent, match="another event than ours is logged at position 2"):
        hear(notes, message(entries("x"), epoch=epoch, position=2, digest="0" * 64))
    assert notes.places.seen_checkpoint() is None

    hear(notes, message(entries("x"), epoch=epoch, position=2, digest=ours))
    assert notes.places.logged() == Logged(epoch, 2)


def test_a_new_epoch_is_the_way_on(notes: Notes) -> None:
    """The operator has said that events were lost: what is logged of them is of the old epoch."""
    notes.write(uuid4(), "a")
    old = notes.renew_epoch()
    lost = message(entries("a", "b", "c"), epoch=old, position=3)
    with pytest.raises(Inconsistent):
        hear(notes, lost)

    notes.renew_epoch()
    hear(notes, lost)

    assert notes.places.logged() == Logged(old, 3)


def test_a_log_that_was_put_back_is_believed_anew_when_an_operator_says_so(notes: Notes) -> None:
    """What was seen counts no more, and stays in an event of the service's own log."""
    hear(notes, message(entries("a", "b", "c")))
    seen = notes.places.seen_checkpoint()
    restored = message(entries("a", "X", "Y", "Z"), 3)
    with pytest.raises(Inconsistent):
        hear(notes, restored)

    with pytest.raises(InvalidRequest):
        drop(notes, "Mrs Ruth said so", OPERATOR)
    assert drop(notes, "log_restored", OPERATOR) == seen

    assert notes.places.logged() == Logged("", 0)
    hear(notes, restored)
    [row] = notes.read(0, 10)
    assert isinstance(row.event, CheckpointDropped.Created)
    assert seen is not None
    assert (row.event.note, row.event.vkey, row.event.reason, row.event.by) == (
        (seen.note, seen.vkey, "log_restored", OPERATOR.to_event())
    )


def test_a_proof_that_did_not_come_with_it_is_asked_for(notes: Notes) -> None:
    """After a long absence. Until it is given the next one is not believed."""
    last, new = entries("a", "b"), entries("a", "b", "c", "d")
    hear(notes, message(last))
    with pytest.raises(Unavailable):
        hear(notes, message(new, 3))
    assert notes.places.logged() == Logged("e", 2)

    hear(notes, message(new, 3), new)

    assert notes.places.logged() == Logged("e", 4)
    with notes.guarded.reading() as sql:
        assert sql("SELECT size FROM notes_checkpoints") == [(4,)]


def test_a_log_put_back_that_has_grown_again_is_not_its_continuation(notes: Notes) -> None:
    """Its tables and its files are of the past: it knows nothing of the tree that was seen, and
    proves from others. What it can prove when asked does not lead there."""
    hear(notes, message(entries("a", "b", "c")))
    hear(notes, message(entries("a", "X")))  # smaller: late, or put back
    grown = entries("a", "X", "Y", "Z")

    with pytest.raises(Inconsistent, match="the log of 4 does not continue that of 3 entries"):
        hear(notes, message(grown, 1, 2), grown)

    assert notes.places.logged() == Logged("e", 3)


@pytest.mark.parametrize(
    ("next_one", "outcome"),
    [
        (message(entries("a", "b", "c"), 2), "kept"),
        (message(entries("a")), "late"),
        (message(entries("a", "X", "c"), 2), "inconsistent"),
    ],
    ids=["kept", "late", "inconsistent"],
)
def test_what_becomes_of_each_is_counted(notes: Notes, next_one: bytes, outcome: str) -> None:
    """An alert rests on it: of what stops a service nobody else tells."""
    hear(notes, message(entries("a", "b")))
    counted = CHECKPOINTS.labels("notes", outcome)
    before = counted._value.get()

    with suppress(Inconsistent):
        hear(notes, next_one)

    assert counted._value.get() == before + 1


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[]", b"{}", b'{"data": 1}', b"\xff"])
def test_whatever_else_is_dropped(notes: Notes, body: bytes) -> None:
    """A body that no parser gets to the end of must not come back for ever."""
    assert heard(body, notes.name) is None


def test_a_log_that_is_late_makes_its_services_unready(notes: Notes, clock: FixedClock) -> None:
    """From a minute on, once it was heard of at all; and ready again when it has caught up."""
    loop = checkpoint_loop(notes, "amqp://nowhere", lambda *_: [])
    position = notes.write(uuid4(), "a")
    clock.move(timedelta(seconds=61))
    assert loop.check() is None

    hear(notes, message(entries("a"), epoch="another"))
    assert loop.check() == "the transparency log is 61 s late"

    hear(notes, message(entries("a", "b"), 1, epoch=notes.head().epoch, position=position))
    assert loop.check() is None


def test_a_note_that_is_not_signed_is_no_checkpoint() -> None:
    """Whoever reaches the broker cannot make a service believe anything."""
    body = json.loads(message(entries("a", "b")))
    body["data"]["note"] = body["data"]["note"].replace("\n2\n", "\n3\n")

    with pytest.raises(InvalidNote):
        parse(json.dumps(body).encode(), "notes")
