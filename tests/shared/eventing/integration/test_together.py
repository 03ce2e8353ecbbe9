"""Many messages handled in few writes: the same effects, in the same order, as one by one."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from shared.crypto.keys import KeyErased
from shared.eventing.handling import BEHIND
from shared.eventing.leaf_feed import joined
from shared.eventing.messages import LeafBatch
from shared.eventing.metrics import APPLIED, FOLLOWED_POSITION
from shared.eventing.received import Received
from shared.stores.event_log import Followed, Outcome
from tests.shared.eventing.deliveries import delivery, follower, head, published
from tests.shared.eventing.sample import on_note_written, records
from tests.shared.eventing.world import World


def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events each write to the follower's log has."""
    writes: list[int] = []
    insert, move = world.tally.recorder.insert_events, world.tally.places.move

    def count(stored_events: Any, **kwargs: Any) -> Any:
        writes.append(len(stored_events))
        return insert(stored_events, **kwargs)

    def count_nothing(followed: Followed) -> None:
        writes.append(0)
        move(followed)

    monkeypatch.setattr(world.tally.recorder, "insert_events", count)
    monkeypatch.setattr(world.tally.places, "move", count_nothing)
    return writes


def on_letters(text: str) -> Callable[[Any, Received], Outcome[Any] | None]:
    """A policy that wants these letters only."""

    def policy(app: Any, received: Received) -> Outcome[Any] | None:
        return on_note_written(app, received) if received.data["text"] in text else None

    return policy


def test_what_changes_nothing_is_one_write_with_what_comes_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """a, b and the c that matters; d alone: two writes, and the position of each is in it."""
    (mine,) = records(1)
    following = follower(world.following({"notes.note_written": on_letters("c")}))
    following.start()
    for text in "abcd":
        world.notes.write(mine, text)
    writes = counted(world, monkeypatch)

    following.deliver(*map(delivery, published(world)), delivery(head(world)))

    assert writes == [1 + 1, 0]  # a new stream: created and told
    assert world.tally.texts(mine) == ["c"]
    assert world.documents("journal").count() == 4
    followed = world.tally.places.followed("notes")
    assert followed is not None
    assert followed.position == 4


def test_each_message_is_counted(world: World) -> None:
    """Also of those that were written together: an operator sees what a follower does."""
    (mine,) = records(1)
    following = follower(world.following({}))
    following.start()
    applied = APPLIED.labels("tally", "notes", "applied")
    before = applied._value.get()
    for text in "abc":
        world.notes.write(mine, text)

    following.deliver(*map(delivery, published(world)))

    assert applied._value.get() - before == 3
    assert FOLLOWED_POSITION.labels("tally", "notes")._value.get() == 3


def test_a_policy_sees_what_the_one_before_it_saved(world: World) -> None:
    """The second of a record must not decide on what was there before the first."""
    (mine,) = records(1)
    following = follower(world.following())
    following.start()
    for text in "abc":
        world.notes.write(mine, text)

    following.deliver(*map(delivery, published(world)))

    assert world.tally.texts(mine) == ["a", "b", "c"]


@pytest.mark.parametrize("seed", range(3))
def test_a_broker_at_its_worst_changes_nothing(world: World, seed: int) -> None:
    """Lost, repeated and shuffled, in handfuls of any size, some of them poison."""
    chance = random.Random(seed)
    mine = records(3)
    following = follower(world.following({"notes.note_written": on_or_poison}))
    following.start()
    texts = [*"abcdefgh", "poison", *"ijklmnop"]
    for number, text in enumerate(texts):
        world.notes.write(mine[number % 3], text, reads=number % 2)
    sent = [m for m in published(world) for _ in range(chance.choice([0, 1, 2]))]
    chance.shuffle(sent)
    while sent:
        handful, sent = sent[: (size := chance.randint(1, 9))], sent[size:]
        following.deliver(*map(delivery, handful))
    following.deliver(delivery(head(world)))

    expected = {record: texts[number::3] for number, record in enumerate(mine)}
    poisoned = mine[8 % 3]
    expected[poisoned] = expected[poisoned][: 8 // 3]
    assert {record: world.tally.texts(record) for record in mine} == expected
    assert parked(world) == [(poisoned, t == "poison") for t in texts[8::3]]
    assert world.documents("journal").count() == sum(map(len, expected.values()))


def on_or_poison(app: Any, received: Received) -> Outcome[Any]:
    return on_note_written(app, received)


def parked(world: World) -> list[tuple[UUID, bool]]:
    return [(p.held_by, p.error != BEHIND) for p in world.tally.places.parked("notes")]


def test_one_whose_record_is_erased_does_not_hold_the_others_back(world: World) -> None:
    """Its key is gone: it has no effect, and the others have theirs."""
    mine = records(2)

    def policy(app: Any, received: Received) -> Outcome[Any] | None:
        if received.record == mine[0]:
            raise KeyErased
        return None

    following = follower(world.following({"notes.note_written": policy}))
    following.start()
    for record in (mine[1], mine[0], mine[1]):
        world.notes.write(record, "a")

    following.deliver(*map(delivery, published(world)))

    followed = world.tally.places.followed("notes")
    assert followed is not None
    assert followed.position == 3
    assert world.tally.places.parked("notes") == []


def test_one_that_cannot_be_read_is_parked_and_passed(world: World) -> None:
    """A mistake in an upcast must not stop what is told of other records."""
    mine = records(2)
    for record in mine:
        world.notes.write(record, "a")

    def upcast(data: dict[str, Any]) -> dict[str, Any]:
        if data["record_id"] == str(mine[0]):
            raise KeyError("moved")
        return data

    upcasts = {("notes.note_written", 1): upcast}
    follower(replace(world.following(), upcasts=upcasts)).start()

    assert [p.held_by for p in world.tally.places.parked("notes")] == [mine[0]]
    assert world.tally.texts(mine[1]) == ["a"]


def batch(after: int, to: int, epoch: str = "e") -> LeafBatch:
    leaves = [(position, f"{position:064x}") for position in range(after + 1, to + 1)]
    return LeafBatch(service="notes", epoch=epoch, after=after, to=to, leaves=leaves)


def test_leaves_that_continue_one_another_are_one_batch() -> None:
    """Where ranges do not meet, or the epoch is another, the reader must see it."""
    apart = [batch(0, 2), batch(2, 3), batch(4, 6), batch(6, 7, "f"), batch(7, 7, "f")]

    assert list(joined(apart)) == [batch(0, 3), batch(4, 6), batch(6, 7, "f")]
    assert list(joined([])) == []
