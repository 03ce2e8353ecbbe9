"""Which followed read models are written to: those that stand where the follower stands."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.handling import Failed
from shared.eventing.live_views import LiveViews
from shared.eventing.parking import Parking
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.stores.documents import At, Put, Write
from tests.shared.eventing.sample import Journal
from tests.shared.eventing.world import World


def made(following: Following) -> LiveViews:
    return LiveViews(following.views, following.sources, following.log.places)


def texts(world: World) -> list[str]:
    return sorted(item["text"] for item in world.documents("journal").find(limit=100).items)


def test_a_view_in_place_goes_on_after_a_restart(world: World) -> None:
    """Building it anew at each start would take hours of a large log."""
    world.notes.write(uuid4(), "a")
    following = world.following()
    first = made(following)
    Follower(following, "notes", first, lambda: None).start()
    assert first.waiting == ()

    world.notes.write(uuid4(), "b")
    again = made(following)
    Follower(following, "notes", again, lambda: None).start()

    assert again.waiting == ()
    assert texts(world) == ["a", "b"]


@pytest.mark.parametrize(
    "stands", [None, At(source="notes", epoch="another", previous=0, position=1)]
)
def test_a_view_that_stands_elsewhere_waits_to_be_built(world: World, stands: At | None) -> None:
    """It was lost, or is of another history: what is written to it would hide what it lacks."""
    world.notes.write(uuid4(), "a")
    bare = replace(world.following(), views=())
    Follower(bare, "notes", made(bare), lambda: None).start()
    following = world.following()
    if stands:
        following.views[0].documents.apply([], stands)

    views = made(following)
    views.admit()

    assert views.waiting == tuple(following.views)


def test_a_view_found_out_of_place_is_left_to_be_built(world: World) -> None:
    """Somebody restored it: what is written to it on top would be believed."""
    world.notes.write(uuid4(), "a")
    following = world.following()
    views = made(following)
    follower = Follower(following, "notes", views, lambda: None)
    follower.start()
    elsewhere = At(source="notes", epoch="another", previous=1, position=9)
    following.views[0].documents.apply([], elsewhere)

    for text in "bc":
        world.notes.write(uuid4(), text)
        follower.catch_up()

    assert views.waiting == tuple(following.views)
    assert texts(world) == ["a"]


def test_what_one_view_cannot_read_is_in_none(world: World) -> None:
    """It is parked, tried again or not: a view that had it would differ from one built anew."""
    following = world.following()
    good = View(Plain(), world.documents("plain"))
    both = replace(following, views=(good, *following.views))
    for text in ("a", "poison", "b"):
        world.notes.write(uuid4(), text)

    views = made(both)
    Follower(both, "notes", views, lambda: None).start()
    [waiting] = world.tally.places.parked("notes")
    with pytest.raises(Failed):
        Parking(both, views).retry(waiting.held_by)

    assert sorted(item["text"] for item in good.documents.find().items) == texts(world)
    assert texts(world) == ["a", "b"]


class Plain(Journal):
    """Reads whatever is said."""

    NAME = "plain"

    def writes(self, received: Received) -> Sequence[Write]:
        return [Put(received.key.replace(".", "_"), {"text": received.data["text"]})]


def test_a_view_found_in_place_while_it_was_built_is_live_once(world: World) -> None:
    """Two followers and a rebuild look at the same views: each may be the first to see it whole."""
    following = world.following()
    views = made(following)
    views.admit()
    for view in following.views:
        views.admit_built(view)

    world.notes.write(uuid4(), "a")
    Follower(following, "notes", views, lambda: None).start()

    assert views.waiting == ()
    assert texts(world) == ["a"]
