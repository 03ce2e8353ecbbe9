"""Before an upgrade: what another version of the code makes of the events that are there."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit
from scripts.ops.parts import DryRun, Service, log_of, progress, refuse

CHILD = Path(__file__).with_name("replayed.py")
SHOWN = 20
Line = dict[str, Any]
Day = Annotated[int, typer.Option(help="So many of the newest events.")]


def compare_versions(
    service: Service,
    other: Annotated[Path, typer.Argument(help="A checkout of the other version.")],
    events: Day = 100_000,
    dry_run: DryRun = False,
) -> None:
    """Replay events through this version and another one, and compare what they make of each:
    the writes to every read model, and the message published.

    Neither writes anywhere. Ends with 1 when anything differs, naming positions and topics. A
    difference may be wanted, as when a read model's shape changes.
    """
    if not (other / "services" / service).is_dir():
        refuse(f"{other} has no services/{service}")
    with log_of(service) as log:
        head = log.head().position
    after = max(0, head - events)
    if dry_run:
        typer.echo(f"events {after + 1} to {head} of {service} would be replayed twice")
        return
    secret = secrets.token_hex(32)
    with progress() as bar:
        task = bar.add_task(f"events of {service}", total=head - after)
        here = _lines(ROOT, service, after, head, secret)
        there = _lines(other.resolve(), service, after, head, secret)
        differing = []
        for ours, theirs in zip_longest(here, there):
            if ours != theirs:
                differing.append(ours or theirs)
            bar.update(task, completed=(ours or theirs)["position"] - after)
    for line in differing[:SHOWN]:
        typer.echo(f"{line['position']} {line['topic']}: {line['what']} differs")
    typer.echo(f"{head - after} events replayed, {len(differing)} differences")
    if differing:
        raise typer.Exit(Exit.REFUSED)


def _lines(tree: Path, service: str, after: int, upto: int, secret: str) -> Iterator[Line]:
    """One process for each version: they cannot be imported into one."""
    environ = {**os.environ, "PYTHONPATH": str(tree), "CARNET_REPLAY_SECRET": secret}
    command = [sys.executable, str(CHILD), service, str(after), str(upto)]
    with subprocess.Popen(
        command, env=environ, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None, "asked for"  # noqa: S101 - PIPE above
        assert child.stderr is not None, "asked for"  # noqa: S101 - PIPE above
        for line in child.stdout:
            yield json.loads(line)
        said = child.stderr.read()
    if child.returncode:
        refuse(f"the version in {tree} ended: {said[-500:]}")
