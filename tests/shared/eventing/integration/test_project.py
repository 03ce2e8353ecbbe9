"""A service's own read models: they hold what its log says, whatever happened on the way."""

from collections.abc import Sequence
from functools import singledispatchmethod
from threading import Condition, Event
from threading import enumerate as enumerate_threads
from uuid import UUID, uuid4

import pytest

from shared.crypto.keys import KeyUnavailable
from shared.eventing import project, purging
from shared.eventing.head_watch import HeadWatch
from shared.eventing.loop import Loop
from shared.eventing.metrics import PROJECTED_POSITION
from shared.eventing.positions import position_followed, position_in, position_shown
from shared.eventing.project import Projector, project_loop, stretches
from shared.eventing.view import View
from shared.kernel.errors import StaleRead
from shared.rpc.fresh import wait_for
from shared.stores.documents import At, Eq, Purge, Put, Write
from shared.stores.event_log import NOTHING, Outcome
from shared.stores.outcome import PositionMoved
from tests.shared.eventing.deliveries import follower, restore
from tests.shared.eventing.sample import BY, Note, NoteList
from tests.shared.eventing.world import World
from tests.support.projecting import settle


def projector(world: World, version: int = 1) -> Projector:
    return Projector(world.notes, View(NoteList(), world.documents("notes", version)))


def texts(world: World, version: int = 1) -> list[str]:
    return sorted(item["text"] for item in world.documents("notes", version).find(limit=100).items)


class Titles:
    """A read model by class of event, which leaves all but one alone."""

    NAME = "titles"
    VERSION = 1

    @singledispatchmethod
    def writes(self, event: object) -> Sequence[Write]:
        return ()

    @writes.register
    def _(self, event: Note.Created) -> Sequence[Write]:
        doc = {"record_id": str(event.record_id), "text": event.text}
        return [Put(str(event.originator_id), doc)]

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


def test_what_a_view_has_no_method_for_is_not_even_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a log of ten openings for each document most is nothing to the list of documents; the
    view still stands where the log is, and an erasure reaches it."""
    opened: list[str] = []
    opens = world.notes.mapper.opened

    def noting(originator_id: UUID, version: int, topic: str, sealed: bytes) -> object:
        opened.append(topic)
        return opens(originator_id, version, topic, sealed)

    monkeypatch.setattr(world.notes.mapper, "opened", noting)
    record = uuid4()
    world.notes.write(record, "a", reads=3)
    world.notes.write(uuid4(), "b", reads=1)
    documents = world.documents("titles")
    mine = Projector(world.notes, View(Titles(), documents))
    settle(mine)
    assert opened == [Note.Created.TOPIC] * 2
    assert sorted(item["text"] for item in documents.find().items) == ["a", "b"]
    assert position_in(documents)("notes") == world.notes.head().position == 6
    world.notes.commit(Outcome(answer=NOTHING.answer, save=[purging.Purge(record, by=BY)]))
    settle(mine)
    assert [item["text"] for item in documents.find().items] == ["b"]
    assert opened[2:] == [purging.Purge.Created.TOPIC]


def test_a_view_holds_what_the_log_says(world: World) -> None:
    """Private events too: they are private to the service, whose view this is."""
    world.notes.write(uuid4(), "a", reads=3)
    made = projector(world)
    assert [made.turn(), made.turn()] == [True, False]
    assert PROJECTED_POSITION.labels("notes", "notes")._value.get() == 4
    [item] = world.documents("notes").find().items
    assert (item["text"], item["reads"]) == ("a", 3)
    assert position_in(world.documents("notes"))("notes") == 4


def test_a_new_version_is_built_beside_the_old_and_switched(world: World) -> None:
    """Queries go on meanwhile, and never see half a view."""
    for text in "abc":
        world.notes.write(uuid4(), text)
    settle(projector(world))
    seen: list[list[str]] = []

    class Watching(NoteList):
        VERSION = 2

        def writes(self, event: object) -> list[Write]:
            seen.append(texts(world))
            return list(super().writes(event))

    settle(Projector(world.notes, View(Watching(), world.documents("notes", 2))))
    assert seen == [["a", "b", "c"]] * 3
    assert texts(world, 2) == ["a", "b", "c"]


def test_an_erased_record_among_others_is_skipped_in_a_rebuild(world: World) -> None:
    """A rebuild neither stops at it nor brings anything of it back."""
    erased, kept = uuid4(), uuid4()
    for record, text in [(erased, "a"), (kept, "b"), (erased, "c"), (kept, "d")]:
        world.notes.write(record, text, reads=1)
    settle(projector(world))
    world.notes_keys.erase(erased)
    settle(projector(world, version=2))
    assert texts(world, 2) == ["b", "d"]


def test_a_record_erased_before_its_events_were_projected_is_purged(world: World) -> None:
    """What the view had of it goes with the first row that does not open."""
    erased, kept = uuid4(), uuid4()
    world.notes.write(erased, "a")
    world.notes.write(kept, "b")
    mine = projector(world)
    settle(mine)
    world.notes.write(erased, "c")
    world.notes_keys.erase(erased)
    settle(mine)
    assert texts(world) == ["b"]


def test_a_key_out_of_reach_stops_and_skips_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for erased, a keyring that is down would purge everything."""
    world.notes.write(uuid4(), "a")
    mine = projector(world)

    def away(key_id: UUID, version: int) -> None:
        raise KeyUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(world.notes_keys, "exact", away)
        with pytest.raises(KeyUnavailable):
            mine.turn()
    settle(mine)
    assert texts(world) == ["a"]


def test_a_failing_projection_stops_where_it_is(world: World) -> None:
    """It must be seen: nobody should read around a mistake of ours."""
    world.notes.write(uuid4(), "a")

    class Broken(NoteList):
        def writes(self, event: object) -> list[Write]:
            raise KeyError("mistake")

    broken = Projector(world.notes, View(Broken(), world.documents("notes")))
    with pytest.raises(KeyError):
        broken.turn()
    assert world.documents("notes").position("notes") is None


@pytest.mark.parametrize("since", ["", "x", "xyz"])
def test_a_log_restored_below_a_view_has_it_built_anew(world: World, since: str) -> None:
    """What it shows of lost events is not so any more, however far the log has grown again."""
    for text in "abc":
        world.notes.write(uuid4(), text)
    settle(projector(world))
    restore(world, 1)
    world.notes.renew_epoch()
    for text in since:
        world.notes.write(uuid4(), text)
    settle(projector(world))
    assert texts(world) == ["a", *since]


def test_a_query_waits_for_what_it_was_told_to_have_seen(world: World) -> None:
    """Else it is refused: an older answer would be a lie."""
    position = world.notes.write(uuid4(), "a")
    reached = position_in(world.documents("notes"))
    with pytest.raises(StaleRead):
        wait_for({"notes": position}, reached, within=0.05)
    settle(projector(world))
    wait_for({"notes": position}, reached, within=0.05)


def test_what_policies_have_applied_is_a_position_too(world: World) -> None:
    """``access`` answers rights up to a position of ``identity``."""
    reached = position_followed(world.tally)
    world.notes.write(uuid4(), "a")
    assert (reached("notes"), reached("tally")) == (0, 0)
    follower(world.following()).start()
    assert (reached("notes"), reached("tally")) == (1, 2)  # a new stream: created and told


def test_of_its_own_log_a_service_has_what_all_its_read_models_show(world: World) -> None:
    """Of another's what its policies applied, whatever its read models hold."""
    shown, behind = world.documents("notes"), world.documents("others")
    world.notes.write(uuid4(), "a")
    settle(projector(world))
    assert position_shown(world.notes, shown)("notes") == 1
    assert position_shown(world.notes, shown, behind)("notes") == 0
    assert position_shown(world.tally, shown)("notes") == 0


def test_a_log_is_replayed_in_order_from_anywhere(world: World) -> None:
    """Erased events are there as rows, without what they said."""
    erased, kept = uuid4(), uuid4()
    for record, text in [(erased, "a"), (kept, "b"), (kept, "c")]:
        world.notes.write(record, text, reads=1)
    world.notes_keys.erase(erased)
    rows = list(world.notes.replay())
    assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.record_id for row in rows] == [erased] * 2 + [kept] * 4
    assert [row.event is None for row in rows] == [True] * 2 + [False] * 4
    assert [row.position for row in world.notes.replay(after=2, upto=4)] == [3, 4]
    assert isinstance(rows[2].event, Note.Created)


@pytest.mark.parametrize("together", [1, 3, 100])
def test_one_made_anew_is_what_one_that_followed_is(
    world: World, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """However many events are read at once, and written at once; with an erased record among
    them, what is saved meanwhile, and the log of another epoch from some event on."""
    monkeypatch.setattr(project, "BATCH", 2)
    monkeypatch.setattr(project, "TOGETHER", together)
    mine = [uuid4() for _ in range(3)]
    for number in range(9):
        world.notes.write(mine[number % 3], f"{number}", reads=number % 2)
        if number == 4:
            world.notes.renew_epoch()
    world.notes_keys.erase(mine[1])
    late = iter("xy")

    def meanwhile(_: int) -> None:
        if text := next(late, None):
            world.notes.write(mine[0], text)

    view = View(NoteList(), world.documents("notes"))
    Projector(world.notes, view, meanwhile).rebuild()
    settle(Projector(world.notes, view))
    followed = View(NoteList(), world.documents("followed"))
    settle(Projector(world.notes, followed))

    assert {"x", "0", "8"} < set(texts(world))
    assert not {"1", "4", "7"} & set(texts(world))
    assert view.documents.find(limit=100).items == followed.documents.find(limit=100).items
    assert view.documents.position("notes") == followed.documents.position("notes")


@pytest.mark.parametrize("stretch", [1, 4])
def test_what_others_made_of_its_beginning_is_put_in_its_place(
    world: World, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    """Stretches of positions, one of which is not in the log (PostgreSQL leaves some out), and
    none of what was saved after they were told: as if one had made all of it."""
    monkeypatch.setattr(project, "TOGETHER", stretch)
    for text in "abcdefg":
        world.notes.write(uuid4(), text)
    rows = world.notes.guarded.rows
    monkeypatch.setattr(
        world.notes.guarded, "rows", lambda *of: [row for row in rows(*of) if row.position != 5]
    )
    told = list(stretches(world.notes.head().position))
    for text in "xyz":
        world.notes.write(uuid4(), text)
    other = Projector(world.notes, View(NoteList(), world.documents("other")))
    view = View(NoteList(), world.documents("notes"))
    reached = list[int]()
    Projector(world.notes, view, reached.append).rebuild(map(other.made_in, told))
    followed = View(NoteList(), world.documents("followed"))
    settle(Projector(world.notes, followed))

    assert told[-1] == ((6, 7) if stretch == 1 else (4, 7))
    assert reached[-1] == 10
    assert texts(world) == [*"abcdfgxyz"]
    assert view.documents.find(limit=100).items == followed.documents.find(limit=100).items
    assert view.documents.position("notes") == followed.documents.position("notes")


def test_the_next_rows_are_made_while_those_before_are_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write waits here until a row of the next is asked for: one after the other, nobody
    would."""
    monkeypatch.setattr(project, "TOGETHER", 2)
    for text in "abcdef":
        world.notes.write(uuid4(), text)
    asked = list[str]()
    more = Condition()

    class Noting(NoteList):
        def writes(self, event: object) -> list[Write]:
            with more:
                asked.append(getattr(event, "text", ""))
                more.notify_all()
            return list(super().writes(event))

    view = View(Noting(), world.documents("notes"))
    fresh = view.documents.rebuild()
    apply_all, waited = fresh.apply_all, list[bool]()

    def waiting(batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        last = batch[-1][1].position
        with more:
            waited.append(more.wait_for(lambda: len(asked) > last or last == 6, timeout=20))
        apply_all(batch)

    monkeypatch.setattr(fresh, "apply_all", waiting)
    monkeypatch.setattr(view.documents, "rebuild", lambda: fresh)
    reached = list[int]()
    Projector(world.notes, view, reached.append).rebuild()

    assert waited == [True] * 3
    assert asked == [*"abcdef"]
    assert reached == [2, 4, 6]
    assert texts(world) == [*"abcdef"]


@pytest.mark.parametrize("broken", ["write", "row"])
def test_what_fails_in_either_thread_ends_it_and_leaves_what_serves(
    world: World, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Nothing is written after a write that failed, and nobody is left writing."""
    monkeypatch.setattr(project, "TOGETHER", 2)
    for text in "abcdef":
        world.notes.write(uuid4(), text)
    settle(projector(world))
    written = list[int]()

    class Breaking(NoteList):
        def writes(self, event: object) -> list[Write]:
            if broken == "row" and getattr(event, "text", "") == "c":
                raise ZeroDivisionError
            return list(super().writes(event))

    view = View(Breaking(), world.documents("notes"))
    fresh = view.documents.rebuild()
    apply_all = fresh.apply_all

    def failing(batch: Sequence[tuple[Sequence[Write], At]]) -> None:
        written.append(batch[-1][1].position)
        if broken == "write" and written == [2, 4]:
            raise ZeroDivisionError
        apply_all(batch)

    monkeypatch.setattr(fresh, "apply_all", failing)
    monkeypatch.setattr(view.documents, "rebuild", lambda: fresh)
    with pytest.raises(ZeroDivisionError):
        Projector(world.notes, view).rebuild()

    assert written == ([2, 4] if broken == "write" else [2])
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("rebuild")]
    assert texts(world) == [*"abcdef"]
    assert world.documents("notes").position("notes") == view.documents.position("notes")


def test_who_builds_for_long_is_at_work_and_ends_when_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that turned only once all is built would be taken for dead; one that went on when
    its process is to end would be cut off in the middle of something."""
    monkeypatch.setattr(project, "TOGETHER", 2)
    for letter in "abcdef":
        world.notes.write(uuid4(), letter)
    settle(projector(world))
    newer = View(NoteList(), world.documents("notes", 2))
    loop = project_loop(world.notes, newer, HeadWatch(world.notes))
    stop, said = Event(), list[bool]()

    def turned() -> None:
        said.append(newer.documents.is_live())
        if len(said) == 2:
            stop.set()

    noting = Loop(loop.name, lambda *_: None)
    noting.turned = turned  # type: ignore[method-assign]  # only counted
    with pytest.raises(PositionMoved):
        loop._work(stop, noting)
    assert said == [False, False]
    assert not newer.documents.is_live()
