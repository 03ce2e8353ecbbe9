"""What the auditor's commands have in common: options, exit codes, progress, mandates."""

import os
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import typer
from eventsourcing.persistence import InterfaceError, OperationalError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scripts.cli.audit_evidence import Where
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import err
from services.audit.adapters.event_stores import CannotRead
from services.audit.domain.growth import Fork
from shared.crypto.keys import KeyUnavailable
from shared.crypto.sealing import NotAuthentic
from shared.kernel.errors import Refusal
from shared.kernel.note import InvalidNote
from shared.kernel.settings import SettingsError

PARIS = ZoneInfo("Europe/Paris")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
STORE_FAILED = (sqlite3.Error, psycopg.Error, InterfaceError, OperationalError)
"""What a database says that does not answer, or is none; the latter two are the library's words."""


class Ended(IntEnum):
    CLEAN = 0
    FINDINGS = 1
    CANNOT_RUN = 2


CODES = "Exit codes: 0 nothing found · 1 something was found · 2 could not run."
Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Copied event stores (<service>.db).")
]
Postgres = Annotated[
    str | None,
    typer.Option("--postgres", metavar="DSN", help="Event stores; {service} names the database."),
]
ObjectsDir = Annotated[
    Path | None,
    typer.Option("--objects", metavar="DIR", help="Copied objects, a folder for each bucket."),
]
Kek = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help="Key-encryption key: opens what is sealed."),
]
PublicKeys = Annotated[
    Path | None,
    typer.Option(
        "--public-keys",
        metavar="DIR",
        help="Public keys of the services (<service>.pub): keyring signs what it destroyed.",
    ),
]
NoKeys = Annotated[
    bool, typer.Option("--no-keys", help="Compare digests only: nothing sealed is opened.")
]
Vkey = Annotated[
    str | None,
    typer.Option(
        "--vkey", metavar="KEY", help="Verifier key of the log, or a file of it; as published."
    ),
]
Who = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="auditor[,name=value...]",
        help="The mandate: mandate=ID, scope=all or RECORD+RECORD, physician=true. Without a "
        "physician only codes and the facts of decisions show.",
    ),
]
AUDITOR = "auditor"
Since = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="From then on: 2026-11-22, or RFC 3339."),
]
Until = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Before then: 2026-11-23, or RFC 3339.")
]
RecordOf = Annotated[
    UUID | None, typer.Option("--record", metavar="ID", help="Of this record alone.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON, on standard output.")]


def where(
    home: Path,
    *,
    data: Path | None = None,
    postgres: str | None = None,
    objects: Path | None = None,
    keys: Path | None = None,
    public_keys: Path | None = None,
    vkey: str | None = None,
    with_keys: bool = True,
) -> Where:
    """What these options say is looked at; for what they leave out the Carnet of ``home``, or of
    the environment, which a container has its settings in."""
    given = home == DEFAULT and "CARNET_ENVIRONMENT" in os.environ
    return Where(
        settings=dict(os.environ) if given else Place(home).settings(),
        data=data,
        postgres=postgres,
        objects=objects,
        kek=keys,
        public_keys=public_keys,
        vkey=vkey,
        with_keys=with_keys,
    )


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)


@contextmanager
def or_cannot() -> Iterator[None]:
    try:
        yield
    except (CannotRead, Fork, InvalidNote, KeyUnavailable, OSError, *STORE_FAILED) as error:
        cannot(str(error).strip())
    except NotAuthentic as error:
        cannot(f"{error}: what is stored was changed; run `carnet audit verify`")
    except Refusal as refusal:
        cannot(str(refusal))
    except SettingsError as error:
        cannot(str(error))
    except BrokenProcessPool:
        cannot("a process that shared the work ended before it was done; nothing is known")


def cannot(sentence: str) -> NoReturn:
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(Ended.CANNOT_RUN)


def when(text: str | None) -> datetime | None:
    """A day begins at midnight in France; an instant without a zone is of France too."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is neither 2026-11-22 nor RFC 3339") from None


def a_month(text: str) -> str:
    """As the statistics name it."""
    if not MONTH.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no month as 2026-11 is")
    return text
