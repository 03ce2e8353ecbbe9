"""One reader under atheris: ``python -m tests.fuzz.guided ROOM TARGET FIGURES LIBFUZZER_OPTION...``

libFuzzer ends the process itself, at a finding too, so that figures are written on the way.
"""

import importlib
import json
import resource
import sys
from pathlib import Path

import atheris

OURS = ["services", "shared", "icalendar", "dateutil"]
"""Whose branches guide it."""
OFTEN = 500
WARM = 2_000
"""Runs after which memory is looked at first: caches are filled then."""


def resident() -> float:
    """MB of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    room, name, figures, *options = sys.argv[1:]
    with atheris.instrument_imports(include=OURS):
        targets = importlib.import_module(room).TARGETS
    target = next(one for one in targets if one.name == name)
    runs, taken, first = 0, 0, 0.0

    def one(data: bytes) -> None:
        nonlocal runs, taken, first
        taken += target.run(data)
        runs += 1
        if runs == WARM:
            first = resident()
        if runs % OFTEN == 0:
            grown = resident() - first if first else 0.0
            kept = {"runs": runs, "taken": taken, "grown_mb": round(grown, 1)}
            Path(figures).write_text(json.dumps(kept))

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
