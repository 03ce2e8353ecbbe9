"""What came of each module, kept as soon as it is known: a run that is broken off loses little."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from scripts.mutation.mutants import Mutant


@dataclass(frozen=True)
class Score:
    """``source``: digest of the module as it was tried. ``most``: how many wrongs were asked for.
    ``failing``: why nothing could be tried; nothing is counted then."""

    source: str
    most: int
    tried: int
    survivors: list[str] = field(default_factory=list)
    failing: str | None = None

    @classmethod
    def first(cls, source: str, most: int, tried: int) -> "Score":
        return cls(_digest(source), most, tried)

    def again(self, survivors: Sequence[Mutant], failing: str | None) -> "Score":
        return replace(self, survivors=[m.told for m in survivors], failing=failing)


class Scores:
    """``path``: a JSON file, by module; several runs may keep theirs in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_module = self._read()

    def _read(self) -> dict[str, Score]:
        kept = json.loads(self._path.read_text()) if self._path.exists() else {}
        return {name: Score(**told) for name, told in kept.items()}

    def of(self, module: str, source: str) -> Score | None:
        """None for a module that was never tried as it now is."""
        kept = self._by_module.get(module)
        return kept if kept and not kept.failing and kept.source == _digest(source) else None

    def keep(self, module: str, score: Score) -> None:
        self._by_module = {**self._read(), module: score}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        told = {name: asdict(one) for name, one in sorted(self._by_module.items())}
        self._path.write_text(json.dumps(told, indent=2) + "\n")
        _print(module, [score])
        for line in [*score.survivors, *([score.failing] if score.failing else ())]:
            print(f"    {line}", flush=True)  # noqa: T201 - what it is run for

    def tell(self) -> None:
        """By room, and in all."""
        for room in sorted({".".join(name.split(".")[:2]) for name in self._by_module}):
            _print(room, [one for n, one in self._by_module.items() if n.startswith(f"{room}.")])
        _print("all", list(self._by_module.values()))


def _print(what: str, scores: Sequence[Score]) -> None:
    counted = [one for one in scores if not one.failing]
    tried = sum(one.tried for one in counted)
    killed = tried - sum(len(one.survivors) for one in counted)
    share = f"{killed / tried:.0%}" if tried else "-"
    modules = f"{len(counted)} of {len(scores)} modules tried" if len(scores) > 1 else ""
    print(f"{what:40} {killed:4} of {tried:4} noticed: {share:4} {modules}", flush=True)  # noqa: T201 - what it is run for


def _digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:16]
