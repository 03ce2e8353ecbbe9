"""Saves that share a transaction: each is judged alone, all are answered after the commit."""

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError, OperationalError

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome
from shared.stores.guard import ReliedOnMoved, Sql
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import PATIENT, Box, Boxes, OpenBox, Permission, Permit
from tests.shared.stores.conftest import NOW
from tests.shared.stores.groups import Group, Work, ended

ROOT = Path(__file__).parents[4]


def saving(*aggregates: Box | Permit, **more: object) -> Outcome[Done]:
    return Outcome(answer=Done(), save=aggregates, **more)  # type: ignore[arg-type]  # relied_on= and also=


def opened(box_id: UUID, label: str = "x") -> Box:
    return Box.open(box_id, uuid4(), label, PATIENT)


def test_one_that_is_refused_does_not_refuse_the_others(log: Boxes, group: Group) -> None:
    """
    A moved stream, a version taken, a step that fails: each is told, alone, and leaves no trace.
    """
    taken, relied_on, kept = opened(uuid4()), uuid4(), [opened(uuid4()) for _ in range(2)]
    log.save(taken)
    log.guarded.create("CREATE TABLE IF NOT EXISTS boxes_own (n BIGINT)")

    def write(sql: Sql, _: int) -> None:
        sql("INSERT INTO boxes_own VALUES (1)")

    def fail(_: Sql, __: int) -> None:
        raise ZeroDivisionError

    futures = group.of(
        lambda: log.commit(saving(kept[0])),
        lambda: log.commit(saving(Permit(1), relied_on={relied_on: 7}, also=[write])),
        lambda: log.commit(saving(opened(taken.id), also=[write])),
        lambda: log.commit(saving(Permit(1), also=[write, fail])),
        lambda: log.commit(saving(kept[1])),
    )

    assert ended(futures) == [None, ReliedOnMoved, IntegrityError, ZeroDivisionError, None]
    assert {r.originator_id for r in log.read(0, 10)} == {taken.id, kept[0].id, kept[1].id}
    assert futures[0].result() < futures[4].result() == log.head().position  # type: ignore[operator]  # positions
    with log.guarded.reading() as sql:
        assert sql("SELECT * FROM boxes_own") == []


def test_each_sees_those_before_it_and_nobody_else_does_before_the_commit(
    log: Boxes, group: Group
) -> None:
    """
    The guard of the second counts the first, which nobody was told of, and no reader sees, yet.
    """
    box = opened(uuid4())
    table = "boxes_events" if postgres(log) else "stored_events"
    seen: list[tuple[int, int, bool]] = []
    futures: list[Future[object]] = []

    def look(sql: Sql, _: int) -> None:
        within = sql(f"SELECT COUNT(*) FROM {table}")[0][0]  # noqa: S608 - the library's own name
        seen.append((within, len(log.read(0, 10)), any(f.done() for f in futures)))

    works: list[Work] = [
        lambda: log.commit(saving(box)),
        lambda: log.commit(saving(Permit(1), relied_on={box.id: 1}, also=[look])),
        lambda: log.commit(saving(Permit(0), relied_on={box.id: 0})),
    ]
    futures += group.of(*works)

    assert ended(futures) == [None, None, ReliedOnMoved]
    assert seen == [(2, 0, False)]
    assert [futures[0].result(), futures[1].result()] == [1, 2]


def postgres(log: Boxes) -> bool:
    return log.guarded.bytes_type == "BYTEA"


def test_a_request_twice_in_one_group_is_answered_once(log: Boxes, group: Group) -> None:
    """
    The second is refused by the first one's row, looks again, and gives the first answer.
    """
    request = Permission(request_id=uuid4(), box_id=uuid4())

    futures = group.of(*[lambda: log.permit(request, PATIENT)] * 3)

    assert {future.result(30) for future in futures} == {log.permit(request, PATIENT)}
    assert log.head().position == 1


def test_if_the_transaction_is_lost_nobody_was_saved(log: Boxes, group: Group) -> None:
    """
    Those who had been written already too: they are told that nothing is certain.
    """
    request = OpenBox(request_id=uuid4(), record_id=uuid4(), label="x")

    def lose(sql: Sql, _: int) -> None:
        if postgres(log):
            sql("SELECT pg_terminate_backend(pg_backend_pid())")
        sql("ROLLBACK")

    futures = group.of(
        lambda: log.open_box(request, PATIENT),
        lambda: log.commit(saving(Permit(1))),
        lambda: log.commit(saving(Permit(2), also=[lose])),
        lambda: log.commit(saving(Permit(3))),
    )

    assert ended(futures) == [Unavailable, *[OperationalError] * 3]
    assert log.head().position == 0
    assert log.open_box(request, PATIENT).position == log.head().position


def test_a_killed_process_loses_nothing_it_answered(
    store: EventStoreSettings, tmp_path: Path
) -> None:
    """
    Killed amid its groups: every request it had answered is there, at the position it said.
    """
    command = [sys.executable, "-m", "tests.shared.stores.answering"]
    place = [store.postgres_dsn or "", str(tmp_path)]
    with subprocess.Popen([*command, *place], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(60)]
        child.kill()
        lines += child.stdout.readlines()

    log = Boxes(store, LocalKeys(bytes(range(32)), "boxes"), FixedClock(NOW))
    answered = [line.split() for line in lines if line.endswith("\n")]
    assert len(answered) >= 60
    for request_id, position in answered:
        again = log.permit(Permission(request_id=UUID(request_id), box_id=UUID(int=1)), PATIENT)
        assert again.position == int(position)
    log.close()
