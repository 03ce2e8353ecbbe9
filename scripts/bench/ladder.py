"""How fast something can be asked for: rates that rise until one is not kept."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scripts.bench.load import Told, elsewhere

Load = Callable[[Any, float, float], Told]
"""``load(place, rate, seconds)``: run in a process of its own."""
Progress = Callable[[str], Any]
LOOK = 4.0
"""Seconds of a rung that is only looked at; the one that holds is kept for longer."""


@dataclass(frozen=True)
class Ladder:
    """``load``: at ``rates``, tried in order; ``seconds``: how long the highest must be kept.
    ``behind``: waits until all of a load is in the transparency log, and says for how many seconds;
    ``raw``: the folder that what each rung saw is written to."""

    name: str
    load: Load
    rates: Sequence[float]
    seconds: float
    behind: Callable[[], float]
    raw: Path
    tried: list[Told] = field(default_factory=list)

    def climb(self, place: Any, progress: Progress) -> Told:
        """The highest rate that is sustained. One that was kept for a moment and not for the
        whole time is no rate: the one below is tried then."""
        reached = self._looked(place, progress)
        while True:
            with progress(f"{self.name}, {self.rates[reached]:g}/s for {self.seconds:g} s"):
                told = self._try(place, self.rates[reached], self.seconds)
            if told.is_sustained or reached == 0:
                return told
            reached -= 1

    def _looked(self, place: Any, progress: Progress) -> int:
        """The rung below the first that is not kept."""
        for number, rate in enumerate(self.rates):
            with progress(f"{self.name}, {rate:g}/s"):
                told = self._try(place, rate, LOOK)
            if not told.is_sustained:
                return max(0, number - 1)
        return len(self.rates) - 1

    def _try(self, place: Any, rate: float, seconds: float) -> Told:
        said: Told = elsewhere(self.load, place, rate, seconds)
        told = replace(said, behind=self.behind())
        self.tried.append(told)
        self.raw.mkdir(parents=True, exist_ok=True)
        file = self.raw / f"{self.name}.json"
        file.write_text(json.dumps([one.to_json() for one in self.tried], indent=1) + "\n")
        return told
