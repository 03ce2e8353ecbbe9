"""``identity``: announce the people of a file, however many."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from scripts.cli import callers
from scripts.cli.identity_import import (
    Announce,
    ImportBroken,
    NotThisFile,
    Outcomes,
    Row,
    announce_file,
)
from scripts.cli.identity_legacy import import_legacy
from scripts.cli.identity_sample import write_sample
from scripts.cli.machine import Dir, place_of
from scripts.cli.one_import import UnderWay
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import EXIT_CODES, Exit, end, err, out
from shared.kernel.errors import Refusal
from shared.rpc.client import RpcClient

CALL_SECONDS = 60.0

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Announce records to many people at once, and bring in the DMPs they had before.

    [b]Examples[/]

      carnet identity sample people.csv --lines 10000
      carnet identity import people.csv

      carnet identity import-legacy former-dmps
    """,
    epilog=EXIT_CODES,
)


@app.callback()
def identity() -> None:
    """Announce records to many people at once, and bring in the DMPs they had before."""


app.command("import-legacy", epilog=EXIT_CODES)(import_legacy)


@app.command("import", epilog=EXIT_CODES)
def import_people(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    home: Dir = DEFAULT,
    outcome: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="What became of each line; FILE.outcome.csv if not said."),
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=16, help="Calls under way together.")] = 4,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, help="An operator's token, read again before each call."
        ),
    ] = None,
) -> None:
    """Announce the people of a CSV file (UTF-8, comma-separated, a header).

    Broken off and started again, it goes on where it stood: do not change FILE meanwhile. A line
    that cannot be announced is noted with its reasons, and the others are announced. Its memory
    does not grow with the file.

    Columns needed: birth_name, birth_given_names, first_given_name, sex, birth_date, birth_place.
    Others: used_name, used_given_name, ins, oid, email, phone, checked_with, notice_sent_at,
    notice_channel, area.
    """
    place = place_of(home)
    settings = place.settings()
    noted = outcome or file.with_name(f"{file.name}.outcome.csv")
    began = time.monotonic()
    with _told(), RpcClient(settings["CARNET_AMQP_URI"], timeout=CALL_SECONDS) as client:
        announce = _announce(client, place, token_file)
        announced, refused = _import(file, Outcomes(noted), announce, at_once)
    seconds = time.monotonic() - began
    out.print(
        f"{announced:,} announced, {refused:,} refused in {seconds:.1f} s, "
        f"{(announced + refused) / seconds:,.0f} lines/s; line by line in {noted}",
        markup=False,
        soft_wrap=True,
    )
    if refused:
        raise typer.Exit(Exit.REFUSED)


@app.command(epilog=EXIT_CODES)
def sample(
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    lines: Annotated[int, typer.Option(min=1, help="People.")] = 1_000,
    wrong: Annotated[int, typer.Option(min=0, help="Every so many lines one is wrong.")] = 0,
) -> None:
    """Write a made-up file of people, always the same."""
    write_sample(file, lines, wrong)
    out.print(f"{lines} people in {file}", markup=False)


def _import(file: Path, outcomes: Outcomes, announce: Announce, at_once: int) -> tuple[int, int]:
    announced = refused = 0
    with _bar(file) as advance:
        for reached in announce_file(file, outcomes, announce, at_once=at_once):
            announced, refused = announced + reached.announced, refused + reached.refused
            advance(reached.read)
    return announced, refused


@contextmanager
def _bar(file: Path) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=err) as bar:
        task = bar.add_task(file.name, total=file.stat().st_size)
        yield lambda read: bar.update(task, completed=read)


def _announce(client: RpcClient, place: Place, token_file: Path | None) -> Announce:
    def announce(request_id: UUID, rows: Sequence[Row]) -> Mapping[str, Any]:
        """Tokens live minutes, an import may live hours: each call has its own."""
        token = (
            token_file.read_text().strip() if token_file else callers.token_for(place, "operator")
        )
        answer: Mapping[str, Any] = client.call(
            "identity",
            "announce_records",
            {"request_id": request_id, "rows": rows},
            token=token,
        )
        return answer

    return announce


@contextmanager
def _told() -> Iterator[None]:
    """What can go wrong, as one sentence and an exit code."""
    try:
        yield
    except NotThisFile as wrong:
        end(Exit.USAGE, str(wrong))
    except UnderWay as other:
        end(Exit.REFUSED, str(other))
    except ImportBroken as broken:
        end(Exit.NOT_RUNNING, f"{broken}; run it again to go on from there")
    except Refusal as refusal:
        end(Exit.REFUSED, f"{refusal.code} {refusal.message}")
