"""The parts of a service as its own processes build them, for a command run in their place."""

import importlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scripts.cli.place import DEFAULT, Place
from scripts.cli.processes import SERVICES
from scripts.cli.screen import Exit, end, err
from shared.kernel.actor import Actor, ActorKind
from shared.stores.event_log import EventLog

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")]
By = Annotated[str, typer.Option(help="Your operator id; it stays in the log.")]
Service = Annotated[str, typer.Argument(help="Name of a service, e.g. vault.")]
Services = Annotated[
    list[str] | None, typer.Argument(help="Names of services.", show_default="all of them")
]


def use_place(folder: Path | None) -> None:
    """Take the settings of an embedded Carnet unless the environment has some already, as it
    has in a container. Commands that need some and find none say so themselves."""
    if folder is None and "CARNET_ENVIRONMENT" in os.environ:
        return
    settings = Place(folder or DEFAULT).settings()
    if folder and not settings:
        end(Exit.NOT_RUNNING, f"Carnet was never up in {folder}")
    os.environ.update(settings)


def named(services: list[str] | None) -> list[str]:
    """All of them when none is named; unknown names are refused."""
    for service in services or []:
        if service not in SERVICES:
            raise typer.BadParameter(f"{service} is not one of: {', '.join(SERVICES)}")
    return services or list(SERVICES)


def declared(service: str, entrypoint: str) -> Any:
    """The nameko service of ``services/<service>/entrypoints/<entrypoint>.py``."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # see the ADR
    try:
        module = importlib.import_module(f"services.{service}.entrypoints.{entrypoint}")
    except ModuleNotFoundError:
        raise typer.BadParameter(f"{service} has no {entrypoint} entrypoint") from None
    return module.SERVICE


@contextmanager
def built(service: str, entrypoint: str) -> Iterator[Any]:
    made = declared(service, entrypoint).build()
    try:
        yield made
    finally:
        made.close()


@contextmanager
def log_of(service: str) -> Iterator[EventLog]:
    with built(service, "project") as made:
        yield made.log


def operator(by: str) -> Actor:
    return Actor(kind=ActorKind.OPERATOR, id=by)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar for each task, on the error output: what a command answers stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=err) as bar:
        yield bar


def refuse(sentence: str) -> NoReturn:
    end(Exit.REFUSED, sentence)
