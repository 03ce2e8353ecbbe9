"""``access``: the statutory matrix, loaded by an operator who saw what it changes."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.table import Table

from scripts.cli import callers
from scripts.cli.machine import Dir, place_of
from scripts.cli.place import DEFAULT
from scripts.cli.screen import EXIT_CODES, Exit, code_of, end, out
from shared.kernel.errors import Refusal
from shared.rpc.client import RpcClient

CALL_SECONDS = 60.0
COLUMNS = (
    "profession", "qualifier", "document_class", "document_type", "read", "write", "sourced",
    "source",
)  # fmt: skip
LARGEST = 8_000_000
"""Bytes of the file; the matrix in force has less than a tenth."""
SHOWN = 50
"""Changes shown on the screen."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Load the matrix of professions and documents (arrêté of 26 October 2023).

    [b]Example[/]

      carnet access load-matrix annex.csv --version arrete-2023-10-26
    """,
    epilog=EXIT_CODES,
)


@app.callback()
def _group() -> None:
    """Keeps ``load-matrix`` a command of its own, as there is only one so far."""


@app.command("load-matrix", epilog=EXIT_CODES)
def load_matrix(
    file: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False)],
    version: Annotated[str, typer.Option(help="Your name for it, given to one matrix only.")],
    home: Dir = DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", help="Load it without asking.")] = False,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, help="An operator's token.")
    ] = None,
) -> None:
    """Show which rights another matrix changes, ask, and put it in force.

    Columns: profession, qualifier, document_class, document_type (an empty cell or * is any),
    read (yes, partial, no or nothing), write (yes, no or nothing), sourced (yes or no), source.
    If another matrix came into force after the difference was shown, nothing is loaded.
    """
    place = place_of(home)
    settings = place.settings()
    cells = read_cells(file)

    def call(method: str, arguments: Mapping[str, Any]) -> Any:
        token = token_file.read_text().strip() if token_file else ""
        token = token or callers.token_for(place, "operator")
        return client.call("access", method, arguments, token=token)

    try:
        with RpcClient(settings["CARNET_AMQP_URI"], timeout=CALL_SECONDS) as client:
            compared = call("compare_matrix", {"cells": cells})
            _show(compared)
            if not yes and not typer.confirm("Put it in force?"):
                end(Exit.REFUSED, "Nothing was loaded.")
            asked = {
                "request_id": uuid4(),
                "version": version,
                "cells": cells,
                "replaces": compared["replaces"],
            }
            out.print(f"In force: {call('load_matrix', asked)['digest']}", markup=False)
    except Refusal as refusal:
        end(code_of(refusal), f"{refusal} {refusal.fields or ''}".strip())


def read_cells(file: Path) -> list[dict[str, Any]]:
    """End with the line's number where the file cannot be read."""
    if file.stat().st_size > LARGEST:
        end(Exit.USAGE, f"{file} is larger than {LARGEST:,} bytes")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        try:
            if missing := set(COLUMNS) - set(rows.fieldnames or ()):
                end(Exit.USAGE, f"{file}: no column {', '.join(sorted(missing))}")
            return [_cell(file, number, row) for number, row in enumerate(rows, start=2)]
        except (csv.Error, UnicodeDecodeError) as error:
            end(Exit.USAGE, f"{file}, after line {rows.line_num}: {error}")


def _cell(file: Path, number: int, row: Mapping[str, str]) -> dict[str, Any]:
    if None in row.values():
        end(Exit.USAGE, f"{file}, line {number}: a cell is missing")
    if row["sourced"] not in ("yes", "no"):
        end(Exit.USAGE, f"{file}, line {number}: sourced is yes or no")
    places = {name: row[name] or "*" for name in COLUMNS[1:4]}
    return {
        "profession": row["profession"],
        **places,
        "read": row["read"] or None,
        "write": row["write"] or None,
        "sourced": row["sourced"] == "yes",
        "source": row["source"],
    }


def _show(compared: Mapping[str, Any]) -> None:
    changes: Sequence[Mapping[str, str]] = compared["changes"]
    table = Table("profession", "class", "type", "right", "before", "after", box=None)
    for change in changes[:SHOWN]:
        who = change["profession"]
        who += "" if change["qualifier"] == "*" else f"/{change['qualifier']}"
        place = (change["document_class"], change["document_type"], change["right"])
        table.add_row(who, *place, change["before"], change["after"])
    out.print(table)
    if len(changes) > SHOWN:
        out.print(f"and {len(changes) - SHOWN} more")
    out.print(
        f"{len(changes)} rights change; {compared['cells_added']} cells are new, "
        f"{compared['cells_removed']} are gone."
    )
