"""What the command line shows: steps while they run, sentences, and how a command ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer
from rich.console import Console

from shared.kernel.errors import Refusal, Unavailable

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """Exit codes; the help of every command ends with them."""

    REFUSED = 1
    USAGE = 2
    MISSING = 3
    NOT_RUNNING = 4
    BROKEN_OFF = 130


EXIT_CODES = (
    "Exit codes: 0 done · 1 refused or failed · 2 wrong usage · "
    "3 a package is missing on this machine · 4 Carnet is not (wholly) running · "
    "130 broken off (Ctrl-C)."
)


def code_of(refusal: Refusal) -> Exit:
    return Exit.NOT_RUNNING if refusal.code == Unavailable.code else Exit.REFUSED


def end(code: Exit, sentence: str) -> NoReturn:
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def step(name: str) -> Iterator[None]:
    """A line that says how long it took; on a terminal it turns meanwhile."""
    began = time.monotonic()
    with err.status(f"{name} …"):
        try:
            yield
        except BaseException:
            err.print(f"[red]✗[/] {name}")
            raise
    err.print(f"[green]✓[/] {name} [dim]{time.monotonic() - began:.1f} s[/]")
