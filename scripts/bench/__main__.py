"""``make bench``: what our guarantees cost, and what a kept connection gains."""

import shutil

import typer
from rich.table import Table

from scripts.bench.measures import Measure, calling, saving, sealing
from scripts.cli.deployment import running_carnet
from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end, out, step
from scripts.machine.kept import DidNotStart, NotInstalled

HOME = ROOT / "var" / "bench"


def main() -> None:
    """Measure on private servers and print a table; every line compares two ways in one run.

    Figures of two machines, or of two days, say nothing of one another; ratios do.
    """
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        with step("saving"):
            measures = [saving()]
        with step("sealing"):
            measures.append(sealing())
        with running_carnet(HOME / "carnet", step) as carnet, step("calling"):
            measures.append(calling(carnet.broker.uri(), carnet.place.issuer))
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except DidNotStart as failed:
        end(Exit.REFUSED, str(failed))
    out.print(_table(measures))


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
