"""Half of what was reached, for long: memory flat, lag bounded, nothing acknowledged is lost."""

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import linear_regression
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

from scripts.bench import evidence, journeys
from scripts.bench.journeys import SETTINGS, Place, depositor
from scripts.bench.ladder import Progress
from scripts.bench.load import Told, elsewhere, open_loop
from scripts.cli.audit_evidence import Evidence, Where, open_evidence
from scripts.cli.deployment import Deployment, running_carnet
from shared.rpc.client import RpcClient

SHARE = 0.25
"""Of the highest rate of deposits, and of the highest rate of openings, at the same time: half of
what the machine carries."""
LOOK = 5.0
"""Seconds between two looks at memory and lag."""
GROWTH = 0.5
"""MB a minute that a process may grow by in the second half, when all it keeps is there."""
BEHIND = 60.0
"""Seconds of events that may wait for the transparency log: after as many, openings are refused
(``CARNET_AUDIT_LAG_MAX_S``)."""

Look = dict[str, Any]


class Unsteady(Exception):
    """Something was lost, grew or fell behind; says what."""


def soak(home: Path, minutes: float, progress: Progress) -> dict[str, Any]:
    """Load and looks, written to ``soak.json``. Raise :class:`Unsteady` unless every acknowledged
    deposit is in the vault's log, the transparency log holds and verifies all, no process grew by
    more than :data:`GROWTH`, and no more than :data:`BEHIND` ever waited."""
    reached = json.loads((home / "latest.json").read_text())
    deposits = max(1.0, reached["deposit_50kb_sustained"] * SHARE)
    openings = max(1.0, reached["open_50kb_sustained"] * SHARE)
    shutil.rmtree(home / "carnet-soak", ignore_errors=True)
    with running_carnet(home / "carnet-soak", progress, SETTINGS) as carnet:
        place = Place.of(carnet)
        with progress("records and documents"):
            place = replace(place, records=elsewhere(journeys.records, place))
            place = replace(place, documents=elsewhere(journeys.documents, place, 50))
        where = Where(settings=carnet.place.settings())
        began = monotonic()
        with (
            progress(f"{minutes:g} minutes, {deposits:.1f} deposits/s, {openings:.1f} openings/s"),
            ThreadPoolExecutor(2) as pool,
        ):
            loads: list[Future[Any]] = [
                pool.submit(elsewhere, acknowledged, place, deposits, minutes * 60),
                pool.submit(elsewhere, journeys.opening, place, openings, minutes * 60),
            ]
            looks = _looks(carnet, open_evidence(where), loads, began)
        (deposited, ids), opened = (load.result() for load in loads)
        with progress("counted"):
            found = _counted(where, ids)
    told = {
        "minutes": minutes,
        "deposits": _said(deposited),
        "openings": _said(opened),
        **found,
        "looks": looks,
    }
    (home / "soak.json").write_text(json.dumps(told, indent=1) + "\n")
    if wrong := [*found["wrong"], *unsteady(looks)]:
        raise Unsteady("; ".join(wrong))
    return {name: value for name, value in told.items() if name != "looks"}


def acknowledged(place: Place, rate: float, seconds: float) -> tuple[Told, list[str]]:
    """Deposits, and the ids of those that were answered, while it warmed up too."""
    ids: list[str] = []
    with RpcClient(place.amqp_uri) as rpc:
        deposit = depositor(place, rpc, uuid4())
        told = open_loop(rate, seconds, lambda n: ids.append(deposit(n)["document_id"]))
    return told, ids


def unsteady(looks: Sequence[Look]) -> list[str]:
    """What grew, and how far behind the log was, in a sentence each; none of a good run."""
    half = looks[len(looks) // 2 :]
    minutes = [look["seconds"] / 60 for look in half]
    grew = {
        name: linear_regression(minutes, [look["rss_mb"][name] for look in half]).slope
        for name in half[0]["rss_mb"]
    }
    first, last = looks[0], looks[-1]
    rate = (last["events"] - first["events"]) / (last["seconds"] - first["seconds"])
    lag = max(look["lag"] for look in looks)
    return [
        *(f"{name} grew by {mb:.2f} MB a minute" for name, mb in grew.items() if mb > GROWTH),
        *([f"{lag} events waited, {lag / rate:.0f} s of them"] if lag > rate * BEHIND else []),
    ]


def _looks(
    carnet: Deployment, there: Evidence, loads: Sequence[Future[Any]], began: float
) -> list[Look]:
    """Seconds since it began, MB by process, events there are, and those of them that the
    transparency log does not hold yet."""
    looks = []
    while not all(load.done() for load in loads):
        heads, appended = there.stores.heads(), there.stores.appended()
        looks.append(
            {
                "seconds": monotonic() - began,
                "rss_mb": evidence.resident(carnet),
                "events": sum(heads.values()),
                "lag": sum(max(0, head - appended.get(name, 0)) for name, head in heads.items()),
            }
        )
        sleep(LOOK)
    return looks


def _counted(where: Where, ids: Sequence[str]) -> dict[str, Any]:
    there = open_evidence(where)
    stored = {row.originator_id for row in there.stores.rows("vault")}
    lost = [one for one in ids if str(UUID(one)) not in stored]
    report = there.verify()
    wrong = [f"{len(lost)} of {len(ids)} acknowledged deposits are not there"] if lost else []
    if not report.log_verified:
        wrong.append(f"the log does not verify: {dict(report.found)}")
    return {
        "acknowledged": len(ids),
        "lost": len(lost),
        "verified_leaves": report.log_size,
        "wrong": wrong,
    }


def _said(told: Told) -> dict[str, Any]:
    return {name: value for name, value in told.to_json().items() if name != "hdr"}
