"""Settings of containers, ``NAME=value`` a line: made once, and the operator's from then on.

Made again, what is there stays as it is, also where another address or setting was put in by hand.
What a new version needs besides is added at the end.
"""

from collections.abc import Mapping
from pathlib import Path

from scripts.machine.files import private_folder, write_private

Environment = Mapping[str, str]


def read(file: Path) -> dict[str, str]:
    """What it sets; nothing where there is none."""
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.partition("=")[::2] for line in lines if _name(line))


def complete(file: Path, made: Environment, instead: Environment) -> None:
    """Add what of ``made`` is missing. ``instead``: what was asked for by name, and so replaces
    what is there."""
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [f"{n}={instead[n]}" if (n := _name(line)) in instead else line for line in lines]
    there = {_name(line) for line in lines}
    added = [f"{name}={value}" for name, value in made.items() if name not in there]
    private_folder(file.parent)
    write_private(file, "".join(f"{line}\n" for line in (*kept, *added)))


def _name(line: str) -> str:
    return "" if line.startswith("#") else line.partition("=")[0]
