"""Idempotent commands on both databases: once, whoever repeats or races."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from shared.crypto.local_keys import LocalKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Conflict, Forbidden, Unavailable
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command
from shared.stores.requests import Answered, Asked
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import OTHER, PATIENT, Ask, Box, Boxes, OpenBox, Permission, Relabel


def open_request(label: str = "x") -> OpenBox:
    return OpenBox(request_id=uuid4(), record_id=uuid4(), label=label)


def test_a_command_repeated_gives_its_first_answer(log: Boxes) -> None:
    """
    Position included, and nothing is saved again, also after others have saved.
    """
    request = open_request()

    first = log.open_box(request, PATIENT)
    log.open_box(open_request(), PATIENT)
    again = log.open_box(request, PATIENT)

    assert again == first
    assert first.position == 1
    assert log.head().position == 2


def test_the_same_request_id_for_something_else_is_a_conflict(log: Boxes) -> None:
    """
    An answer to another question would be a lie.
    """
    request = open_request("x")
    log.open_box(request, PATIENT)

    with pytest.raises(Conflict, match="other arguments"):
        log.open_box(request.model_copy(update={"label": "y"}), PATIENT)
    assert log.head().position == 1


def test_request_ids_belong_to_their_caller_and_method(log: Boxes) -> None:
    """
    Another caller, or whom a service speaks for, or another method: another request.
    """
    request = open_request()
    opened = log.open_box(request, PATIENT)
    relabel = Relabel(request_id=request.request_id, box_id=opened.box_id, label="x")

    def carried(by: Actor) -> Actor:
        return Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=by)

    ids = {
        opened.box_id,
        log.open_box(request, OTHER).box_id,
        log.open_box(request, carried(PATIENT)).box_id,
        log.open_box(request, carried(OTHER)).box_id,
    }
    assert len(ids) == 4
    assert log.relabel(relabel, PATIENT).position == 5


def test_racing_retries_save_once(log: Boxes) -> None:
    """
    A client that gave up waiting, and its retries, all get the one answer.
    """
    request = Permission(request_id=uuid4(), box_id=uuid4())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: log.permit(request, PATIENT), range(24)))

    assert len(set(answers)) == 1
    assert log.head().position == 1


def test_racing_commands_on_one_stream_all_count(log: Boxes) -> None:
    """
    Whoever loses decides again on what the winner did: nothing is lost, nothing is doubled.
    """
    box_id = log.open_box(open_request(), PATIENT).box_id

    def relabel(number: int) -> int:
        request = Relabel(request_id=uuid4(), box_id=box_id, label=str(number))
        while True:  # as a client does that is told ``conflict`` after five attempts
            with suppress(Conflict):
                return log.relabel(request, PATIENT).position

    with ThreadPoolExecutor(4) as pool:
        positions = list(pool.map(relabel, range(12)))

    assert len(set(positions)) == 12
    assert log.version_of(box_id) == 13


def test_a_refusal_is_not_remembered(log: Boxes) -> None:
    """
    What was refused may be allowed when asked again: nothing was done.
    """
    box_id = uuid4()
    request = Relabel(request_id=uuid4(), box_id=box_id, label="y")
    with pytest.raises(Forbidden):
        log.relabel(request, PATIENT)

    log.save(Box.open(box_id, uuid4(), "x", PATIENT))

    assert log.relabel(request, PATIENT).position == 2


def test_an_unreplayed_use_case_decides_each_time(log: Boxes) -> None:
    """
    An access decision is never an old one repeated.
    """
    box_id = log.open_box(open_request(), PATIENT).box_id

    first, second = (log.decide(Ask(box_id=box_id), PATIENT) for _ in range(2))

    assert (first.position, second.position) == (2, 3)


def test_answers_are_sealed_and_erased_with_their_record(
    log: Boxes, keys: LocalKeys, store: EventStoreSettings
) -> None:
    """
    The answer of a command may name the person: it must not outlive them, nor lie open.
    """
    request = open_request("sérologie VIH")
    log.open_box(request, PATIENT)
    with log.guarded.reading() as sql:
        columns = sql("SELECT * FROM boxes_requests")[0]

    assert "VIH" not in "".join(map(repr, columns))
    assert b"VIH" not in b"".join(bytes(c) for c in columns if not isinstance(c, str | int))
    keys.erase(request.record_id)
    with pytest.raises(Forbidden):
        log.open_box(request, PATIENT)


def test_answers_are_kept_thirty_days(log: Boxes, clock: FixedClock) -> None:
    """
    Then the row goes; the same request_id would be a new request.
    """
    old, young = open_request(), open_request()
    log.open_box(old, PATIENT)
    clock.move(timedelta(days=29))
    log.open_box(young, PATIENT)
    assert log.requests.purge(clock.now()) == 0

    clock.move(timedelta(days=2))

    assert log.requests.purge(clock.now()) == 1
    assert log.open_box(young, PATIENT).position == 2


class Stubborn(Boxes):
    """A use case whose decision is always overtaken, or that fails in other ways."""

    name = "boxes"
    attempts = 0
    undone = 0
    meanwhile: Callable[["Stubborn", UUID], None] = staticmethod(lambda _log, _box_id: None)

    @command
    def overtaken(self, request: Relabel, by: Actor) -> Outcome[Done]:
        type(self).attempts += 1
        box = self.get(request.box_id, Box)
        if box is None or box.label == "closed":
            raise Forbidden
        box.relabel(request.label, by)
        type(self).meanwhile(self, request.box_id)
        return Outcome(answer=Done(), save=[box], after=self._undo)

    def _undo(self) -> None:
        type(self).undone += 1


@pytest.fixture
def stubborn(store: EventStoreSettings, keys: LocalKeys, clock: FixedClock) -> Any:
    Stubborn.attempts = Stubborn.undone = 0
    log = Stubborn(store, keys, clock)
    yield log
    log.close()


def request_on(log: Boxes) -> Relabel:
    box_id = log.open_box(open_request(), PATIENT).box_id
    return Relabel(request_id=uuid4(), box_id=box_id, label="y")


def interfere(times: int, label: str = "mine") -> Callable[[Stubborn, UUID], None]:
    """Another writer that is faster, so many times."""
    left = [times]

    def meanwhile(log: Stubborn, box_id: UUID) -> None:
        if left[0]:
            left[0] -= 1
            log.relabel(Relabel(request_id=uuid4(), box_id=box_id, label=label), OTHER)

    return meanwhile


def test_a_use_case_overtaken_runs_again_whole(stubborn: Stubborn) -> None:
    """
    It decides on the new state; what it did outside is kept, for the save succeeded.
    """
    request = request_on(stubborn)
    Stubborn.meanwhile = staticmethod(interfere(4))

    stubborn.overtaken(request, PATIENT)

    assert (Stubborn.attempts, Stubborn.undone) == (5, 0)
    box = stubborn.get(request.box_id, Box)
    assert box is not None
    assert box.label == "y"


def test_attempts_are_bounded_and_the_outside_step_undone(stubborn: Stubborn) -> None:
    """
    A hot stream refuses with a stable code instead of holding a worker for ever.
    """
    request = request_on(stubborn)
    Stubborn.meanwhile = staticmethod(interfere(99))

    with pytest.raises(Conflict):
        stubborn.overtaken(request, PATIENT)

    assert (Stubborn.attempts, Stubborn.undone) == (5, 1)


def test_a_refusal_after_a_conflict_undoes_the_outside_step(stubborn: Stubborn) -> None:
    """
    The first attempt acted outside and lost; the second is refused: nothing may remain.
    """
    request = request_on(stubborn)
    Stubborn.meanwhile = staticmethod(interfere(1, label="closed"))

    with pytest.raises(Forbidden):
        stubborn.overtaken(request, PATIENT)

    assert (Stubborn.attempts, Stubborn.undone) == (2, 1)


def test_the_same_request_winning_elsewhere_undoes_nothing(stubborn: Stubborn) -> None:
    """
    What both put outside is the winner's now.
    """
    request = request_on(stubborn)

    def win(log: Stubborn, _: UUID) -> None:
        Stubborn.meanwhile = staticmethod(lambda _log, _box_id: None)
        log.overtaken(request, PATIENT)

    Stubborn.meanwhile = staticmethod(win)

    assert stubborn.overtaken(request, PATIENT).position == 2
    assert (Stubborn.attempts, Stubborn.undone) == (2, 0)


def breaking(log: Boxes) -> Callable[..., None]:
    """A save whose connection breaks once the database has committed."""
    insert = log.recorder.insert_events

    def commit_then_break(*args: Any, **kwargs: Any) -> None:
        insert(*args, **kwargs)
        raise OperationalError("server closed the connection")

    return commit_then_break


def test_an_unknown_outcome_is_read_again(
    stubborn: Stubborn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The connection broke at the commit, and the request is there: it was saved, and is answered.
    """
    request = request_on(stubborn)
    Stubborn.meanwhile = staticmethod(lambda _log, _box_id: None)
    monkeypatch.setattr(stubborn.recorder, "insert_events", breaking(stubborn))

    assert stubborn.overtaken(request, PATIENT).position == 2
    assert (Stubborn.attempts, Stubborn.undone) == (1, 0)


def test_an_unknown_outcome_undoes_nothing(
    stubborn: Stubborn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Nothing can be read either: it may have been saved, so what it points to must stay.
    """
    request = request_on(stubborn)
    Stubborn.meanwhile = staticmethod(lambda _log, _box_id: None)
    find, looks = stubborn.requests.find, iter([None])

    def out_of_reach_from_the_second_look_on(question: Asked) -> Answered | None:
        if next(looks, question) is question:
            raise OperationalError("no connection")
        return find(question)

    with monkeypatch.context() as broken:
        broken.setattr(stubborn.recorder, "insert_events", breaking(stubborn))
        broken.setattr(stubborn.requests, "find", out_of_reach_from_the_second_look_on)
        with pytest.raises(Unavailable):
            stubborn.overtaken(request, PATIENT)

    assert Stubborn.undone == 0
    assert stubborn.overtaken(request, PATIENT).position == 2
    assert Stubborn.attempts == 1
