"""A follower on real logs, given what a broker may do to messages."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import amqp
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from shared.crypto.keys import KeyErased
from shared.eventing.broker import QUEUE, Delivery
from shared.eventing.follow import follow_loop
from shared.eventing.following import Policy
from shared.eventing.live_views import LiveViews
from shared.eventing.metrics import FOLLOWED_FRESH, MALFORMED
from shared.eventing.received import Received
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.stores.event_log import Followed, Outcome, PositionMoved
from shared.stores.guard import Step
from tests.shared.eventing.deliveries import (
    broker,
    delivery,
    follower,
    head,
    published,
    told,
    write,
)
from tests.shared.eventing.sample import on_note_written, records
from tests.shared.eventing.world import World, running
from tests.support.deadline import eventually


def test_a_publisher_that_never_pauses_is_not_pulled_from_for_ever(world: World) -> None:
    """What comes meanwhile is delivered; pulling it all would make everybody's log answer twice."""
    (mine,) = records(1)
    world.notes.write(mine, "before")
    following = world.following()
    pulls = []

    def pull(source: str, after: int, limit: int) -> Any:
        answer = following.pull(source, after, limit)
        pulls.append(after)
        world.notes.write(mine, f"meanwhile {len(pulls)}")
        return answer

    follower(replace(following, pull=pull)).catch_up()

    assert len(pulls) == 1
    assert world.tally.texts(mine) == ["before"]


def test_who_catches_up_with_much_is_seen_at_work(world: World) -> None:
    """However long it takes: readiness looks at when a loop last turned."""
    (mine,) = records(1)
    write(world, [mine], "abc")
    seen: list[list[str]] = []

    follower(world.following(), lambda: seen.append(world.tally.texts(mine))).catch_up()

    assert seen == [["a"], ["a", "b"], ["a", "b", "c"]]


@pytest.mark.parametrize("seed", range(6))
def test_lost_repeated_and_reordered_messages_have_their_effect_once(
    world: World, seed: int
) -> None:
    """A broker that loses a third, repeats a third and shuffles all of it changes nothing; nor do
    runs that were cut anew."""
    chance = random.Random(seed)
    mine = records(3)
    following = follower(world.following())
    following.start()
    expected = write(world, mine, "abcdefghijklmnop")
    sent = [m for m in published(world) for _ in range(chance.choice([0, 1, 2]))]
    chance.shuffle(sent)
    while sent:
        length = chance.randint(1, 4)
        following.deliver(delivery(*sent[:length]))
        del sent[:length]
    following.deliver(delivery(head(world)))
    assert told(world, expected) == expected
    assert world.documents("journal").count() == 16


def test_the_last_message_lost_is_found_by_the_head(world: World) -> None:
    """Nothing comes after it that would show the gap."""
    following = follower(world.following())
    following.start()
    expected = write(world, records(1), "a")
    following.deliver(delivery(head(world)))
    assert told(world, expected) == expected


def test_what_came_while_it_was_away_is_pulled_at_start(world: World) -> None:
    """Whatever the queue has dropped or never got."""
    expected = write(world, records(2), "abcd")
    follower(world.following()).start()
    assert told(world, expected) == expected


def test_messages_in_order_need_no_call(world: World) -> None:
    """The common case costs the publisher nothing."""
    expected = write(world, records(1), "a")
    following = follower(world.following())
    following.start()
    world.pulls.clear()
    expected[next(iter(expected))] += ["b", "c"]
    for text in "bc":
        world.notes.write(next(iter(expected)), text)
        following.deliver(delivery(published(world)[-1]))
    assert told(world, expected) == expected
    assert world.pulls == []


def test_of_a_run_what_is_applied_already_is_dropped_and_the_rest_is_not(world: World) -> None:
    """A relay that died after a part of it cuts it anew, and says the part again."""
    expected = write(world, records(1), "a")
    following = follower(world.following())
    following.start()
    world.pulls.clear()
    expected[next(iter(expected))] += ["b", "c"]
    for text in "bc":
        world.notes.write(next(iter(expected)), text)
    said = published(world)
    following.deliver(delivery(*said[:2]), delivery(*said))
    assert told(world, expected) == expected
    assert world.documents("journal").count() == 3
    assert world.pulls == []


def test_a_message_of_a_run_that_does_not_open_is_pulled(world: World) -> None:
    """What came before it is applied; after it nothing is, but from the log."""
    following = follower(world.following())
    following.start()
    world.pulls.clear()
    expected = write(world, records(1), "abc")
    first, second, third = published(world)
    changed = second.model_copy(update={"data": "Zm9yZ2Vk" * 8})
    following.deliver(delivery(first, changed, third))
    assert told(world, expected) == expected
    assert len(world.pulls) == 1


def test_types_not_wanted_only_move_the_position(world: World) -> None:
    """A follower without a policy for a type has still seen it."""
    write(world, records(1), "ab")
    following = follower(world.following({}))
    following.start()
    reached = world.tally.places.followed("notes")
    assert reached is not None
    assert reached.position == published(world)[-1].position
    assert world.tally.head().position == 0


def overtaken(world: World, then: Callable[[], None]) -> Policy:
    """A policy during which something else happens, once."""
    again: list[bool] = []

    def policy(app: Any, received: Received) -> Outcome[Any]:
        outcome = on_note_written(app, received)
        if not again:
            again.append(True)
            then()
        return outcome

    return policy


def test_a_delivery_whose_handling_failed_is_not_acknowledged(wired: World) -> None:
    """nameko acknowledges although its worker failed. Here the broker has it until the write."""
    tries: list[Received] = []

    def out_of_reach(_tally: object, received: Received) -> None:
        tries.append(received)
        raise Unavailable

    made = wired.following({"notes.note_written": out_of_reach})
    views = LiveViews(made.views, made.sources, made.log.places)
    with broker(wired.amqp_uri) as channel, running(follow_loop(made, "notes", views)):
        state = partial(channel.queue_declare, "tally.from.notes", passive=True)
        channel.queue_declare("tally.from.notes", durable=True, auto_delete=False, arguments=QUEUE)
        eventually(lambda: state().consumer_count == 1)
        write(wired, records(1), "a")
        sent = delivery(published(wired)[0])
        channel.basic_publish(amqp.Message(sent.body), "notes.events", sent.routing_key)
        eventually(lambda: len(tries) >= 2)
        eventually(lambda: state().message_count == 1)


def test_a_fenced_off_consumer_still_working_doubles_nothing(world: World) -> None:
    """It decided before its successor applied the same message, and saves after."""
    old_views: list[Any] = []
    expected = write(world, records(1), "ab")
    successor = follower(world.following(tally=world.open_tally(), views=old_views))
    policy = overtaken(world, successor.start)
    old = follower(world.following({"notes.note_written": policy}, views=old_views))
    with pytest.raises((PositionMoved, IntegrityError)):
        old.start()
    assert told(world, expected) == expected


def test_a_fenced_off_consumer_with_messages_in_hand_doubles_nothing(world: World) -> None:
    """RabbitMQ leaves a cancelled consumer what it had fetched, while its successor works."""
    old = follower(world.following())
    old.start()
    expected = write(world, records(1), "abc")
    in_hand = published(world)
    follower(world.following(tally=world.open_tally())).start()
    with pytest.raises(PositionMoved):
        old.deliver(delivery(in_hand[0]))
    assert told(world, expected) == expected
    assert world.documents("journal").count() == 3
    old.start()
    for message in in_hand:
        old.deliver(delivery(message))
    assert told(world, expected) == expected


@pytest.mark.parametrize("failure", [Unavailable(), OperationalError(), ConnectionError()])
def test_what_is_out_of_reach_stops_and_is_never_parked(world: World, failure: Exception) -> None:
    """Parking would take a record out of service for a broken cable."""
    expected = write(world, records(1), "ab")
    fails = [failure]

    def policy(app: Any, received: Received) -> Outcome[Any]:
        if fails:
            raise fails.pop()
        return on_note_written(app, received)

    following = follower(world.following({"notes.note_written": policy}))
    with pytest.raises(type(failure)):
        following.start()
    assert world.tally.places.parked("notes") == []
    assert world.tally.places.followed("notes") is None
    following.start()
    assert told(world, expected) == expected


@pytest.mark.parametrize("policies", [None, {}], ids=["one by one", "together"])
def test_dying_between_read_model_and_position_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, policies: dict[str, Policy] | None
) -> None:
    """The read model is ahead by what was to be saved then, and knows it."""
    (mine,) = records(1)
    expected = write(world, [mine], "ab")
    follow = world.tally.places.follow

    def moves_but_the_last(followed: Followed) -> Step:
        if world.documents("journal").count() == 2:
            raise OperationalError("the power went")
        return follow(followed)

    dying = follower(world.following(policies))
    with monkeypatch.context() as power:
        power.setattr(world.tally.places, "follow", moves_but_the_last)
        with pytest.raises(OperationalError):
            dying.start()
    assert world.documents("journal").count() == 2
    assert len(world.tally.texts(mine)) == (1 if policies is None else 0)
    risen = follower(world.following())
    risen.start()
    assert told(world, expected) == expected
    assert world.documents("journal").count() == 2


def test_a_conflict_with_another_writer_is_decided_again(world: World) -> None:
    """The service's own callers change the same records meanwhile."""
    mine = records(1)
    write(world, mine, "ab")

    def own_change() -> None:
        other = world.open_tally()
        outcome = on_note_written(other, received_of(world, mine[0], "by a caller"))
        other.commit(outcome)

    policy = overtaken(world, own_change)
    follower(world.following({"notes.note_written": policy}, views=())).start()
    assert sorted(world.tally.texts(mine[0])) == ["a", "b", "by a caller"]
    assert world.tally.places.parked("notes") == []


def received_of(world: World, record: UUID, text: str) -> Received:
    message = published(world)[0]
    return Received(
        publisher="notes",
        type=message.type,
        version=1,
        key=message.key,
        epoch=message.epoch,
        position=message.position,
        occurred_at=world.notes.clock.now(),
        record=record,
        data={"text": text},
    )


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"{}", b"[]", b'{"type":"notes.note_written","data":"secret"}']
)
def test_a_malformed_delivery_is_counted_and_dropped(world: World, body: bytes) -> None:
    """It neither stops the follower nor comes back, and nothing of it is lost: the log has it."""
    following = follower(world.following())
    following.start()
    before = MALFORMED.labels("tally", "notes")._value.get()
    following.deliver(Delivery("note_written", body, 1))
    assert MALFORMED.labels("tally", "notes")._value.get() == before + 1
    expected = write(world, records(1), "a")
    following.deliver(delivery(head(world)))
    assert told(world, expected) == expected


def test_a_message_that_does_not_open_is_dropped_and_pulled(world: World) -> None:
    """Changed on its way: the log still has the true one."""
    expected = write(world, records(1), "a")
    following = follower(world.following())
    following.start()
    world.notes.write(next(iter(expected)), "b")
    message = published(world)[-1]
    following.deliver(delivery(message.model_copy(update={"data": "Zm9yZ2Vk" * 8})))
    assert told(world, expected) == expected
    following.deliver(delivery(head(world)))
    expected[next(iter(expected))].append("b")
    assert told(world, expected) == expected


def test_a_forged_void_message_skips_nothing(world: World) -> None:
    """Anyone on the broker could write one: it has nothing sealed in it."""
    expected = write(world, records(1), "a")
    following = follower(world.following())
    following.start()
    expected[next(iter(expected))].append("b")
    world.notes.write(next(iter(expected)), "b")
    following.deliver(delivery(published(world)[-1].model_copy(update={"data": ""})))
    assert told(world, expected) == expected


def test_a_record_erased_at_the_publisher_is_passed_over(world: World) -> None:
    """Whoever follows from the start after an erasure sees all but that record."""
    mine = records(2)
    expected = write(world, mine, "abcd")
    world.notes_keys.erase(mine[0])
    follower(world.following()).start()
    assert told(world, expected) == {mine[0]: [], mine[1]: ["b", "d"]}
    assert world.documents("journal").count() == 2


def test_a_record_erased_here_is_passed_over(world: World) -> None:
    """Its keys are gone: nothing can be saved of it, and nothing should wait for that."""
    mine = records(2)
    write(world, mine, "abcd")
    world.tally_keys.erase(mine[0])
    follower(world.following()).start()
    assert world.tally.texts(mine[1]) == ["b", "d"]
    assert world.tally.places.parked("notes") == []
    with pytest.raises(KeyErased):
        world.tally_keys.current(mine[0])


def test_how_old_what_is_applied_is_can_be_seen(world: World) -> None:
    """An alert compares it with the present: a message of an hour ago leaves us an hour behind."""
    (mine,) = records(1)
    write(world, [mine], "a")
    reader = follower(world.following())
    reader.start()
    write(world, [mine], "b")
    world.tally.clock = FixedClock(datetime.now(UTC) + timedelta(hours=1))
    reader.deliver(delivery(published(world)[-1]))
    behind = time.time() - FOLLOWED_FRESH.labels("tally", "notes")._value.get()
    assert 3500 < behind < 3700
