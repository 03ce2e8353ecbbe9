"""How much memory a command, or a process of a deployment, has taken at most."""

import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIB = 1024
LOOK = 0.05
"""Seconds between two looks at a process."""


@dataclass(frozen=True)
class Ended:
    """``peak``: MiB."""

    code: int
    output: str
    peak: float


def run_command(log: Path, *words: str) -> Ended:
    """``carnet <words>`` in a process of its own. Its memory is looked at while it runs: what the
    system tells of one that has ended counts what its parent had when it began."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # our own command line
            [sys.executable, "-m", "scripts.cli", *words], cwd=ROOT, stdout=out, stderr=out
        )
    peak = 0.0
    while process.returncode is None:
        peak = max(peak, _peak(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK)
    return Ended(process.returncode, log.read_text(), peak)


def peak_of(pid_file: Path) -> float:
    """MiB, of the process that the keeper of this file keeps."""
    keeper = int(pid_file.read_text())
    (kept,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    peak = _peak(int(kept))
    assert peak
    return peak


def _peak(process: int) -> float:
    """MiB; 0 of one that has ended."""
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(peak[1]) / MIB if peak else 0.0
