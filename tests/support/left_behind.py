"""Searches what a whole run left for others to read; one finding fails the run.

Processes keep their logs below the run's temporary folder; what they and the tests count is put
there too, and what tests themselves log comes with their reports. With `pytest-xdist` the workers
collect, and the controller searches once, at the end.
"""

import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from scripts.machine.kept import Kept
from tests.trust.privacy import findings, logged_in, planted, read_by_others

FOUND = pytest.StashKey[list[str]]()
LOGGED = pytest.StashKey[list[tuple[str, str]]]()


def keep_metrics(patch: pytest.MonkeyPatch) -> None:
    """Those of each process of the services, before it is stopped."""
    ports: dict[Path, str] = {}
    start, stop = Kept.start, Kept.stop

    def started(kept: Kept, *how: Any, environ: Mapping[str, str], **more: Any) -> None:
        start(kept, *how, environ=environ, **more)
        if port := environ.get("CARNET_HTTP_PORT"):
            ports[kept.log_file] = port

    def stopped(kept: Kept, **how: Any) -> None:
        port = ports.pop(kept.log_file, None)
        if port and kept.running():
            with suppress(OSError):  # it never got so far as to answer
                address = f"http://127.0.0.1:{port}/metrics"
                with urllib.request.urlopen(address, timeout=5) as told:
                    kept.log_file.with_suffix(".metrics").write_bytes(told.read())
        stop(kept, **how)

    patch.setattr(Kept, "start", started)
    patch.setattr(Kept, "stop", stopped)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LOGGED] = []
    config.stash[FOUND] = []
    patch = pytest.MonkeyPatch()
    keep_metrics(patch)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    left: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # has no public name
    (left / "tests.metrics").write_bytes(generate_latest())
    if hasattr(config, "workerinput"):
        return
    texts = (*config.stash[LOGGED], *read_by_others(left))
    config.stash[FOUND] = list(findings(texts, planted()))
    if config.stash[FOUND]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Reports:
    """What tests log, with their reports."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if logged := logged_in(report.sections):
            self._config.stash[LOGGED].append((f"{report.nodeid}.log", logged))


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(Reports(session.config))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if found := config.stash[FOUND]:
        terminalreporter.section("said of somebody, for others to read", red=True)
        for finding in found:
            terminalreporter.write_line(finding)
