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

from scripts.mutation.modules import Module
from scripts.mutation.mutants import Mutant
from scripts.mutation.trial import CPU_LIMIT, LIMIT, end_with_tests, ended_well, lead_a_process

ALL_TESTS_CPU = 300
"""Seconds of processor for all tests of a module once, watched."""
ALL_TESTS = 1800.0


@dataclass
class Noticed:
    """``failing``: why nothing could be tried. ``by``: the test that noticed, by the wrong's place
    in the list. ``first``: all tests, those likely to notice first."""

    failing: str | None = None
    by: dict[int, str] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)


def noticed(module: Module, wrongs: Sequence[Mutant], folder: Path) -> Noticed:
    """Below ``folder``: ``log``, of the last trial, and what the processes tell each other."""
    told = folder / "told.json"
    told.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        lead_a_process(folder / "log", cpu=3600)
        end_with_tests(module.arguments, _Trials(module, wrongs, folder))
    ended_well(child, ALL_TESTS + LIMIT * len(wrongs))
    if not told.exists():
        return Noticed(failing=f"ended before its tests were collected: see {folder}/log")
    kept = json.loads(told.read_text())
    by = {int(number): test for number, test in kept["by"].items()}
    return Noticed(kept["failing"], by, kept["first"])


class _Trials:
    """A plugin. Its own process collects the tests; its children run them."""

    def __init__(self, module: Module, wrongs: Sequence[Mutant], folder: Path) -> None:
        self._module = module
        self._wrongs = wrongs
        self._folder = folder
        self._watch: _Watch | None = None
        self._passed = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """None in a child: pytest goes on as ever, with the tests that are left."""
        if self._in_child(ALL_TESTS_CPU, ALL_TESTS):
            self._watch = _Watch(self._module.path)
            return None
        told = Noticed(failing=None if self._passed else f"{self._failure()}: {self._why()}")
        ran: Ran = json.loads((self._folder / "ran.json").read_text()) if self._passed else {}
        items = {item.nodeid: item for item in session.items}
        kills: Counter[str] = Counter()
        for number, wrong in enumerate(self._wrongs):
            chosen = _in_order(
                {t: one for t, one in ran.items() if wrong.function in one["of"]}, kills
            )
            if not chosen:
                continue
            if self._in_child(CPU_LIMIT, LIMIT):
                session.items[:] = [items[test] for test in chosen]
                _put_in(wrong, self._module.path)
                return None
            if not self._passed:
                told.by[number] = self._failure()
                kills[told.by[number]] += 1
        told.first = _in_order(ran, kills)
        (self._folder / "told.json").write_text(json.dumps(told.__dict__))
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

    def _why(self) -> str:
        """What the last test said of it."""
        told = [
            line for line in (self._folder / "log").read_text().splitlines() if line[:2] == "E "
        ]
        return told[0][1:].strip() if told else "nothing was told"

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


Ran = Mapping[str, Mapping[str, Any]]
"""By test: the functions of the module it entered, and the seconds it took."""


def _in_order(ran: Ran, kills: Mapping[str, int]) -> list[str]:
    return sorted(ran, key=lambda test: (-kills.get(test, 0), ran[test]["took"]))


class _Watch:
    """Which functions of a file each test enters."""

    def __init__(self, path: str) -> None:
        self.ran: dict[str, dict[str, Any]] = {}
        self._path = path
        self._entered = set[str]()
        threading.settrace(self._called)
        sys.settrace(self._called)

    def _called(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        if code.co_filename.endswith(self._path):
            self._entered.add(_outermost(code))

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
