"""Audit whose tables were put back to the past: it signs nothing, and says why."""

import shutil
from pathlib import Path

import pytest

from services.audit.adapters.checkpoints import CheckpointSweep, Telling
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.anomaly import Anomaly, AnomalyKind
from shared.crypto.local_keys import LocalKeys
from shared.eventing.timers import Timers, timer_loop
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, batch, publisher
from tests.shared.eventing.world import running
from tests.support.deadline import eventually

WHY = "an operator must look: the published checkpoint is larger"


@pytest.mark.parametrize("grown_to", [3, 9], ids=["smaller", "larger"])
def test_its_timer_waits_for_an_operator_until_the_right_tables_are_there(
    tmp_path: Path, grown_to: int
) -> None:
    """Also when it has grown beyond what was published, with what it was given again."""
    data, told = tmp_path / "data", list[Telling]()
    grow(data, told, 2)
    shutil.copytree(data, tmp_path / "before")
    grow(data, told, 5)
    shutil.copytree(data, tmp_path / "right")

    put_back(tmp_path / "before", data)
    with opened(data) as audit:
        tree = SqlTree(audit.guarded)
        tree.append(batch("access", 0, grown_to))
        sweep = CheckpointSweep(audit, tree, publisher(tree, log_of(data)), told.append)
        loop = timer_loop(Timers(log=audit, every=0.01, sweeps={"checkpoint": sweep}))
        with running(loop):
            eventually(lambda: WHY in (loop.check() or ""))
        [alarm] = [r.event for r in audit.read(0, 10) if isinstance(r.event, Anomaly.Created)]
        assert (alarm.kind, alarm.position) == (AnomalyKind.FORK, 2)
    assert [telling.checkpoint.size for telling in told] == [2, 5]

    put_back(tmp_path / "right", data)
    grow(data, told, 6)
    assert [telling.checkpoint.size for telling in told] == [2, 5, 6]


def grow(data: Path, told: list[Telling], size: int) -> None:
    with opened(data) as audit:
        tree = SqlTree(audit.guarded)
        tree.append(batch("vault", tree.size(), size))
        CheckpointSweep(audit, tree, publisher(tree, log_of(data)), told.append)()


def opened(data: Path) -> Audit:
    settings = EventStoreSettings(data_dir=data)
    return Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW))


def log_of(data: Path) -> FolderFiles:
    return FolderFiles(data.parent / "log")


def put_back(copy: Path, data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(copy, data)
