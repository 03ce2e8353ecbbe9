"""Carnet whose services say what each answer took, and what a request led to, as their logs have
it: calls between services, statements, rows, requests to the object store, seals, HMACs."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.cli.deployment import Deployment
from scripts.cli.processes import entrypoints_of

COUNTING = "tests.trust.attackers.counting_services"
"""Run, never imported: it makes its process one of green threads."""
KEYS = ("keyring", "open_key")
"""Asked by who reads a record's stream for the first time in a minute: of one that is there."""
AGAIN = 4
"""Times that two are asked before they are held to differ: who asks first warms what is kept in
memory, and what time does may come between."""
GROWING = {"audit.journal", "audit.print_journal"}
"""Readings that leave a line in what is read: asked again they say more, and ask the same."""
Taken = Counter[tuple[str, str, str]]
"""How often, by service, method of it, and what."""


class Counting(Deployment):
    def launch(self, name: str, detached: bool = False) -> None:
        parts = entrypoints_of(self.process_of(name))
        if not any(part.endswith(".rpc") for part in parts):
            super().launch(name, detached)
            return
        command = [sys.executable, "-m", COUNTING, *parts]
        environ = self.environ(self._ports[name])
        self.processes[name].start(command, environ=environ, detached=detached)


@contextmanager
def running_counting(home: Path, settings: Mapping[str, str]) -> Iterator[Deployment]:
    deployment = Counting(home)
    deployment.start(settings=settings)
    try:
        yield deployment
    finally:
        deployment.stop()


@dataclass
class Work:
    """``folder``: of the logs; but for keys."""

    folder: Path
    _read: dict[Path, int] = field(default_factory=dict)

    def forget(self) -> None:
        """What was done until now."""
        self._read = {file: file.stat().st_size for file in self.folder.glob("*.log")}

    def of(self, method: str) -> Taken:
        """Of the requests that somebody made since, one to ``method`` among them."""
        lines = [line for line in self._lines() if line["event"] == "taken"]
        asked = {line["trace_id"] for line in lines if line["by_person"]}
        service, _, name = method.partition(".")
        assert any((line["service"], line["method"]) == (service, name) for line in lines), method
        taken: Taken = Counter()
        for line in lines:
            where = (line["service"], line["method"])
            if line["trace_id"] in asked and where != KEYS:
                for what, times in line["taken"].items():
                    taken[*where, what] += times
        return +taken

    def _lines(self) -> Iterator[dict[str, Any]]:
        for file, start in self._read.items():
            with file.open("rb") as log:
                log.seek(start)
                whole, _, _ = log.read().rpartition(b"\n")
            yield from (json.loads(line) for line in whole.splitlines() if line.startswith(b"{"))


def compared(
    work: Work, method: str, one: Callable[[], str], other: Callable[[], str]
) -> tuple[tuple[str, str], Taken]:
    """What both were told, and how the work of the one differs from that of the other: the least
    that was seen."""
    told, least = _both(work, method, one, other)
    for _ in range(AGAIN - 1):
        if not least or told[0] != told[1]:
            break
        again, differs = _both(work, method, one, other)
        if again != told and method not in GROWING:
            break  # it was done, and is not to be done twice
        least = min(least, differs, key=Counter.total)
    return told, least


def _both(
    work: Work, method: str, one: Callable[[], str], other: Callable[[], str]
) -> tuple[tuple[str, str], Taken]:
    (first, its), (second, others) = (_watched(work, method, ask) for ask in (one, other))
    return (first, second), (its - others) + (others - its)


def _watched(work: Work, method: str, ask: Callable[[], str]) -> tuple[str, Taken]:
    work.forget()
    told = ask()
    return told, work.of(method)
