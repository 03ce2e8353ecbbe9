"""``directory``: take in the national directory's files, however large."""

import csv
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scripts.cli import callers
from scripts.cli.directory_import import Import, ImportBroken, Tokens
from scripts.cli.directory_sample import write_sample
from scripts.cli.finess_sample import write_finess_sample
from scripts.cli.machine import Dir, place_of
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import EXIT_CODES, Exit, end, err, out, step
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.adapters.extracts import Sorted, sort_extract
from services.directory.contract.importing import ExtractKind, Imported, RefusedLine
from shared.kernel.errors import Refusal
from shared.rpc.client import RpcClient

CALL_SECONDS = 60.0
SHOWN = 10
"""Refused lines shown on the screen."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Take in the extract files of the national directory.

    [b]Examples[/]

      carnet directory import PS_LibreAcces_Personne_activite.txt --kind activities --kind sites
      carnet directory import PS_LibreAcces.zip --kind skills --refused refused.csv
      carnet directory import finess-structures.json.gz --kind legal_entities --kind establishments
      carnet directory sample extract.txt --lines 100000
    """,
    epilog=EXIT_CODES,
)


@app.command("import", epilog=EXIT_CODES)
def import_extract(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    kind: Annotated[
        list[ExtractKind], typer.Option(help="What to take from it; several, one after another.")
    ],
    home: Dir = DEFAULT,
    layout: Annotated[
        Path | None,
        typer.Option(
            metavar="JSON",
            exists=True,
            dir_okay=False,
            help="Your own columns, instead of those of the kind.",
        ),
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Where to write the lines refused.")
    ] = None,
    absent: Annotated[
        Literal["keep", "deactivate"],
        typer.Option(help="Of activities: what becomes of those this file no longer names."),
    ] = "keep",
    older: Annotated[
        Literal["refuse", "take"],
        typer.Option(help="A file whose name tells an earlier day than the last one's."),
    ] = "refuse",
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, help="An operator's token, read again before each call."
        ),
    ] = None,
) -> None:
    """Import an extract, as published or inside its archive (zip, gzip).

    Broken off and started again, it goes on where it stood. Imported again, only what differs
    changes. A line that cannot be taken is told with its number, and the others are taken.

    [b]--layout[/] says which column is which field; begin with a copy of
    services/directory/data/extracts/KIND.json.
    """
    place = place_of(home)
    settings = place.settings()
    with _told(), RpcClient(settings["CARNET_AMQP_URI"], timeout=CALL_SECONDS) as client:
        for one in kind:
            run = Import(client, _tokens(place, token_file), one)
            _import(run, file, Layout.read(one, layout), absent, older)
            _tell_refused(run, file, refused)


@app.command(epilog=EXIT_CODES)
def sample(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    lines: Annotated[int, typer.Option(min=1, help="Lines below the header.")] = 1_000,
    wrong: Annotated[int, typer.Option(min=0, help="Every so many lines one is wrong.")] = 1_000,
    of: Annotated[
        Literal["activities", "finess"],
        typer.Option(help="Professionals (RPPS), or establishments (FINESS+, .gz packs it)."),
    ] = "activities",
) -> None:
    """Write a made-up file in the form of PS_LibreAcces_Personne_activite, always the same; or
    of FINESS+ structures, where a line is an establishment."""
    write = write_finess_sample if of == "finess" else write_sample
    write(file, lines, wrong)
    out.print(f"{lines} lines in {file}", markup=False)


def _import(
    run: Import,
    file: Path,
    layout: Layout,
    absent: Literal["keep", "deactivate"],
    older: Literal["refuse", "take"],
) -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="carnet-import-") as folder:
        with step(f"{run.kind}: reading {file.name}"):
            content = sort_extract(file, layout, Path(folder))
        start = run.begin(content, older)
        if start.lines:
            err.print(f"going on after {start.lines:,} lines")
        with _bar(run.kind, content, start) as advance:
            for reached in run.send(content):
                advance(reached)
        done = run.end(absent)
    _tell(run.kind, done, content, start, time.monotonic() - began)


@contextmanager
def _bar(kind: str, content: Sorted, start: Imported) -> Iterator[Callable[[Imported], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=err) as bar:
        total = content.lines - content.passed_over
        task = bar.add_task(kind, total=total, completed=start.lines)
        yield lambda reached: bar.update(task, completed=reached.lines)


def _tell(kind: str, done: Imported, content: Sorted, start: Imported, seconds: float) -> None:
    lines = done.lines - start.lines
    out.print(
        f"{kind}: {lines:,} lines in {seconds:.1f} s, {lines / seconds:,.0f} lines/s: "
        f"{done.registered:,} registered, {done.changed:,} changed, {done.same:,} the same, "
        f"{done.deactivated:,} deactivated, {done.refused:,} lines refused, "
        f"{content.passed_over:,} of another kind",
        markup=False,
        soft_wrap=True,
    )


def _tell_refused(run: Import, file: Path, to: Path | None) -> None:
    if to is None:
        for number, line in enumerate(run.refused()):
            if number == SHOWN:
                err.print("…; all of them with --refused CSV", markup=False)
                break
            err.print(f"{file.name}:{line.line} {line.field} {line.reason}", markup=False)
        return
    with to.open("a", newline="", encoding="utf-8") as content:
        csv.writer(content).writerows(_row(run.kind, line) for line in run.refused())


def _row(kind: str, line: RefusedLine) -> tuple[str, int, str, str]:
    return kind, line.line, line.field, line.reason


def _tokens(place: Place, file: Path | None) -> Tokens:
    if file:
        return lambda: file.read_text().strip()
    return lambda: callers.token_for(place, "operator")


@contextmanager
def _told() -> Iterator[None]:
    """What can go wrong, as one sentence and an exit code."""
    try:
        yield
    except NotThisExtract as wrong:
        end(Exit.USAGE, str(wrong))
    except ImportBroken as broken:
        end(Exit.NOT_RUNNING, str(broken))
    except Refusal as refusal:
        fields = "".join(f"\n  {name}: {why}" for name, why in refusal.fields.items())
        end(Exit.REFUSED, f"{refusal.code} {refusal.message}{fields}")
