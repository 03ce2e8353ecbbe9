"""A save on PostgreSQL: sent at once, and told to nobody before the server has committed it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome
from shared.stores.guard import ReliedOnMoved, Sql, Step
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Box, Boxes, OpenBox, Permit
from tests.shared.stores.conftest import NOW
from tests.shared.stores.groups import Group, ended
from tests.support.deadline import eventually


@pytest.fixture
def log(postgres_dsn: str) -> Iterator[Boxes]:
    store = EventStoreSettings(postgres_dsn=postgres_dsn)
    log = Boxes(store, LocalKeys(bytes(range(32)), "boxes"), FixedClock(NOW))
    log.guarded.create("CREATE TABLE IF NOT EXISTS boxes_own (n BIGINT PRIMARY KEY)")
    yield log
    log.close()


def saving(*also: Step, **more: object) -> Outcome[Done]:
    return Outcome(answer=Done(), save=[Permit(decided_on=0)], also=also, **more)  # type: ignore[arg-type]  # relied_on=


def write(sql: Sql, _: int) -> None:
    """A step that does not look at what becomes of it."""
    sql("INSERT INTO boxes_own VALUES (1)")


def look(sql: Sql, _: int) -> None:
    assert list(sql("SELECT 1")) == [(1,)]


def test_what_a_step_does_not_look_at_refuses_the_save_all_the_same(log: Boxes) -> None:
    """
    Its failure is known with the commit at the latest, before anybody is answered.
    """
    log.commit(saving(write))

    with pytest.raises(IntegrityError):
        log.commit(saving(write))
    with pytest.raises(IntegrityError):
        log.commit(saving(write, look))

    assert log.head().position == 1
    assert log.commit(saving()) > 1


def test_a_failure_that_a_step_keeps_to_itself_is_not_taken_for_a_commit(log: Boxes) -> None:
    """
    The server answers the commit of a transaction that failed with a rollback, and no error.
    """

    def swallow(sql: Sql, _: int) -> None:
        with suppress(psycopg.Error):
            bool(sql("SELECT nothing_of_that_name"))

    with pytest.raises(OperationalError):
        log.commit(saving(swallow))

    assert log.head().position == 0


def test_a_write_beside_the_log_is_refused_by_its_last_statement(log: Boxes) -> None:
    """
    What ``writing`` gives is a transaction too: all of it, or an error and nothing.
    """

    def insert(*numbers: int) -> None:
        with log.guarded.writing() as sql:
            for number in numbers:
                sql("INSERT INTO boxes_own VALUES (?)", number)

    insert(1)
    with pytest.raises(IntegrityError):
        insert(2, 1)

    with log.guarded.reading() as sql:
        assert sql("SELECT n FROM boxes_own") == [(1,)]


def test_rows_can_be_looked_at_when_all_is_over(log: Boxes) -> None:
    """
    They came with the commit.
    """
    with log.guarded.writing() as sql:
        rows = sql("INSERT INTO boxes_own VALUES (7) RETURNING n")

    assert [*rows] == [(7,)]


def test_what_the_server_skipped_is_not_taken_for_prepared(log: Boxes, group: Group) -> None:
    """
    psycopg prepares a statement when it comes for the sixth time, and believes that it has, even
    if one before it failed and the server looked at neither.
    """
    log.commit(saving(write))

    for _ in range(8):
        futures = group.of(
            lambda: log.commit(saving(write, look)),
            lambda: log.commit(saving(look)),
        )
        assert ended(futures) == [IntegrityError, None]
        with pytest.raises(IntegrityError):
            log.commit(saving(write, look))
        log.commit(saving(look))

    assert len(log.read(0, 100)) == 17


def waits(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> int:
    """How many times the server is waited for before the commit is sent."""
    count, sync = 0, psycopg.Pipeline.sync

    def counted(pipeline: psycopg.Pipeline) -> None:
        nonlocal count
        count += 1
        sync(pipeline)

    with monkeypatch.context() as listening:
        listening.setattr(psycopg.Pipeline, "sync", counted)
        work()
    return count


def test_a_save_waits_once_before_its_commit(log: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    For lock, events and guards together: everybody else waits for the lock meanwhile.
    """
    guarded = saving(relied_on={uuid4(): 0})
    request = OpenBox(request_id=uuid4(), record_id=uuid4(), label="x")

    assert waits(monkeypatch, lambda: log.commit(guarded)) == 1
    assert waits(monkeypatch, lambda: log.open_box(request, PATIENT)) == 1


def test_a_guard_is_asked_after_the_lock(log: Boxes, postgres_dsn: str) -> None:
    """
    Although all is sent at once: the change that the lock is waited for is seen by the guard.
    """
    box = Box.open(uuid4(), uuid4(), "x", PATIENT)
    log.save(box)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(postgres_dsn) as other:
        other.execute("LOCK TABLE boxes_events IN EXCLUSIVE MODE")
        late = pool.submit(log.commit, saving(relied_on={box.id: box.version}))
        eventually(lambda: other.execute(WAITING).fetchone())
        other.execute(ONE_MORE_EVENT)
        other.commit()

        with pytest.raises(ReliedOnMoved):
            late.result(30)


WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'boxes_events'::regclass"
ONE_MORE_EVENT = (
    "INSERT INTO boxes_events (originator_id, originator_version, topic, state)"
    " SELECT originator_id, originator_version + 1, topic, state FROM boxes_events"
)


def test_who_waits_for_an_answer_holds_up_nobody_else(log: Boxes, postgres_dsn: str) -> None:
    """
    One waits in the database for what another one has locked, and that one looks at its rows.
    """
    locks = "LOCK TABLE boxes_own IN EXCLUSIVE MODE"

    def second() -> None:
        with log.guarded.writing() as sql:
            assert list(sql(locks)) == []

    def waiting() -> object:
        return beside.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone()

    with ThreadPoolExecutor(2) as pool, psycopg.connect(postgres_dsn, autocommit=True) as beside:
        with log.guarded.writing() as sql:
            assert list(sql(locks)) == []
            waits = pool.submit(second)
            eventually(
                lambda: beside.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone()
            )
            assert pool.submit(lambda: list(sql("SELECT 1"))).result(timeout=10) == [(1,)]
        waits.result(timeout=10)
