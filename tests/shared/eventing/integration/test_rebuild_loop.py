"""The loop that builds read models anew: only what is out of place, and it counts as work."""

from pathlib import Path
from threading import Event

import pytest

from shared.eventing import rebuild
from shared.eventing.live_views import LiveViews
from shared.eventing.loop import Loop
from shared.eventing.rebuild import rebuild_loop
from shared.stores.settings import EventStoreSettings
from tests.shared.eventing.deliveries import follower
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Its follower has applied seven messages, and its process ended."""
    store = EventStoreSettings(data_dir=tmp_path)
    world = World(store, store, tmp_path)
    [mine] = records(1)
    for letter in "abcdefg":
        world.notes.write(mine, letter)
    follower(world.following()).start()
    world.pulls.clear()
    return world


def test_a_process_that_starts_takes_what_is_in_place_as_it_is(world: World) -> None:
    """Also when no follower has looked yet. Built anew at each start, a read model would cost more
    with each event there is."""
    made = world.following()
    views = LiveViews(made.views, made.sources, made.log.places)
    turned(rebuild_loop(made, views))
    assert world.pulls == []
    assert views.waiting == ()


def test_what_is_out_of_place_is_built_anew(world: World) -> None:
    made = world.following()
    made.views[0].documents.switch(made.views[0].documents.rebuild())
    assert world.documents("journal").count() == 0
    views = LiveViews(made.views, made.sources, made.log.places)
    turned(rebuild_loop(made, views))
    assert world.documents("journal").count() == 7
    assert views.waiting == ()


def test_who_builds_much_is_at_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that turned only once all is built would make its process unready for as long."""
    monkeypatch.setattr(rebuild, "PULLED", 2)
    made = world.following()
    made.views[0].documents.switch(made.views[0].documents.rebuild())
    loop = rebuild_loop(made, LiveViews(made.views, made.sources, made.log.places))
    assert turned(loop) == 4 + 1


def turned(loop: Loop) -> int:
    """One round; how often it said that it turned."""
    stop, said = Event(), list[None]()
    stop.set()
    noting = Loop(loop.name, lambda *_: None)
    noting.turned = lambda: said.append(None)  # type: ignore[method-assign]  # only counted
    loop._work(stop, noting)
    return len(said)
