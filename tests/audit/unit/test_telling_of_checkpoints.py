"""Whoever is told of a checkpoint can prove that it continues the one they were told of before."""

from pathlib import Path

from services.audit.adapters.checkpoints import CheckpointSweep, Telling
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.merkle import check_consistency
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, batch, publisher


def told(folder: Path, *sizes: int) -> list[Telling]:
    """The log grows to each size in turn; audit is started anew for each."""
    heard: list[Telling] = []
    for size in sizes:
        settings = EventStoreSettings(data_dir=folder / "data")
        with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
            tree = SqlTree(audit.guarded)
            before = tree.size()
            tree.append(batch("vault", before, size))
            files = FolderFiles(folder / "log")
            CheckpointSweep(audit, tree, publisher(tree, files), heard.append)()
    return heard


def test_each_brings_proofs_from_those_before(tmp_path: Path) -> None:
    """Also from before a restart, and where full tiles lie between."""
    first, second, third = told(tmp_path, 3, 255, 600)

    assert first.proofs == {}
    assert set(third.proofs) == {3, 255}
    for old in (first, second):
        path = third.proofs[old.checkpoint.size]
        assert check_consistency(
            old.checkpoint.size, 600, path, old.checkpoint.root, third.checkpoint.root
        )


def test_no_more_than_the_last_eight(tmp_path: Path) -> None:
    """A message stays small, however long the log is."""
    last = told(tmp_path, *range(1, 13))[-1]

    assert set(last.proofs) == set(range(4, 12))
