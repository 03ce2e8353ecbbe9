"""Wrongs inside functions, tried from a process that has collected the tests and run none.

Each trial is a fork of it in which the function gets its wrong code in place, and the tests that
once entered that function run, those that noticed others first. What the tests did with the right
code before (parameters, caches) may hide a wrong: so one that nobody notices here is tried again
from the import on. One that is noticed is.
"""

import gc
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from scripts.machine.rabbitmq import Broker
from scripts.mutation.modules import Module
from scripts.mutation.mutants import Mutant
from scripts.mutation.trial import CPU_LIMIT, LIMIT, end_with_tests, ended_well, lead_a_process

ALL_TESTS_CPU = 300
"""Seconds of processor for all tests of a module once, watched."""
ALL_TESTS = 1800.0


@dataclass
class Noticed:
    """``failing``: why nothing could be tried. ``by``: the test that noticed, by the wrong's place
    in the list. ``first``: the tests that enter the module, those likely to notice first."""

    failing: str | None = None
    by: dict[int, str] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)


Drawn = Sequence[tuple[Module, Sequence[Mutant]]]
"""Modules that the same tests answer for, each with its wrongs."""


def noticed(
    drawn: Drawn, folder: Path, broker: Broker | None = None
) -> Iterator[tuple[Module, Noticed]]:
    """Below ``folder``: ``log``, of the last trial, and what the processes tell each other. What
    is done with one module is done before the next is begun."""
    told, tell = os.pipe()
    goes_on, go_on = os.pipe()
    child = os.fork()
    if child == 0:
        lead_a_process(folder / "log", cpu=3600)
        trials = _Trials(drawn, folder, tell, goes_on)
        end_with_tests(drawn[0][0].arguments, trials, broker)
    os.close(tell)
    os.close(goes_on)
    with os.fdopen(told) as lines:
        left = dict(drawn)
        for (module, _), line in zip(drawn, lines, strict=False):
            left.pop(module)
            kept = json.loads(line)
            by = {int(number): test for number, test in kept["by"].items()}
            yield module, Noticed(kept["failing"], by, kept["first"])
            os.write(go_on, b".")
    os.close(go_on)
    ended_well(child)
    for module in left:
        yield module, Noticed(failing=f"its tests ended: {_why(folder)}")


class _Trials:
    """A plugin. Its own process collects the tests; its children run them."""

    def __init__(self, drawn: Drawn, folder: Path, tell: int, goes_on: int) -> None:
        self._drawn = drawn
        self._folder = folder
        self._tell = tell
        self._goes_on = goes_on
        self._watch: _Watch | None = None
        self._passed = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """None in a child: pytest goes on as ever, with the tests that are left."""
        if self._in_child(ALL_TESTS_CPU, ALL_TESTS):
            self._watch = _Watch([module.path for module, _ in self._drawn])
            return None
        failing = None if self._passed else f"{self._failure()}: {_why(self._folder)}"
        ran: Ran = json.loads((self._folder / "ran.json").read_text()) if self._passed else {}
        items = {item.nodeid: item for item in session.items}
        for module, wrongs in self._drawn:
            told, kills = Noticed(failing), Counter[str]()
            for number, wrong in enumerate(wrongs):
                chosen = _in_order(ran, kills, f"{module.path}:{wrong.function}")
                if not chosen:
                    continue
                if self._in_child(CPU_LIMIT, LIMIT):
                    session.items[:] = [items[test] for test in chosen]
                    _put_in(wrong, module.path)
                    return None
                if not self._passed:
                    told.by[number] = self._failure()
                    kills[told.by[number]] += 1
            told.first = _in_order(ran, kills, f"{module.path}:")
            os.write(self._tell, json.dumps(told.__dict__).encode() + b"\n")
            os.read(self._goes_on, 1)
        return True

    def _in_child(self, cpu: int, limit: float) -> bool:
        """The parent comes back when the child has ended."""
        (self._folder / "failure").unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            lead_a_process(self._folder / "log", cpu)
            return True
        self._passed = ended_well(child, limit)
        return False

    def _failure(self) -> str:
        """The test that failed; a process that ends or hangs tells of none."""
        told = self._folder / "failure"
        return told.read_text() if told.exists() else "ended or hung"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._watch is None:
            return (yield)
        with self._watch.during(item.nodeid):
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            (self._folder / "failure").write_text(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self._watch is not None:
            (self._folder / "ran.json").write_text(json.dumps(self._watch.ran))


def _why(folder: Path) -> str:
    """What the last test said of it."""
    told = [line for line in (folder / "log").read_text().splitlines() if line[:2] == "E "]
    return told[0][1:].strip() if told else "nothing was told"


Ran = Mapping[str, Mapping[str, Any]]
"""By test: the functions it entered, as ``path:name``, and the seconds it took."""


def _in_order(ran: Ran, kills: Mapping[str, int], entered: str) -> list[str]:
    """The tests that entered a function, or any of a module, those likely to notice first."""
    some = [test for test, one in ran.items() if any(f.startswith(entered) for f in one["of"])]
    return sorted(some, key=lambda test: (-kills.get(test, 0), ran[test]["took"]))


class _Watch:
    """Which functions of some files each test enters."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.ran: dict[str, dict[str, Any]] = {}
        self._paths = {str(Path(path).resolve()): path for path in paths}
        self._entered = set[str]()
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        if path := self._paths.get(code.co_filename):
            self._entered.add(f"{path}:{_outermost(code)}")

    @contextmanager
    def during(self, test: str) -> Iterator[None]:
        self._entered.clear()
        began = time.monotonic()
        yield
        took = round(time.monotonic() - began, 3)
        self.ran[test] = {"of": sorted(self._entered), "took": took}


def _outermost(code: CodeType) -> str:
    return code.co_qualname.partition(".<locals>")[0]


def _put_in(wrong: Mutant, path: str) -> None:
    """Whoever holds the function, decorated or imported by name, has its new code."""
    live = [
        one
        for one in gc.get_objects()
        if type(one) is FunctionType
        and one.__code__.co_filename.endswith(path)
        and _outermost(one.__code__) == wrong.function
    ]
    file = live[0].__code__.co_filename
    made = {(c.co_qualname, c.co_firstlineno): c for c in _codes(compile(wrong.code, file, "exec"))}
    for one in live:
        one.__code__ = made[one.__code__.co_qualname, one.__code__.co_firstlineno]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)
