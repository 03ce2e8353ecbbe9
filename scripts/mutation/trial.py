"""One wrong against the tests of its module, imported anew in a process forked from one that has
the libraries: for what runs at import, and for the last word on what nobody noticed."""

import ast
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scripts.machine.rabbitmq import Broker
from scripts.mutation.modules import Module
from scripts.mutation.mutants import Mutant

CPU_LIMIT = 120
LIMIT = 300.0
"""Seconds: a mutant that hangs is one that was noticed. The second is of the clock, for one that
waits; other work on the machine must not be taken for that."""
POLL = 0.02
OURS = {"services", "shared", "tests"}
SERVERS = {"amqp_uri", "broker", "postgres"}
"""Fixtures."""
OPTIONS = (
    "-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # the libraries are imported already
    "-W", "ignore:Using fork:DeprecationWarning",  # eventlet: nothing of it runs across the fork
)  # fmt: skip


class _Mutated(MetaPathFinder, Loader):
    """Gives one module another code."""

    def __init__(self, name: str, code: ast.Module) -> None:
        self._name = name
        self._code = code

    def find_spec(self, name: str, path: Any, _target: Any = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(name, path) if name == self._name else None
        if found is None:
            return None
        found.loader = self
        return found

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._code, str(module.__file__), "exec"), module.__dict__)  # noqa: S102 - the mutant


class _Servers:
    """A plugin: the broker that all trials share, if there is one, as the tests' own fixtures give
    it. Tests that need another server are left out, which no conftest at hand starts."""

    def __init__(self, broker: Broker | None) -> None:
        self._broker = broker
        self._missing = SERVERS - ({"amqp_uri", "broker"} if broker else set())

    @pytest.fixture
    def broker(self) -> Broker | None:
        return self._broker

    @pytest.fixture
    def amqp_uri(self, broker: Broker) -> str:
        return broker.uri(broker.new_vhost())

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        missing = self._missing
        items[:] = [item for item in items if not missing & {*getattr(item, "fixturenames", ())}]


class _Ordered:
    """A plugin: these tests come first. ``alone``: no other can notice."""

    def __init__(self, first: Sequence[str], alone: bool) -> None:
        self._rank = {test: rank for rank, test in enumerate(first)}
        self._alone = alone and bool(first)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._rank.get(item.nodeid, len(self._rank)))
        if self._alone:
            items[:] = [item for item in items if item.nodeid in self._rank]


def passes(
    module: Module, wrong: Mutant, first: Sequence[str], log: Path, broker: Broker | None = None
) -> bool:
    """Whether nobody noticed. ``first``: the tests that enter the module. The output of the tests
    is left in ``log``."""
    child = os.fork()
    if child == 0:
        lead_a_process(log)
        for ours in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[ours]  # where it is tried among other tests, they are imported already
        sys.meta_path.insert(0, _Mutated(module.name, wrong.code))
        end_with_tests(module.arguments, _Ordered(first, wrong.function is not None), broker)
    return ended_well(child)


def ended_well(child: int, limit: float = LIMIT) -> bool:
    """Of a process that leads its group; it is killed with all it started at the limit."""
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(POLL)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def lead_a_process(log: Path, cpu: int = CPU_LIMIT) -> None:
    """Of a child: a group of its own, a limit of its own, its output in ``log``."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)


def end_with_tests(tests: Sequence[str], plugin: object, broker: Broker | None) -> None:
    """Never returns."""
    try:
        ended = int(pytest.main([*OPTIONS, *tests], plugins=[_Servers(broker), plugin]))
    except BaseException:  # noqa: BLE001 - whatever a mutant does is not ours
        ended = 1
    os._exit(ended)
