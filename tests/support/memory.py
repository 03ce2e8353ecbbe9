"""How much memory a command, or a process of a deployment, has taken at most."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIB = 1024


@dataclass(frozen=True)
class Ended:
    """``peak``: MiB."""

    code: int
    output: str
    peak: float


def run_command(log: Path, *words: str) -> Ended:
    """``carnet <words>`` in a process of its own."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # our own command line
            [sys.executable, "-m", "scripts.cli", *words], cwd=ROOT, stdout=out, stderr=out
        )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, log.read_text(), used.ru_maxrss / MIB)


def peak_of(pid_file: Path) -> float:
    """MiB, of the process that the keeper of this file keeps."""
    keeper = int(pid_file.read_text())
    (kept,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{kept}/status").read_text())
    assert peak
    return int(peak[1]) / MIB
