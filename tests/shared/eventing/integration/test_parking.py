"""What keeps failing waits with all that comes after it of its record; the others go on."""

import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.eventing.discards import Discard, discarded
from shared.eventing.follow import Follower
from shared.eventing.following import Following
from shared.eventing.handling import BEHIND, Failed
from shared.eventing.live_views import LiveViews
from shared.eventing.metrics import PARKED
from shared.eventing.parking import ParkedRecords, Parking
from shared.eventing.rebuild import Rebuild
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, InvalidRequest, NotFound, Unavailable
from shared.stores.event_log import NOTHING, Outcome
from tests.shared.eventing.deliveries import restore
from tests.shared.eventing.sample import Journal, on_note_written
from tests.shared.eventing.world import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="op-1")


class Service:
    """A follower and the operator's hands on it."""

    def __init__(self, world: World, following: Following | None = None) -> None:
        self.following = following or world.following()
        self.views = LiveViews(
            self.following.views, self.following.sources, self.following.log.places
        )
        self.follower = Follower(self.following, "notes", self.views, lambda: None)
        self.parking = Parking(self.following, self.views)

    def parked(self) -> list[tuple[int, str]]:
        return [(item.position, item.error) for item in self.parking.parked()]


@pytest.fixture
def poisoned(world: World) -> tuple[UUID, UUID]:
    """Two records; the second message of the first one keeps failing."""
    ill, well = uuid4(), uuid4()
    for record, text in [(ill, "a"), (ill, "poison"), (well, "b"), (ill, "c"), (well, "d")]:
        world.notes.write(record, text)
    return ill, well


def cured(app: Any, received: Received) -> Outcome[Any]:
    """The policy once its mistake was mended."""
    if received.data["text"] == "poison":
        received = Received(**{**received.__dict__, "data": {"text": "cure"}})
    return on_note_written(app, received)


class CuredJournal(Journal):
    def writes(self, received: Received) -> Any:
        if received.data["text"] == "poison":
            received = Received(**{**received.__dict__, "data": {"text": "cure"}})
        return super().writes(received)


def cured_following(world: World) -> Following:
    views = [View(CuredJournal(), world.documents("journal"))]
    return world.following({"notes.note_written": cured}, views=views)


def journal(world: World, record: UUID) -> list[str]:
    items = world.documents("journal").find(limit=100).items
    return sorted(item["text"] for item in items if item["record_id"] == str(record))


def test_later_messages_of_the_record_wait_and_others_go_on(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """Applied out of order they would be wrong; waiting for all, one mistake stops everything."""
    ill, well = poisoned
    service = Service(world)
    service.follower.start()
    assert world.tally.texts(ill) == ["a"]
    assert world.tally.texts(well) == ["b", "d"]
    assert journal(world, ill) == ["a"]
    assert service.parked() == [(2, "ValueError"), (4, BEHIND)]


def test_a_parked_record_is_refused_and_others_are_not(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """What is known of it is not up to date: a right withdrawn may be among what waits."""
    ill, well = poisoned
    Service(world).follower.start()
    parked = ParkedRecords(world.tally)
    parked.refuse(well)
    with pytest.raises(Unavailable):
        parked.refuse(ill)


def test_what_is_kept_of_a_failure_names_nobody(
    world: World, poisoned: tuple[UUID, UUID], caplog: pytest.LogCaptureFixture
) -> None:
    """The text of an exception may hold what the message held; so does its data."""
    with caplog.at_level(logging.DEBUG):
        service = Service(world)
        service.follower.start()
    kept = "".join(item.envelope + item.error for item in service.parking.parked())
    assert "poison" not in kept
    assert '"data":""' in kept
    assert "poison" not in caplog.text


def test_a_retry_handles_what_waits_in_order_and_once(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """The effect and the end of waiting are one write."""
    ill, well = poisoned
    Service(world).follower.start()
    service = Service(world, cured_following(world))
    service.follower.start()
    assert service.parking.retry(ill) == 2
    assert world.tally.texts(ill) == ["a", "cure", "c"]
    assert world.tally.texts(well) == ["b", "d"]
    assert journal(world, ill) == ["a", "c", "cure"]
    assert service.parked() == []
    assert service.parking.retry(ill) == 0
    assert world.tally.texts(ill) == ["a", "cure", "c"]
    ParkedRecords(world.tally).refuse(ill)


def test_a_retry_that_fails_leaves_all_that_waits(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """Nothing after it may overtake it now either."""
    ill, _ = poisoned
    service = Service(world)
    service.follower.start()
    with pytest.raises(Failed):
        service.parking.retry(ill)
    assert world.tally.texts(ill) == ["a"]
    assert [position for position, _ in service.parked()] == [2, 4]


def test_what_comes_while_a_record_waits_waits_too_and_follows_on(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """And once nothing waits any more, messages are applied as they come."""
    ill, _ = poisoned
    service = Service(world)
    service.follower.start()
    world.notes.write(ill, "e")
    service.follower.catch_up()
    assert service.parked()[-1] == (6, BEHIND)
    mended = Service(world, cured_following(world))
    mended.follower.start()
    mended.parking.retry(ill)
    world.notes.write(ill, "f")
    mended.follower.catch_up()
    assert world.tally.texts(ill) == ["a", "cure", "c", "e", "f"]


def test_a_discard_is_an_event_with_its_reason_and_frees_the_others(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """Someone decided that it will never be applied: auditors must see who and why."""
    ill, _ = poisoned
    service = Service(world)
    service.follower.start()
    service.parking.discard("notes", 2, "sent_by_mistake", OPERATOR)
    service.parking.release()
    assert world.tally.texts(ill) == ["a", "c"]
    assert service.parked() == []
    [decision] = [
        row.event for row in world.tally.replay() if isinstance(row.event, Discard.Created)
    ]
    assert (decision.publisher, decision.position, decision.reason) == (
        "notes",
        2,
        "sent_by_mistake",
    )
    assert decision.by == {"kind": "operator", "id": "op-1"}


def test_what_waits_behind_another_publishers_message_waits_on(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """Whichever of the two is followed first: what it was held for has not been handled."""
    ill, _ = poisoned
    Service(world).follower.start()
    failed, held = Service(world).parking.parked()
    behind = replace(held, publisher="letters", position=1)
    world.tally.commit(NOTHING, world.tally.places.park(behind))
    sources = ("letters", "notes")
    service = Service(world, replace(cured_following(world), sources=sources))
    world.pulls.clear()

    service.parking.release()

    assert world.pulls == []
    assert service.parked() == [(1, BEHIND), (failed.position, failed.error), (4, BEHIND)]
    assert world.tally.texts(ill) == ["a"]


def test_a_rebuild_honours_what_was_discarded_and_what_waits(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """A read model built anew holds what the service has applied, and nothing else."""
    _, well = poisoned
    service = Service(world)
    service.follower.start()
    service.parking.discard("notes", 2, "sent_by_mistake", OPERATOR)
    service.parking.release()
    world.notes.write(well, "poison")
    world.notes.write(well, "behind it")
    service.follower.catch_up()
    newer = View(CuredJournal(), world.documents("journal", version=2))
    rebuilt = Service(world, world.following({"notes.note_written": cured}, views=[newer]))
    rebuilt.views.admit()
    assert rebuilt.views.waiting == (newer,)
    Rebuild(rebuilt.following, rebuilt.views, newer).run()
    texts = sorted(item["text"] for item in newer.documents.find(limit=100).items)
    assert texts == ["a", "b", "c", "d"]
    rebuilt.follower.start()
    rebuilt.parking.retry(well)
    texts = sorted(item["text"] for item in newer.documents.find(limit=100).items)
    assert texts == ["a", "b", "behind it", "c", "cure", "d"]


def test_a_view_built_anew_serves_the_old_until_it_is_whole(world: World) -> None:
    """And goes on from where the follower stands."""
    record = uuid4()
    world.notes.write(record, "a")
    Service(world).follower.start()
    newer = View(Journal(), world.documents("journal", version=2))
    service = Service(world, world.following(views=[newer]))
    service.follower.start()
    world.notes.write(record, "b")
    service.follower.catch_up()
    assert [item["text"] for item in world.documents("journal").find().items] == ["a"]
    Rebuild(service.following, service.views, newer).run()
    world.notes.write(record, "c")
    service.follower.catch_up()
    assert journal_of(newer) == ["a", "b", "c"]


def journal_of(view: View) -> list[str]:
    return sorted(item["text"] for item in view.documents.find(limit=100).items)


def test_a_record_erased_while_it_waits_leaves_nothing(
    world: World, poisoned: tuple[UUID, UUID]
) -> None:
    """The data of a parked message is not kept here: asked for anew, it comes void."""
    ill, _ = poisoned
    Service(world).follower.start()
    world.notes_keys.erase(ill)
    service = Service(world, cured_following(world))
    service.follower.start()
    assert service.parking.retry(ill) == 2
    assert service.parked() == []
    assert world.tally.texts(ill) == ["a"]


@pytest.mark.parametrize("reason", ["", "Mrs Ruth was ill", "x", "A"])
def test_a_reason_is_a_code_word(world: World, poisoned: tuple[UUID, UUID], reason: str) -> None:
    """The log is for ever and a sentence may name a person."""
    service = Service(world)
    service.follower.start()
    with pytest.raises(InvalidRequest):
        service.parking.discard("notes", 2, reason, OPERATOR)


def test_only_what_is_parked_is_discarded(world: World, poisoned: tuple[UUID, UUID]) -> None:
    """A slip of the position must not make a decision about another message."""
    service = Service(world)
    service.follower.start()
    for position in (1, 3, 99):
        with pytest.raises(NotFound):
            service.parking.discard("notes", position, "sent_by_mistake", OPERATOR)


def test_a_first_decision_of_a_log_is_found(world: World) -> None:
    """A service may have nothing but what an operator decided there."""
    by = OPERATOR.to_event()
    decision = Discard("notes", 1, "d1", "sent_by_mistake", by)
    world.tally.commit(Outcome(answer=NOTHING.answer, save=[decision]))
    assert discarded(world.tally) == {"d1"}


def test_who_waits_is_counted(world: World, poisoned: tuple[UUID, UUID]) -> None:
    """An alert rests on it."""
    service = Service(world)
    service.follower.start()
    counted = PARKED.labels("tally")
    service.parking.release()
    assert counted._value.get() == len(service.parked()) == 2
    service.parking.discard("notes", 2, "sent_by_mistake", OPERATOR)
    service.parking.release()
    service.parking.release()
    assert counted._value.get() == 0


def test_a_message_is_tried_again_after_longer_and_longer(
    world: World, poisoned: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails may be about to be mended; who fails last has nothing to wait for."""
    waits: list[float] = []
    monkeypatch.setattr("shared.eventing.handling.FIRST_WAIT", 1.0)
    monkeypatch.setattr("shared.eventing.handling.time", SimpleNamespace(sleep=waits.append))
    Service(world).follower.start()
    assert waits == [1, 2, 4, 8, 0]


def test_two_hands_never_work_on_what_is_parked(
    world: World, poisoned: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would have the effect."""
    monkeypatch.setattr("shared.eventing.parking.PATIENCE", 0.2)
    ill, _ = poisoned
    service = Service(world)
    service.follower.start()
    with world.open_tally().leader("parking") as leadership:
        assert leadership.held()
        with pytest.raises(Unavailable):
            service.parking.retry(ill)


def test_an_operator_says_where_to_go_on_after_a_restore(world: World) -> None:
    """Only once the publisher's operator has said that commits were lost; and it is an event."""
    record = uuid4()
    for text in "abc":
        world.notes.write(record, text)
    service = Service(world)
    service.follower.start()
    restore(world, 2)
    with pytest.raises(NotFound):
        service.parking.realign("nobody", 2, "backup_restored", OPERATOR)
    with pytest.raises(Conflict):
        service.parking.realign("notes", 2, "backup_restored", OPERATOR)
    world.notes.renew_epoch()
    world.notes.write(record, "d")
    service.parking.realign("notes", 2, "backup_restored", OPERATOR)
    service.follower.start()
    assert world.tally.texts(record) == ["a", "b", "c", "d"]
    for view in service.views.waiting:
        Rebuild(service.following, service.views, view).run()
    assert journal(world, record) == ["a", "b", "d"]
