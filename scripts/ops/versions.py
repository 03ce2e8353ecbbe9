"""Before an upgrade: what another version of the code makes of the events that are there."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit
from scripts.ops.parts import DryRun, Service, log_of, progress, refuse

CHILD = Path(__file__).with_name("replayed.py")
SHOWN = 20
Line = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """Of one event: a digest for each read model's writes, and for the message."""

    position: int
    topic: str
    of: dict[str, str]


Newest = Annotated[int, typer.Option(help="So many of the newest events, unless a day is given.")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="All events of this day (UTC).")
]


def compare_versions(
    service: Service,
    other: Annotated[Path, typer.Argument(help="A checkout of the other version.")],
    events: Newest = 100_000,
    day: Day = None,
    dry_run: DryRun = False,
) -> None:
    """Replay events through this version and another one, and compare what they make of each:
    the writes to every read model, and the message published.

    Neither writes anywhere. Ends with 1 when anything differs, naming positions and topics. A
    difference may be wanted, as when a read model's shape changes.
    """
    if not (other / "services" / service).is_dir():
        refuse(f"{other} has no services/{service}")
    after, upto = _range(service, events, day)
    if dry_run:
        typer.echo(f"events of {service} after {after}, up to {upto}, would be replayed twice")
        return
    secret, replayed = secrets.token_hex(32), 0
    with progress() as bar:
        task = bar.add_task(f"events of {service}", total=None)
        here = _made(ROOT, service, after, upto, secret)
        there = _made(other.resolve(), service, after, upto, secret)
        differing: list[str] = []
        for ours, theirs in zip_longest(here, there):
            differing += _differences(ours, theirs)
            replayed += 1
            bar.update(task, advance=1)
    for line in differing[:SHOWN]:
        typer.echo(line)
    typer.echo(f"{replayed} events replayed, {len(differing)} differences")
    if differing:
        raise typer.Exit(Exit.REFUSED)


def _range(service: str, events: int, day: datetime | None) -> tuple[str, str]:
    """As ``replayed.py`` takes it: positions, or instants, which the versions find themselves
    since an event's time is sealed with the rest of it."""
    if day:
        begins = day.replace(tzinfo=UTC)
        return begins.isoformat(), (begins + timedelta(days=1)).isoformat()
    with log_of(service) as log:
        head = log.head().position
    return str(max(0, head - events)), str(head)


def _differences(ours: Made | None, theirs: Made | None) -> Iterator[str]:
    """Of what two versions made of one event. A read model that one of them has not is named."""
    event = ours or theirs
    assert event is not None, "one of them has more events"  # noqa: S101 - zip_longest's
    mine, other = (made.of if made else {} for made in (ours, theirs))
    for what in sorted(mine.keys() | other.keys()):
        if mine.get(what) != other.get(what):
            yield f"{event.position} {event.topic}: {what} differs"


def _made(tree: Path, service: str, after: str, upto: str, secret: str) -> Iterator[Made]:
    lines = _lines(tree, service, after, upto, secret)
    for position, group in groupby(lines, key=lambda line: int(line["position"])):
        found = list(group)
        yield Made(position, found[0]["topic"], {line["what"]: line["digest"] for line in found})


def _lines(tree: Path, service: str, after: str, upto: str, secret: str) -> Iterator[Line]:
    """One process for each version: they cannot be imported into one."""
    environ = {**os.environ, "PYTHONPATH": str(tree), "CARNET_REPLAY_SECRET": secret}
    command = [sys.executable, str(CHILD), service, after, upto]
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
