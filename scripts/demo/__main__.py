"""``make demo``: one true story, from the announcement of a record to a tampered byte."""

import shutil
import signal
import sys
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from scripts.cli.deployment import Deployment, running_carnet
from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end, step
from scripts.demo.cast import Cast
from scripts.demo.corpus import documents, people, samples_folder
from scripts.demo.inspection import inspect
from scripts.demo.story import Story, StoryFailed
from scripts.demo.tally import Tally
from scripts.demo.teller import Terminal
from scripts.machine.kept import DidNotStart, NotInstalled
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIA, INS_NIR
from shared.rpc.client import RpcClient

HOME = ROOT / "var" / "demo"
SETTINGS = {"CARNET_INS_STRICT_KEYS": f"{INS_NIR},{INS_NIA}"}
"""Some official samples carry an INS whose key is false; it is under the test OID only."""


def tell(deployment: Deployment, samples: Path, tally: Tally, teller: Terminal) -> None:
    """The whole story on a running Carnet."""
    place = deployment.place
    found = list(documents(samples))
    with RpcClient(deployment.broker.uri()) as rpc:
        story = Story(Cast(rpc, place.issuer), place.home / "clock", tally, teller)
        story.open_records(people(found))
        story.deposit(found)
        record_id = story.open_and_refuse()
        teller.journal(story.read_journal(record_id))
    inspect(deployment, deployment.place.home.parent, tally, teller)


def main(
    samples: Annotated[
        Path | None,
        typer.Option(help="Folder of documents; the official ones, or the project's own."),
    ] = None,
    home: Annotated[
        Path, typer.Option("--dir", metavar="D", help="Folder of its data and its numbers.")
    ] = HOME,
) -> None:
    """Tell one true story on private servers, and leave nothing running.

    Its data stay until the next run; its numbers are in summary.json beside them.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    began, tally, teller = monotonic(), Tally(), Terminal()
    folder = samples or samples_folder()
    for former in ("carnet", "copy"):
        shutil.rmtree(home / former, ignore_errors=True)
    try:
        with running_carnet(home / "carnet", step, SETTINGS) as deployment:
            tell(deployment, folder, tally, teller)
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except (DidNotStart, StoryFailed, Refusal) as failed:
        end(Exit.REFUSED, f"The story stopped: {failed}")
    except KeyboardInterrupt:
        sys.exit(130)
    tally.seconds = round(monotonic() - began, 1)
    summary = home / "summary.json"
    tally.write(summary)
    teller.summary(tally, summary)


if __name__ == "__main__":
    typer.run(main)
