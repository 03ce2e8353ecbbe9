"""Read models built anew while others go on: what they hold, and that they come to an end."""

from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any
from uuid import uuid4

import pytest

from shared.crypto.local_keys import LocalKeys
from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.live_views import LiveViews
from shared.eventing.messages import MessageData
from shared.eventing.outbox import OutboxReader
from shared.eventing.parking import Parking
from shared.eventing.rebuild import Rebuild
from shared.eventing.view import View
from shared.kernel.clock import SystemClock
from shared.stores.documents import Put
from shared.stores.places import Places
from shared.stores.sqlite_documents import SqliteDocuments
from tests.shared.eventing.deliveries import restore
from tests.shared.eventing.integration.test_parking import OPERATOR, CuredJournal
from tests.shared.eventing.sample import BY, DayKeys, Journal, Note, Notes
from tests.shared.eventing.world import ROOT, World


class MemoWritten(MessageData):
    TYPE = "memos.note_written"
    text: str


@singledispatch
def memo_for(_event: object) -> MessageData | None:
    return None


@memo_for.register
def _(event: Note.Created) -> MessageData:
    return MemoWritten(record_id=event.record_id, by=BY, text=event.text)


class Memos(Notes):
    """A second publisher."""

    name = "memos"


class Replicas:
    """Processes that follow two publishers into one view. The broker gives each publisher's
    messages to one process alone, and may well choose another one for each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.memos = Memos(world.notes_store, LocalKeys(ROOT, "memos"), SystemClock())
        self._outboxes = {
            "notes": world.outbox,
            "memos": OutboxReader(self.memos, memo_for, DayKeys()),
        }
        self.from_the_start = 0

    def pull(self, service: str, after: int, limit: int) -> Mapping[str, Any]:
        self.from_the_start += after == 0 and limit > 1  # one alone is looked at, not applied
        return self._outboxes[service].events(after, limit)

    def process(self, active: str, version: int = 1) -> "Process":
        following = Following(
            log=self._world.open_tally(),
            sources=("notes", "memos"),
            policies={},
            transport_keys=DayKeys(),
            pull=self.pull,
            amqp_uri="",
            views=[View(Journal(), self._world.documents("journal", version))],
        )
        return Process(following, active)


class Process:
    def __init__(self, following: Following, active: str) -> None:
        log, sources = following.log, following.sources
        self.following = following
        self.views = LiveViews(following.views, sources, log.places)
        self.follower = Follower(following, active, self.views, lambda: None)
        self.parking = Parking(following, self.views)
        self.documents = following.views[0].documents

    def look(self) -> None:
        """One round of the loop that builds views."""
        self.views.admit()
        for view in self.views.waiting:
            Rebuild(self.following, self.views, view).put_in_place()

    def texts(self) -> list[str]:
        return sorted(item["text"] for item in self.documents.find(limit=100).items)


def test_two_processes_never_build_a_view_in_turns(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the one applies while the other builds is missing in what was built: a view of
    hours would be built for ever, by one process after the other, and shown in between."""
    world.documents("journal")  # of a former version
    replicas = Replicas(world)
    one, other = replicas.process("notes", 2), replicas.process("memos", 2)
    switch = SqliteDocuments.switch

    def comes_meanwhile(self: SqliteDocuments, to: Any) -> None:
        for log, process in ((world.notes, one), (replicas.memos, other)):
            if not process.views.lock._is_owned():  # type: ignore[attr-defined]  # who builds stands still
                log.write(uuid4(), "meanwhile")
                process.follower.catch_up()
        switch(self, to)

    for log, process in ((world.notes, one), (replicas.memos, other)):
        log.write(uuid4(), "before")
        process.follower.start()
    replicas.from_the_start = 0
    monkeypatch.setattr(SqliteDocuments, "switch", comes_meanwhile)
    for _ in range(4):
        for log, process in ((world.notes, one), (replicas.memos, other)):
            process.look()
            log.write(uuid4(), "after")
            process.follower.catch_up()

    assert replicas.from_the_start == 2  # of each publisher once
    assert one.texts() == ["after"] * 8 + ["before"] * 2 + ["meanwhile"]
    assert (one.views.waiting, other.views.waiting) == ((), ())


def test_what_is_parked_while_a_view_is_built_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two looks, at what is parked and at how far the follower has come."""
    record = uuid4()
    world.notes.write(record, "a")
    following = world.following()
    follower = Follower(
        following, "notes", LiveViews((), ("notes",), following.log.places), lambda: None
    )
    follower.start()
    newer = View(CuredJournal(), world.documents("journal", version=2))
    rebuilt = world.following(views=[newer])
    followed, looked = Places.followed, list[str]()

    def parked_just_before(self: Places, publisher: str) -> Any:
        looked.append(publisher)
        if len(looked) == 1:
            world.notes.write(record, "poison")
            follower.catch_up()
        return followed(self, publisher)

    monkeypatch.setattr(Places, "followed", parked_just_before)
    Rebuild(rebuilt, LiveViews([newer], ("notes",), rebuilt.log.places), newer).run()

    assert [parked.position for parked in world.tally.places.parked("notes")] == [2]
    assert [item["text"] for item in newer.documents.find().items] == ["a"]


def test_a_view_of_messages_that_were_lost_is_built_anew_at_once(world: World) -> None:
    """It is ahead of a follower that an operator put back, as one is that died before its position
    was written. Not only once the follower has passed it: until then it shows what never was."""
    process = Replicas(world).process("notes")
    for text in "abc":
        world.notes.write(uuid4(), text)
    process.follower.start()
    restore(world, 1)
    world.notes.renew_epoch()
    process.parking.realign("notes", 1, "backup_restored", OPERATOR)
    world.notes.write(uuid4(), "d")

    process.follower.start()
    process.look()

    assert process.texts() == ["a", "d"]


def test_an_operator_has_it_built_from_the_first_message(world: World) -> None:
    """Where the view stands is what the operator does not believe in."""
    process = Replicas(world).process("notes")
    world.notes.write(uuid4(), "a")
    process.follower.start()
    [shown] = process.documents.find().items
    [view] = process.following.views
    place = view.documents.position("notes")
    assert place is not None
    view.documents.amend([Put(shown["id"], {"text": "edited"})], replace(place, position=9))

    Rebuild(process.following, process.views, view).run()

    assert process.texts() == ["a"]
