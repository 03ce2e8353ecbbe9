"""The whole bench, in its order: parts alone, an auditor's work, Carnet on both stores."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from math import isfinite
from time import perf_counter
from types import MappingProxyType
from typing import Any

from scripts.bench import auditing, bare, decisions, evidence, hops, importing, journeys, measures
from scripts.bench import yardsticks as y
from scripts.bench.journeys import SETTINGS, Place
from scripts.bench.ladder import Ladder, Progress
from scripts.bench.load import elsewhere
from scripts.bench.record import large_record
from scripts.bench.results import Results
from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.deployment import Deployment, running_carnet
from scripts.cli.processes import ROOT, SERVICES
from scripts.machine.postgresql import running_database

SHORT, LONG = 15.0, 120.0
"""Seconds that the highest rate is kept for."""
DEPOSITS = (5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 120.0)
OPENINGS = (10.0, 20.0, 50.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0)
DECISIONS = (10.0, 25.0, 50.0, 100.0, 200.0)
JOURNALLED = (5.0, 20.0, 30.0, 50.0)
"""Deposits a second while their lines in the journal are looked for, as far as they are kept."""
LOOKED = 10.0
"""Seconds of it, and of decisions."""
TO_OPEN = 100
"""Documents there are to open."""
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
        figures.update(_journeys(carnet, "sqlite", results, seconds, progress))
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
            results.figures["postgresql"] = _journeys(
                carnet, "postgresql", results, seconds, progress
            )


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


def _journeys(
    carnet: Deployment, store: str, results: Results, seconds: float, progress: Progress
) -> dict[str, Any]:
    """What people and services do, on one kind of store."""
    place, raw, found = Place.of(carnet), results.home / "raw", {}
    stores = open_evidence(Where(settings=carnet.place.settings())).stores
    behind = partial(evidence.behind, stores)

    def reached(name: str, load: Any, rates: tuple[float, ...], kept: float) -> Any:
        return Ladder(f"{name}-{store}", load, rates, kept, behind, raw).climb(place, progress)

    with progress(f"{journeys.PEOPLE} records, {TO_OPEN} documents"):
        place = replace(place, records=elsewhere(journeys.records, place))
        place = replace(place, documents=elsewhere(journeys.documents, place, TO_OPEN))
    told = reached("decisions", journeys.deciding, DECISIONS, LOOKED)
    found["decide_rpc_rate"], found["decide_rpc_p95"] = told.rate, told.percentile(0.95)
    told = reached("deposits", journeys.depositing, DEPOSITS, seconds)
    found["deposit_50kb_sustained"] = told.sustained
    found["deposit_p50"], found["deposit_p95"] = told.percentile(0.5), told.percentile(0.95)
    rates = tuple(rate for rate in JOURNALLED if rate <= max(told.wanted, JOURNALLED[0]))
    told = reached("openings", journeys.opening, OPENINGS, seconds)
    found["open_50kb_sustained"], found["open_p95"] = told.sustained, told.percentile(0.95)
    told = reached("journal", journeys.journalling, rates, LOOKED)
    found["event_to_journal_p95"], found["event_to_journal_rate"] = told.percentile(0.95), told.rate
    return {name: figure for name, figure in found.items() if isfinite(figure)}


def demo() -> float:
    """Seconds of ``make demo`` once everything is installed."""
    began = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "scripts.demo"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return perf_counter() - began
