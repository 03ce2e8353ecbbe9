"""A publisher whose log was put back to an earlier state, seen by who follows it."""

from uuid import uuid4

import pytest

from shared.eventing.follow import Follower
from shared.eventing.links import Mismatch
from shared.eventing.messages import Envelope
from tests.shared.eventing.deliveries import (
    delivery,
    follower,
    head,
    published,
    restore,
    told,
    write,
)
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World


@pytest.mark.parametrize("renew", [True, False])
def test_a_publisher_restored_below_us_stops_us_until_an_operator_looked(
    world: World, renew: bool
) -> None:
    """Its positions are given out again to other events; to go on would be a guess."""
    mine = records(1)
    expected = write(world, mine, "abc")
    following = follower(world.following())
    following.start()
    restore(world, 1)
    if renew:
        world.notes.renew_epoch()
    for text in "xyz":
        world.notes.write(mine[0], text)
        for message in published(world):
            with_suppressed(following, message)
        with pytest.raises(Mismatch):
            follower(world.following()).start()
    assert told(world, expected) == expected


def with_suppressed(following: Follower, message: Envelope) -> None:
    """What is delivered either changes nothing or stops the follower."""
    try:
        following.deliver(delivery(message))
    except Mismatch:
        return


def test_a_publisher_restored_to_where_we_are_is_followed_on(world: World) -> None:
    """Nothing that we applied was lost."""
    mine = uuid4()
    world.notes.write(mine, "a")
    following = follower(world.following())
    following.start()
    world.notes.write(mine, "lost before we saw it")
    restore(world, 1)
    world.notes.renew_epoch()
    world.notes.write(mine, "b")
    following.deliver(delivery(head(world)))
    assert world.tally.texts(mine) == ["a", "b"]
