"""What is changed in the published files is found, and named."""

import pytest

from services.audit.domain.report import FindingKind
from tests.audit.ground import EVENTS, Ground, flip, older_note


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
