"""The whole bench, in its order: parts alone, an auditor's work, Carnet on both stores."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from types import MappingProxyType
from typing import Any

from scripts.bench import auditing, bare, decisions, evidence, hops, importing, measures
from scripts.bench import yardsticks as y
from scripts.bench.journeys import SETTINGS, Place
from scripts.bench.ladder import Progress
from scripts.bench.load import elsewhere
from scripts.bench.record import large_record
from scripts.bench.results import Results
from scripts.bench.served import Served, served
from scripts.cli.deployment import Deployment, running_carnet
from scripts.cli.processes import ROOT, SERVICES
from scripts.machine.postgresql import running_database

SHORT, LONG = 15.0, 120.0
"""Seconds that the highest rate is kept for."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def measure(results: Results, seconds: float, progress: Progress) -> None:
    """What was measured is written after each part: a part that fails loses no other."""
    figures = results.figures
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "saves": lambda: {"saves": elsewhere(measures.saves_on_sqlite)},
        "saves of the library alone": lambda: {"eventsourcing_saves": elsewhere(bare.saves)},
        "sealing": lambda: elsewhere(measures.sealing),
        "Cedar alone": lambda: elsewhere(bare.cedar),
        "pymerkle alone": lambda: {"pymerkle_leaves": elsewhere(bare.merkle)},
        "decisions in process": lambda: elsewhere(decisions.in_process),
        "a record of 10,000 documents": lambda: elsewhere(large_record),
        f"a log of {auditing.EVENTS:,} events": lambda: elsewhere(auditing.of_a_large_log),
        "a read model built anew": lambda: elsewhere(auditing.of_a_read_model),
    }
    for name, part in parts.items():
        with progress(name):
            figures.update(part())
        results.write()
    _on_sqlite(results, seconds, progress)
    results.write()
    with progress("the demo, warm"):
        figures["demo_seconds_warm"] = demo()
    results.write()
    _on_postgresql(results, seconds, progress)


def _on_sqlite(results: Results, seconds: float, progress: Progress) -> None:
    home, figures = results.home / "carnet", results.figures
    shutil.rmtree(home, ignore_errors=True)
    with running_carnet(home, progress, SETTINGS) as carnet:
        place = Place.of(carnet)
        _hops(place, figures, progress)
        with progress("objects alone"):
            figures.update(bare.objects(carnet.objects))
        figures.update(served(Served.by(carnet, "sqlite", results.home, progress), seconds))
        with progress("import of the directory"):
            figures["import_directory_lines"] = elsewhere(importing.lines, place)
        sizes = evidence.resident(carnet)
        figures["rss_mb_per_process"] = max(sizes.values())
        figures["rss_mb_total"] = sum(sizes.values())
        figures["rss_mb"] = sizes
        with progress("the auditor, on what it left"):
            figures.update(elsewhere(audited, home))


def audited(home: Any) -> dict[str, float]:
    return auditing.of_what_runs(Deployment(home))


def _on_postgresql(results: Results, seconds: float, progress: Progress) -> None:
    home = results.home / "carnet-postgresql"
    shutil.rmtree(home, ignore_errors=True)
    with running_database(durable=True) as database:
        for service in SERVICES:
            database.new_database(service)
        settings = SETTINGS | {"CARNET_POSTGRES_DSN": database.dsn("{service}")}
        with running_carnet(home, progress, settings) as carnet:
            there = Served.by(carnet, "postgresql", results.home, progress)
            results.figures["postgresql"] = served(there, seconds)


def _hops(place: Place, figures: dict[str, Any], progress: Progress) -> None:
    """The same hop in every way, close together in time."""
    ways: dict[str, tuple[Callable[..., float], object]] = {
        "rpc_raw_amqp_sequential": (y.raw_sequential, place.amqp_uri),
        "rpc_sequential": (hops.echo_sequential, place),
        "rpc_directory_sequential": (hops.directory_sequential, place),
        "rpc_stock_nameko_sequential": (y.stock_sequential, place.amqp_uri),
        "rpc_faststream_sequential": (y.faststream_sequential, place.amqp_uri),
        "rpc_stock_nameko_concurrent16": (y.stock_concurrent, place.amqp_uri),
        "rpc_concurrent16": (hops.echo_concurrent, place),
        "rpc_directory_concurrent16": (hops.directory_concurrent, place),
        "rpc_faststream_concurrent16": (y.faststream_concurrent, place.amqp_uri),
    }
    for name, (hop, where) in ways.items():
        with progress(name):
            figures[name] = elsewhere(hop, where)


def demo() -> float:
    """Seconds of ``make demo`` once everything is installed."""
    began = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "scripts.demo"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return perf_counter() - began
