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
from shared.rpc.client import RpcClient

HOME = ROOT / "var" / "demo"
SUMMARY = HOME / "summary.json"


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
    inspect(deployment, HOME, tally, teller)


def main(
    samples: Annotated[
        Path | None,
        typer.Option(help="Folder of documents; the official ones, or the project's own."),
    ] = None,
) -> None:
    """Tell one true story on private servers, and leave nothing running.

    Data stay in var/demo until the next run; the numbers are in var/demo/summary.json.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    began, tally, teller = monotonic(), Tally(), Terminal()
    folder = samples or samples_folder()
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        with running_carnet(HOME / "carnet", step) as deployment:
            tell(deployment, folder, tally, teller)
    except NotInstalled as missing:
        end(Exit.MISSING, str(missing))
    except (DidNotStart, StoryFailed, Refusal) as failed:
        end(Exit.REFUSED, f"The story stopped: {failed}")
    except KeyboardInterrupt:
        sys.exit(130)
    tally.seconds = round(monotonic() - began, 1)
    tally.write(SUMMARY)
    teller.summary(tally, SUMMARY.relative_to(ROOT))


if __name__ == "__main__":
    typer.run(main)
