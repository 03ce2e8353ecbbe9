"""``make bench``: what Carnet carries on this machine, each figure beside its yardstick."""

import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.bench import plots
from scripts.bench.growth import grown
from scripts.bench.results import Results, publish
from scripts.bench.served import Journey, alone
from scripts.bench.soak import Unsteady, soak
from scripts.bench.whole import LONG, SHORT, measure
from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end, out, step
from scripts.machine.kept import DidNotStart, NotInstalled

HOME = ROOT / "var" / "bench"
PICTURES = ROOT / "docs" / "benchmarks"


def main(
    long: Annotated[
        bool, typer.Option("--long", help="The highest rates for two minutes; growth to 1e6.")
    ] = False,
    growth: Annotated[
        bool, typer.Option("--growth", help="What an operation costs as logs and records grow.")
    ] = False,
    soak_minutes: Annotated[
        float | None,
        typer.Option("--soak", metavar="MINUTES", help="Half of what was reached, for so long."),
    ] = None,
    only: Annotated[
        Journey | None,
        typer.Option(help="One journey by itself, on SQLite; the page stays as it is."),
    ] = None,
    pictures: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where the plots are written; the table into DIR.md."),
    ] = PICTURES,
) -> None:
    """Measure on private servers; about twelve minutes without options.

    Writes var/bench/latest.json, what each load saw below var/bench/raw, and the table and plots
    of docs/benchmarks.md. Figures of two machines, or of two runs while something else
    works, say nothing of one another; what stands beside a figure was measured in the same run.
    """
    try:
        if growth:
            with step("growth"):
                grown(HOME / "growth.json", long=long, progress=step)
        elif soak_minutes is not None:
            told = soak(HOME, soak_minutes, step)
            out.print_json(json.dumps(told))
        elif only is not None:
            _one(only, LONG if long else SHORT)
            return
        else:
            _whole(LONG if long else SHORT, pictures.with_suffix(".md"))
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except (DidNotStart, Unsteady) as failed:
        plots.draw(HOME, pictures)
        end(Exit.REFUSED, str(failed))
    plots.draw(HOME, pictures)
    out.print(f"The plots are in {pictures}.")


def _one(journey: Journey, seconds: float) -> None:
    told = alone(journey, HOME, seconds, step)
    rate, kept = f"{told.wanted:g} a second for {seconds:g} s", told.is_sustained
    times = {name: round(time, 1) for name, time in told.to_json().items() if name.endswith("_ms")}
    out.print(f"{journey}: {rate} {'kept' if kept else 'NOT kept'}, {told.rate:.1f} answered.")
    out.print_json(json.dumps({"answered": told.answered, **times, "behind_s": told.behind}))


def _whole(seconds: float, page: Path) -> None:
    results = Results(HOME)
    measure(results, seconds, step)
    file = results.write()
    table = results.markdown()
    (HOME / "table.md").write_text(table)
    out.print(table, markup=False, soft_wrap=True)
    if page.exists():
        publish(page, table)
    out.print(f"The figures are in {file}.")
    if results.missing:
        end(Exit.REFUSED, f"not measured: {', '.join(results.missing)}")


if __name__ == "__main__":
    typer.run(main)
