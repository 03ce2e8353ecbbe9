"""``make bench``: what our guarantees cost, and what a kept connection gains."""

import shutil
from collections.abc import Callable
from dataclasses import replace

import typer
from rich.table import Table

from scripts.bench import decisions, evidence, journeys, yardsticks
from scripts.bench.journeys import Place, highest
from scripts.bench.load import elsewhere
from scripts.bench.measures import Measure, calling, saving, sealing
from scripts.bench.results import Results
from scripts.cli.deployment import Deployment, running_carnet
from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end, out, step
from scripts.machine.kept import DidNotStart, NotInstalled

HOME = ROOT / "var" / "bench"


def main() -> None:
    """Measure on private servers and print a table; every line compares two ways in one run.

    Figures of two machines, or of two days, say nothing of one another; ratios do.
    """
    shutil.rmtree(HOME / "carnet", ignore_errors=True)
    results = Results()
    try:
        with step("saving"):
            measures = [saving()]
        with step("sealing"):
            measures.append(sealing())
        with running_carnet(HOME / "carnet", step) as carnet:
            with step("calling"):
                measures.append(calling(carnet.broker.uri(), carnet.place.issuer))
            _measure(carnet, results.figures)
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except DidNotStart as failed:
        end(Exit.REFUSED, str(failed))
    results.write(HOME / "latest.json")
    out.print(_table(measures))
    out.print(results.table())
    out.print(f"The figures are in {HOME / 'latest.json'}.")


def _measure(carnet: Deployment, figures: dict[str, float]) -> None:
    place = Place.of(carnet)
    hops: dict[str, tuple[Callable[..., float], object]] = {
        "rpc_raw_amqp_sequential": (yardsticks.raw_sequential, place.amqp_uri),
        "rpc_sequential": (journeys.rpc_sequential, place),
        "rpc_stock_nameko_sequential": (yardsticks.stock_sequential, place.amqp_uri),
        "rpc_stock_nameko_concurrent16": (yardsticks.stock_concurrent, place.amqp_uri),
        "rpc_concurrent16": (journeys.rpc_concurrent, place),
    }
    for name, (hop, where) in hops.items():
        with step(name):
            figures[name] = elsewhere(hop, where)
    with step(f"{journeys.PEOPLE} records"):
        place = replace(place, records=elsewhere(journeys.records, place))
    with step("decide"):
        figures.update(elsewhere(decisions.in_process))
        figures["decide_rpc"] = elsewhere(decisions.over_rpc, place)
    told, documents = highest(place, journeys.depositing, step)
    figures["deposit_50kb_sustained"] = told.rate
    figures["deposit_p50"], figures["deposit_p95"] = told.percentile(0.5), told.percentile(0.95)
    place = replace(place, documents=tuple(documents))
    told, _ = highest(place, journeys.opening, step)
    figures["open_50kb_sustained"], figures["open_p95"] = told.rate, told.percentile(0.95)
    with step("event_to_journal_p95"):
        figures["event_to_journal_p95"] = sorted(elsewhere(journeys.event_to_journal, place))[-2]
    sizes = evidence.resident(carnet)
    figures["rss_mb_per_process"], figures["rss_mb_total"] = (
        max(sizes.values()),
        sum(sizes.values()),
    )
    with step("verify_leaves"):
        figures["verify_leaves"] = evidence.verified(carnet)
    with step("redecide"):
        figures["redecide"] = evidence.redecided(carnet)


def _table(measures: list[Measure]) -> Table:
    table = Table("what", "against", "unit", box=None, pad_edge=False)
    for title in ("ours", "the other", "ratio"):
        table.add_column(title, justify="right")
    for m in measures:
        numbers = (f"{m.ours:,.0f}", f"{m.plain:,.0f}", f"{m.ratio:.2f}")
        table.add_row(m.what, m.against, m.unit, *numbers)
    return table


if __name__ == "__main__":
    typer.run(main)
