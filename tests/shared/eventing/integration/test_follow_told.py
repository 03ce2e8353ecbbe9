"""What a follower says of where it is, and how much it takes at a time."""

import time

import pytest

from shared.eventing import follow
from shared.eventing.metrics import FOLLOWED_FRESH, FOLLOWED_POSITION
from tests.shared.eventing.deliveries import delivery, follower, head, published, write
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
"""What is said is the same from either store."""
FRESH = FOLLOWED_FRESH.labels("tally", "notes")
REACHED = FOLLOWED_POSITION.labels("tally", "notes")
A_MINUTE = 60.0


def forget() -> None:
    FRESH.set(0)
    REACHED.set(-1)


def told() -> tuple[bool, float]:
    """Whether all was applied a moment ago, and up to which position."""
    return time.time() - FRESH._value.get() < A_MINUTE, REACHED._value.get()


def test_of_an_empty_log_all_is_applied(world: World) -> None:
    """Nothing is waited for: position 0, as of now."""
    forget()
    follower(world.following()).start()
    assert told() == (True, 0)


def test_a_head_says_that_all_is_applied(world: World) -> None:
    """A publisher that has been silent for an hour is not followed an hour late."""
    write(world, records(1), "ab")
    following = follower(world.following())
    following.start()
    forget()
    following.deliver(delivery(head(world)))
    assert told() == (True, published(world)[-1].position)


def test_a_message_that_is_there_already_says_nothing(world: World) -> None:
    """It came late; what came after it is not known."""
    write(world, records(1), "a")
    following = follower(world.following())
    following.start()
    forget()
    following.deliver(delivery(published(world)[0]))
    assert told() == (False, -1)


def test_of_much_that_came_at_once_so_much_is_taken_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred deliveries may hold five thousand messages; each write is seen."""
    monkeypatch.setattr(follow, "PULLED", 2)
    write(world, records(1), "a")
    seen: list[float] = []
    following = follower(world.following({}), lambda: seen.append(REACHED._value.get()))
    following.start()
    write(world, records(1), "bcdef")
    del seen[:]
    later = published(world)[1:]
    following.deliver(delivery(*later))
    assert seen == [later[1].position, later[3].position, later[4].position]


def test_what_came_before_a_gap_is_applied_before_the_gap_is_pulled(world: World) -> None:
    """Else it would be pulled, and then applied behind what came after it."""
    (mine,) = records(1)
    write(world, [mine], "a")
    following = follower(world.following())
    following.start()
    write(world, [mine], "bcd")
    _, second, _, fourth = published(world)
    world.pulls.clear()
    following.deliver(delivery(second, fourth))
    assert world.pulls == [("notes", second.position)]
    assert world.tally.texts(mine) == ["a", "b", "c", "d"]
    assert told()[1] == fourth.position
