"""Start services in one process: ``python -m services vault.rpc access.rpc``."""

import shared.rpc.green  # noqa: F401, I001 - before anything else: it patches

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.runners import ServiceRunner

from shared.kernel.common import CommonSettings
from shared.kernel.garbage import give_back, leave_what_stays
from shared.kernel.hosting import require_declared
from shared.kernel.settings import read_settings
from shared.rpc.settings import RpcSettings
from shared.telemetry.health import HealthServer, health
from shared.telemetry.logs import described, log, set_up_logs
from shared.telemetry.settings import TelemetrySettings
from shared.telemetry.starting import NotStarted
from shared.telemetry.traces import set_up_traces

BETWEEN_GIVING_BACK = 30.0
"""Seconds."""
EPILOG = """\
A name is <service>.<entrypoint>: the file services/<service>/entrypoints/<entrypoint>.py.
  rpc      answers the calls of services/<service>/contract.py
  project  feeds the read models and publishes the log's events
  follow   applies other services' events
  timers   does what time does

Settings come from the environment only (CARNET_*): see shared/kernel/common.py. With
CARNET_HTTP_PORT set, /live, /ready and /metrics are served there. SIGTERM and Ctrl-C let
the calls under way finish. Exit codes: 0 stopped as told, 1 died or refused its settings,
69 a store that it needs from the start is out of reach (the line not_started says which).

example: python -m services access.rpc access.project access.follow
"""


def main(arguments: Sequence[str]) -> int:
    names = _arguments(arguments)
    for name in names:
        if getattr(_module(name), "ALONE", False):
            return _alone(name, names)
    return run({name: _module(name).SERVICE for name in names})


def run(services: Mapping[str, type]) -> int:
    """Start these nameko services, stay until told to stop, and say how it ended (0: well)."""
    settings = CommonSettings.read(os.environ)
    rpc = read_settings(RpcSettings, os.environ, section="rpc")
    telemetry = read_settings(TelemetrySettings, os.environ, section="telemetry")
    if settings.production:
        endpoint = {"CARNET_TELEMETRY_OTLP_ENDPOINT": telemetry.otlp_endpoint}
        require_declared(endpoint, frozenset(settings.hosting_places))
    set_up_logs(settings.log_level)
    set_up_traces(" ".join(services), telemetry.otlp_endpoint)
    runner = ServiceRunner({"AMQP_URI": settings.amqp_uri, "max_workers": rpc.workers})
    for name, declared in services.items():
        # The runner tells containers apart by name; the wire's names are not taken from it.
        runner.add_service(type(declared.__name__, (declared,), {"name": name}))
    if settings.http_port is None:
        return _stay(runner)
    http = HealthServer(settings.http_port, telemetry.http_host).start()
    try:
        return _stay(runner)
    finally:
        http.stop()


def _arguments(arguments: Sequence[str]) -> list[str]:
    parser = argparse.ArgumentParser(
        prog="python -m services",
        description="Start services of Carnet in one process and stay until told to stop.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="SERVICE.ENTRYPOINT", help="what to start")
    names: list[str] = parser.parse_args(arguments).names
    for name in names:
        if name not in available():
            parser.error(f"{name} is not one of: {', '.join(available())}")
    if len(set(names)) < len(names):
        parser.error("each entrypoint is named once")
    return names


def available() -> list[str]:
    """Every entrypoint there is, as ``service.entrypoint``."""
    files = Path(__file__).parent.glob("*/entrypoints/*.py")
    return sorted(f"{f.parent.parent.name}.{f.stem}" for f in files if f.stem != "__init__")


def _module(name: str) -> Any:
    service, _, entrypoint = name.partition(".")
    return importlib.import_module(f"services.{service}.entrypoints.{entrypoint}")


def _alone(name: str, names: Sequence[str]) -> int:
    """What does not run on eventlet: this process becomes an interpreter that never patched."""
    if len(names) > 1:
        raise SystemExit(f"carnet: {name} runs in a process of its own")
    os.execv(sys.executable, [sys.executable, "-m", _module(name).__name__])  # noqa: S606 - ourselves


def _stay(runner: ServiceRunner) -> int:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _tell(stop, 0))
    names = sorted(runner.service_names)
    health.add("start", lambda: "still starting")
    try:
        runner.start()
    except NotStarted as ended:
        return ended.code
    health.remove("start")
    leave_what_stays()
    eventlet.spawn(_watch, runner, stop)
    log.info("started", services=names)
    while (code := stop.wait(timeout=BETWEEN_GIVING_BACK)) is None:
        give_back()
    runner.stop()
    log.info("stopped", services=names)
    return int(code)


def _watch(runner: ServiceRunner, stop: Event) -> None:
    """nameko ends a container when its own machinery fails: the whole process goes with it."""
    try:
        runner.wait()
    except Exception as error:  # noqa: BLE001 - whatever ended it, we end too and say so
        log.error("died", **described(error))
        _tell(stop, 1)


def _tell(stop: Event, code: int) -> None:
    if not stop.ready():
        stop.send(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
