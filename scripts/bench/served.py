"""What people and services do, at rates that rise until one is not kept."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Self

from scripts.bench import evidence, journeys
from scripts.bench.journeys import SETTINGS, Place
from scripts.bench.ladder import Ladder, Load, Progress
from scripts.bench.load import Told, elsewhere
from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.deployment import Deployment, running_carnet

DEPOSITS = (5.0, 10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 120.0)
OPENINGS = (10.0, 20.0, 50.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0)
DECISIONS = (10.0, 25.0, 50.0, 100.0, 200.0)
JOURNALLED = (5.0, 20.0, 30.0, 50.0)
"""Deposits a second while their lines in the journal are looked for, as far as they are kept."""
LOOKED = 10.0
"""Seconds of it, and of decisions."""
TO_OPEN = 100
"""Documents there are to open."""


class Journey(StrEnum):
    DECISIONS = "decisions"
    DEPOSITS = "deposits"
    OPENINGS = "openings"


LOADS: dict[Journey, tuple[Load, tuple[float, ...]]] = {
    Journey.DECISIONS: (journeys.deciding, DECISIONS),
    Journey.DEPOSITS: (journeys.depositing, DEPOSITS),
    Journey.OPENINGS: (journeys.opening, OPENINGS),
}


@dataclass(frozen=True)
class Served:
    """A Carnet with people and documents. ``behind``: as :class:`Ladder` has it; ``raw``: the
    folder for what each rung saw."""

    place: Place
    store: str
    behind: Callable[[], float]
    raw: Path
    progress: Progress

    @classmethod
    def by(cls, carnet: Deployment, store: str, home: Path, progress: Progress) -> Self:
        stores = open_evidence(Where(settings=carnet.place.settings())).stores
        place = Place.of(carnet)
        with progress(f"{journeys.PEOPLE} records, {TO_OPEN} documents"):
            place = replace(place, records=elsewhere(journeys.records, place))
            place = replace(place, documents=elsewhere(journeys.documents, place, TO_OPEN))
        return cls(place, store, partial(evidence.behind, stores), home / "raw", progress)

    def reached(self, name: str, load: Load, rates: tuple[float, ...], seconds: float) -> Told:
        """The highest of these rates that is kept for so long."""
        ladder = Ladder(f"{name}-{self.store}", load, rates, seconds, self.behind, self.raw)
        return ladder.climb(self.place, self.progress)


def served(by: Served, seconds: float) -> dict[str, float]:
    """The figures of what people and services do, but for those that were not reached at all."""
    told = by.reached("decisions", *LOADS[Journey.DECISIONS], LOOKED)
    found = {"decide_rpc_rate": told.rate, "decide_rpc_p95": told.percentile(0.95)}
    told = by.reached("deposits", *LOADS[Journey.DEPOSITS], seconds)
    found["deposit_50kb_sustained"] = told.sustained
    found["deposit_p50"], found["deposit_p95"] = told.percentile(0.5), told.percentile(0.95)
    rates = tuple(rate for rate in JOURNALLED if rate <= max(told.wanted, JOURNALLED[0]))
    told = by.reached("openings", *LOADS[Journey.OPENINGS], seconds)
    found["open_50kb_sustained"], found["open_p95"] = told.sustained, told.percentile(0.95)
    told = by.reached("journal", journeys.journalling, rates, LOOKED)
    found["event_to_journal_p95"], found["event_to_journal_rate"] = told.percentile(0.95), told.rate
    return {name: figure for name, figure in found.items() if isfinite(figure)}


def alone(journey: Journey, home: Path, seconds: float, progress: Progress) -> Told:
    """One journey by itself, on SQLite."""
    place = home / f"carnet-{journey}"
    shutil.rmtree(place, ignore_errors=True)
    with running_carnet(place, progress, SETTINGS) as carnet:
        there = Served.by(carnet, "sqlite-alone", home, progress)
        return there.reached(journey, *LOADS[journey], seconds)
