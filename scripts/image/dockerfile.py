"""The words of a Dockerfile that ours uses, and no others: one that is not known is refused."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KNOWN = {
    *("FROM", "ARG", "RUN", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE", "STOPSIGNAL"),
    "ENTRYPOINT",
}
CONTINUED = re.compile(r"\\\n")
VARIABLE = re.compile(r"\$\{(\w+)(?::\+([^{}]*(?:\$\{\w+\})?[^{}]*))?\}")


@dataclass(frozen=True)
class Step:
    word: str
    rest: str

    @property
    def pairs(self) -> dict[str, str]:
        """Of ``ENV A=1 B=2`` or ``ARG A=1``."""
        return dict(pair.partition("=")[::2] for pair in self.rest.split())

    @property
    def listed(self) -> list[str]:
        """Of ``ENTRYPOINT ["a", "b"]``."""
        found: list[str] = json.loads(self.rest)
        return found


def steps(file: Path) -> Iterator[Step]:
    kept = [line for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in CONTINUED.sub(" ", "\n".join(kept)).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word not in KNOWN:
            raise ValueError(f"{word} is not known here")
        yield Step(word, rest.strip())


def filled(text: str, values: dict[str, str]) -> str:
    """``${NAME}``, and ``${NAME:+more}``: more, if NAME is not empty."""

    def value(match: re.Match[str]) -> str:
        given = values.get(match[1], "")
        if match[2] is None:
            return given
        return filled(match[2], values) if given else ""

    return VARIABLE.sub(value, text)
