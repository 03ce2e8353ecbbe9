"""``make fuzz``: every reader under atheris, and what came of it in var/trust/report.json.

``python -m tests.fuzz.campaign [--runs N] [TARGET...]``; figures of several add up. Ends with 1
at the first finding, whose input is named: it belongs to ``tests/fuzz/found`` once mended.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.fuzz.all_targets import ALL, ROOM_OF
from tests.fuzz.target import Target

ROOT = Path(__file__).parents[2]
WORK = ROOT / "var" / "fuzz"
REPORT = ROOT / "var" / "trust" / "report.json"
RUNS = 1_000_000
SLOWEST = 10
"""Seconds one input may take."""
GROWTH = 100.0
"""MB a process may grow by after it is warm; libFuzzer's own corpus and coverage among them."""
COLUMNS = (
    TextColumn("{task.description:16}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--runs", type=int, default=RUNS)
    given.add_argument("targets", nargs="*", choices=[[], *ALL], metavar="TARGET")
    options = given.parse_args()
    targets = [ALL[name] for name in options.targets or ALL]
    clean = True
    with Progress(*COLUMNS) as progress:
        for target, runs in shared_out(targets, options.runs):
            clean &= fuzz(target, runs, progress)
    return 0 if clean else 1


def shared_out(targets: Sequence[Target], runs: int) -> Iterator[tuple[Target, int]]:
    """Each its share, rounded up: never fewer in all than asked for."""
    shares = sum(target.share for target in targets)
    return ((target, -(-runs * target.share // shares)) for target in targets)


def fuzz(target: Target, runs: int, progress: Progress) -> bool:
    """Whether nothing was found."""
    folder = WORK / target.name
    figures = folder / "figures.json"
    figures.unlink(missing_ok=True)
    _lay_out(target, folder)
    bar = progress.add_task(target.name, total=runs)
    began = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(_command(target, folder, runs), cwd=ROOT, stdout=log, stderr=log)
        while process.poll() is None:
            time.sleep(0.5)
            progress.update(bar, completed=_read(figures).get("runs", 0))
    told = _read(figures)
    clean = process.returncode == 0
    progress.update(bar, completed=runs if clean else told.get("runs", 0))
    _report(target.name, told, runs if clean else told.get("runs", 0), time.monotonic() - began)
    if not clean:
        progress.console.print(f"{target.name}: see {folder}/log and {folder}/found-*")
    elif told.get("grown_mb", 0.0) > GROWTH:
        progress.console.print(f"{target.name}: grew by {told['grown_mb']} MB")
        clean = False
    return clean


def _lay_out(target: Target, folder: Path) -> None:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    known = [*target.seeds, *(file.read_bytes() for file in target.found())]
    for number, seed in enumerate(known):
        (corpus / f"seed-{number}").write_bytes(seed)


def _command(target: Target, folder: Path, runs: int) -> list[str]:
    options = {
        "runs": runs,
        "max_len": target.longest,
        "timeout": SLOWEST,
        "rss_limit_mb": 2048,
        "artifact_prefix": f"{folder}/found-",
        "print_final_stats": 1,
    }
    said = [f"-{name}={value}" for name, value in options.items()]
    figures = str(folder / "figures.json")
    module = [sys.executable, "-m", "tests.fuzz.guided"]
    return [*module, ROOM_OF[target.name], target.name, figures, *said, str(folder / "corpus")]


def _read(figures: Path) -> dict[str, Any]:
    """Empty while they are being written."""
    try:
        told: dict[str, Any] = json.loads(figures.read_text())
    except (OSError, ValueError):
        return {}
    return told


def _report(name: str, told: dict[str, Any], runs: int, seconds: float) -> None:
    kept = _read(REPORT)
    parsers = kept.setdefault("parsers", {"runs": 0, "targets": {}})
    before = parsers["targets"].get(name, {"runs": 0, "seconds": 0.0, "grown_mb": 0.0})
    parsers["targets"][name] = {
        "runs": before["runs"] + runs,
        "seconds": round(before["seconds"] + seconds, 1),
        "grown_mb": max(before["grown_mb"], told.get("grown_mb", 0.0)),
    }
    parsers["runs"] = sum(one["runs"] for one in parsers["targets"].values())
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
