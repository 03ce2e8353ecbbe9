"""What goes wrong on the machine is said in a sentence: a trace of the code helps nobody."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from scripts.cli.processes import ROOT
from tests.ops.world import operated
from tests.support.deadline import eventually


def carnet(at: Path, *words: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.cli", *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        cwd=at, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    return process.returncode, said.strip()


def opened(pid: int) -> set[Path]:
    """Files that a process has open; those that it closes while this looks are left out."""
    found = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(file.readlink())
    return found


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["new-key-encryption-key", "kek"], "carnet: kek: No such file or directory"),
        (["prepare", "a-file/private"], "carnet: a-file/private: Not a directory"),
        (["prepare", "/proc/private"], "carnet: /proc/private: No such file or directory"),
    ],
)
def test_what_the_machine_refuses_is_named(tmp_path: Path, words: list[str], sentence: str) -> None:
    """Which file, and why: a missing right, no room, a path that was mistyped."""
    (tmp_path / "a-file").touch()
    assert ended(carnet(tmp_path, "ops", *words)) == (1, sentence)


def test_a_command_that_is_told_to_end_tidies_up(tmp_path: Path) -> None:
    """As after Ctrl-C. The first process of a container, as each Job's is, would not even hear it:
    it was killed later, and what a backup had written until then stayed."""
    found = operated(tmp_path)
    found.write("vault", 1)
    store = found.data / "vault.db"
    with closing(sqlite3.connect(store, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")  # the backup waits for it
        waiting = carnet(tmp_path, "ops", "backup", "sets", **found.environ)
        eventually(lambda: store in opened(waiting.pid))
        waiting.send_signal(signal.SIGTERM)
        returned, said = ended(waiting)
    assert returned == 130
    assert "Traceback" not in said
