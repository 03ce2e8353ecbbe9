"""What is changed in the published files is found, and named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.audit.adapters.files import FolderFiles
from services.audit.domain.log_walk import LogWalk
from services.audit.domain.report import Finding, FindingKind
from shared.stores.settings import EventStoreSettings
from tests.audit.ground import EVENTS, Ground, flip, older_note
from tests.audit.logs import batch, open_tree, publisher


def test_a_changed_entry_accuses_the_log_and_no_event(ground: Ground) -> None:
    """The tile beside it still holds the right leaf, and the signed root tells which is true."""
    flip(next((ground.log / "tile/entries").glob(f"000.p/{2 * EVENTS}")), at=40)

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.LOG_FILE_CHANGED
    assert finding.leaf_index == 1
    assert finding.path == f"tile/entries/000.p/{2 * EVENTS}"


def test_a_changed_tile(ground: Ground) -> None:
    """Then the root is not the signed one either."""
    flip(ground.log / f"tile/0/000.p/{2 * EVENTS}")

    kinds = {f.kind for f in ground.verify().findings}

    assert kinds == {FindingKind.LOG_FILE_CHANGED, FindingKind.ROOT_DIFFERS}


@pytest.mark.parametrize("level", ["0", "entries"])
def test_a_file_of_the_log_removed(ground: Ground, level: str) -> None:
    """Named; the other file says enough to go on."""
    (ground.log / f"tile/{level}/000.p/{2 * EVENTS}").unlink()

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.LOG_FILE_MISSING
    assert finding.path == f"tile/{level}/000.p/{2 * EVENTS}"


def test_a_checkpoint_that_the_log_did_not_sign(ground: Ground) -> None:
    """A size one higher, under the old signature."""
    file = ground.log / "checkpoint"
    file.write_text(file.read_text().replace(f"\n{2 * EVENTS}\n", f"\n{2 * EVENTS + 1}\n"))

    assert FindingKind.CHECKPOINT_INVALID in ground.verify().found


def test_an_older_checkpoint_put_back(ground: Ground) -> None:
    """Truly signed, but it leaves out what was logged since: those events are named."""
    (ground.log / "checkpoint").write_text(older_note(ground))

    report = ground.verify()

    assert report.log_size == 2
    assert report.found[FindingKind.EVENT_NOT_LOGGED] == 2 * EVENTS - 2
    assert report.found[FindingKind.CHECKPOINT_ROLLED_BACK] > 0
    assert ground.verify(heads={"vault": 1, "access": 1}).pending == 2 * EVENTS - 2
    some = ground.verify(heads={"vault": 3, "access": 1})
    assert some.found[FindingKind.EVENT_NOT_LOGGED] == 2


@pytest.mark.parametrize("change", [flip, Path.unlink], ids=["changed", "removed"])
def test_a_tile_above_the_first_level(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Nobody needs it to read the entries; who asks for a proof does."""
    home, tree = open_tree(EventStoreSettings(data_dir=tmp_path / "data"))
    with home:
        tree.append(batch("vault", 0, 300))
        publisher(tree, FolderFiles(tmp_path / "log")).publish()
    change(tmp_path / "log/tile/1/000.p/1")
    findings: list[Finding] = []

    assert len(list(LogWalk(FolderFiles(tmp_path / "log"), 300, findings.append).leaves())) == 300

    [finding] = findings
    assert finding.path == "tile/1/000.p/1"


def test_a_full_tile_above_the_first_level(tmp_path: Path) -> None:
    """The one whose hashes stand for 256 tiles below, each of 256 leaves."""
    home, tree = open_tree(EventStoreSettings(data_dir=tmp_path / "data"))
    files, leaves = FolderFiles(tmp_path / "log"), 256 * 256
    with home:
        tree.append(batch("vault", 0, leaves))
        while publisher(tree, files).publish():
            pass
    flip(tmp_path / "log/tile/1/000")
    findings: list[Finding] = []

    assert len(list(LogWalk(files, leaves, findings.append).leaves())) == leaves

    assert [finding.path for finding in findings] == ["tile/1/000"]
