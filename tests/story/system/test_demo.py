"""The one true story, on all the real parts, and what it may not leave behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import processes_of
from tests.trust.planted import found_in, words_of

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "scripts" / "demo" / "samples"
OFFICIAL = ROOT.parent / "shared" / "samples" / "cda"


def demo(folder: Path, samples: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "scripts.demo", f"--dir={folder}", f"--samples={samples}"]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def told(folder: Path, samples: Path) -> dict[str, object]:
    with demo(folder, samples) as run:
        output, _ = run.communicate(timeout=280)
        assert run.returncode == 0, output
    summary: dict[str, object] = json.loads((folder / "summary.json").read_text())
    return summary


@pytest.mark.timeout(300)
def test_the_story_comes_true_on_our_own_documents(tmp_path: Path) -> None:
    """Sixteen documents, one of which replaces another; one sent twice, one replaced by hand;
    five opened by right and one in an emergency; a stranger and a blocked doctor refused. On
    the disk, with every key and log beside it, nothing of what the documents say is to be read.
    """
    summary = told(tmp_path, SAMPLES)

    expected = {
        "documents_seen": 16,
        "documents_deposited": 16,
        "documents_not_taken": {},
        "duplicates_refused": 1,
        "replacements": 2,
        "documents_opened": 6,
        "accesses_refused": 2,
        "log_verified": True,
        "decisions_differing": 0,
        "tampering_found": 2,
    }
    assert {name: summary[name] for name in expected} == expected
    said = words_of(SAMPLES)
    assert list(found_in(SAMPLES, said)), "what is looked for can be found"
    assert list(found_in(tmp_path / "carnet", said)) == []
    assert summary["decisions_redecided"] > summary["documents_opened"]  # type: ignore[operator]  # both are counts
    assert processes_of(tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official samples are not beside us")
def test_the_official_documents_are_taken_but_those_of_other_people(tmp_path: Path) -> None:
    """Four carry the INS of one person with the traits of another; all the rest is taken."""
    summary = told(tmp_path, OFFICIAL)

    refused = summary["documents_not_taken"]
    assert isinstance(refused, dict)
    assert all("is not that of the record" in why for why in refused.values())
    assert summary["documents_seen"] == summary["documents_deposited"] + len(refused)  # type: ignore[operator]  # idem
    assert len(refused) <= 4
    assert (summary["log_verified"], summary["decisions_differing"]) == (True, 0)


@pytest.mark.timeout(120)
def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    """Interrupted in the middle of the story."""
    with demo(tmp_path, SAMPLES) as run:
        assert run.stdout
        assert any("1. Records are announced" in line for line in run.stdout)
        os.kill(run.pid, signal.SIGINT)
        run.communicate(timeout=90)
        assert run.returncode == 130
    assert processes_of(tmp_path) == []
