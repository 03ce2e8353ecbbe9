"""``audit``: what an auditor does, on services that run or on a copy of their data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scripts.cli import callers
from scripts.cli.audit_evidence import Evidence, Where, copy_evidence, export_files, open_evidence
from scripts.cli.audit_redecide import Redecided, redecide_stored
from scripts.cli.audit_report import Subject, render
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import err, out
from services.audit.adapters.event_stores import CannotRead
from services.audit.domain.growth import Fork
from services.audit.domain.merkle import check_inclusion, leaf_hash
from services.audit.domain.note import InvalidNote
from services.audit.domain.report import VerificationReport
from shared.crypto.keys import KeyUnavailable
from shared.kernel.errors import Refusal
from shared.kernel.settings import SettingsError
from shared.rpc.client import RpcClient


class Ended(IntEnum):
    CLEAN = 0
    FINDINGS = 1
    CANNOT_RUN = 2


CODES = "Exit codes: 0 nothing found · 1 something was found · 2 could not run."
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Verify the log, decide again, prove, read a journal, write a report.

    Looks at the Carnet of [b]--dir[/], also while it runs, or at copied data with nothing
    running. Memory does not grow with the log.

    [b]Examples[/]

      carnet audit verify
      carnet audit copy /media/evidence
      carnet audit verify --data /media/evidence/data --objects /media/evidence/objects
      carnet audit report --output report.html
    """,
    epilog=CODES,
)

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
NoKeys = Annotated[
    bool, typer.Option("--no-keys", help="Compare digests only: nothing sealed is opened.")
]
Vkey = Annotated[
    str | None,
    typer.Option(
        "--vkey", metavar="KEY", help="Verifier key of the log, or a file of it; as published."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON, on standard output.")]


@app.command(epilog=CODES)
def verify(
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    keys: Kek = None,
    no_keys: NoKeys = False,
    vkey: Vkey = None,
    as_json: AsJson = False,
) -> None:
    """Compare every stored event and document with the transparency log.

    Recomputes the digest of each event, each tile and the root that was signed; opens every
    sealed state and hashes every stored document, if keys are at hand. What was changed is
    named: service, position, originator and version, or document and object.
    """
    with _or_cannot():
        evidence = open_evidence(_where(dir, data, postgres, objects, keys, vkey, not no_keys))
        report = _verified(evidence)
    if as_json:
        out.print_json(data=report.to_json())
    else:
        _show(report)
    raise typer.Exit(Ended.CLEAN if report.log_verified else Ended.FINDINGS)


@app.command(epilog=CODES)
def redecide(
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    data: Data = None,
    postgres: Postgres = None,
    keys: Kek = None,
    as_json: AsJson = False,
) -> None:
    """Decide every access again, with the rules and the facts of its instant.

    Facts are rebuilt from the log at the recorded positions, not taken from the recorded copy.
    """
    with _or_cannot():
        result = _redecided(_where(dir, data, postgres, None, keys, None, True))
    if as_json:
        out.print_json(data=result.to_json())
    else:
        for line in result.differing:
            out.print(f"[red]differs[/] {line}")
        out.print(f"{result.decisions} decisions, {result.count} differ, {result.erased} erased")
    raise typer.Exit(Ended.FINDINGS if result.count else Ended.CLEAN)


@app.command("export-log", epilog=CODES)
def export_log(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    objects: ObjectsDir = None,
    vkey: Vkey = None,
) -> None:
    """Write the published log into a folder that any C2SP tool, or web server, can use.

    DIR/checkpoint, DIR/tile/..., DIR/vkey: the formats tlog-tiles, tlog-checkpoint, signed-note.
    """
    with _or_cannot():
        size = export_files(_where(dir, None, None, objects, None, vkey, False), folder)
    out.print(f"{size} entries written to {folder}", markup=False)


@app.command("copy", epilog=CODES)
def copy_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
) -> None:
    """Copy event stores and objects, to be verified elsewhere with nothing running.

    Writes DIR/data and DIR/objects. Everything in them stays sealed; no key is copied.
    """
    with _or_cannot():
        copy_evidence(_where(dir, None, None, None, None, None, False), folder, err.print)
    out.print(f"copied to {folder}", markup=False)


@app.command(epilog=CODES)
def prove(
    service: str,
    position: int,
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    vkey: Vkey = None,
    output: Annotated[Path | None, typer.Option(help="A file, by custom .tlog-proof.")] = None,
) -> None:
    """Prove that an event is in the log: a C2SP tlog-proof, checkable with the public key alone."""
    with _or_cannot():
        evidence = open_evidence(_where(dir, data, postgres, objects, None, vkey, False))
        proof = evidence.log.prove_inclusion(service, position)
        root = evidence.log.checkpoint().checkpoint.root
    good = check_inclusion(proof.index, proof.size, leaf_hash(proof.entry), proof.path, root)
    if output:
        output.write_text(proof.text)
    else:
        out.print(proof.text, markup=False, soft_wrap=True)
    verdict = "[green]it holds[/]" if good else "[red]it does not hold[/]"
    err.print(f"{service} {position} is leaf {proof.index} of {proof.size}: {verdict}")
    raise typer.Exit(Ended.CLEAN if good else Ended.FINDINGS)


@app.command(epilog=CODES)
def journal(
    record: str,
    who: Annotated[
        str, typer.Option("--as", metavar="KIND[,name=value...]", help=callers.HELP)
    ] = "auditor,physician=true",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    as_json: AsJson = False,
) -> None:
    """Show the journal of a record, as the caller named may see it; Carnet must run."""
    place = Place(dir)
    with _or_cannot():
        settings = place.settings()
        if not settings:
            raise CannotRead(f"Carnet was never up in {dir}")
        with RpcClient(settings["CARNET_AMQP_URI"]) as client:
            token = callers.token_for(place, who)
            page = client.call(
                "audit", "journal", {"record_id": record, "limit": limit}, token=token
            )
    if as_json:
        out.print_json(data=page)
        return
    table = Table("when", "what", caption=f"{len(page['items'])} of {page['total']} lines")
    for line in page["items"]:
        table.add_row(line["at"], line["sentence_fr"])
    out.print(table)


@app.command(epilog=CODES)
def report(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("carnet-audit.html"),
    dir: Dir = DEFAULT,  # noqa: A002  # the name of the option
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    keys: Kek = None,
    no_keys: NoKeys = False,
    vkey: Vkey = None,
) -> None:
    """Verify, decide again, and write one self-contained HTML report."""
    where = _where(dir, data, postgres, objects, keys, vkey, not no_keys)
    with _or_cannot():
        evidence = open_evidence(where)
        result = _verified(evidence)
        again = _redecided(where) if evidence.keys_of else None
        subject = Subject(
            made_at=datetime.now(UTC), vkey=str(evidence.verifier), live=evidence.live
        )
        output.write_text(render(result, again, subject), encoding="utf-8")
    out.print(f"report written to {output}", markup=False)
    clean = result.log_verified and not (again and again.count)
    raise typer.Exit(Ended.CLEAN if clean else Ended.FINDINGS)


def _where(
    dir: Path,  # noqa: A002  # the name of the option
    data: Path | None,
    postgres: str | None,
    objects: Path | None,
    keys: Path | None,
    vkey: str | None,
    with_keys: bool,
) -> Where:
    return Where(
        settings=Place(dir).settings(),
        data=data,
        postgres=postgres,
        objects=objects,
        kek=keys,
        vkey=vkey,
        with_keys=with_keys,
    )


def _verified(evidence: Evidence) -> VerificationReport:
    with _progress("verifying", sum(evidence.stores.appended().values())) as advance:
        return evidence.verify(advance)


def _redecided(where: Where) -> Redecided:
    with _progress("deciding again", None) as advance:
        return redecide_stored(where, advance)


@contextmanager
def _progress(what: str, total: int | None) -> Iterator[Any]:
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
def _or_cannot() -> Iterator[None]:
    try:
        yield
    except (CannotRead, Fork, InvalidNote, KeyUnavailable, OSError) as error:
        _cannot(str(error))
    except Refusal as refusal:
        _cannot(str(refusal))
    except SettingsError as error:
        _cannot(str(error))


def _cannot(sentence: str) -> NoReturn:
    err.print(sentence, markup=False, soft_wrap=True)
    raise typer.Exit(Ended.CANNOT_RUN)


def _show(report: VerificationReport) -> None:
    table = Table("service", "events", "in the log", "opened", "erased", "not yet logged")
    for name, count in sorted(report.services.items()):
        numbers = (count.events, count.matched, count.opened, count.erased, count.pending)
        table.add_row(name, *map(str, numbers))
    out.print(table)
    out.print(
        f"log [b]{report.origin}[/], {report.log_size} entries, root {report.root}", soft_wrap=True
    )
    if report.documents_checked:
        out.print(f"{report.documents} stored documents compared")
    elif not report.states_checked:
        out.print("sealed states and documents were not compared: no keys", style="yellow")
    for finding in report.findings:
        out.print(f"[red]✗[/] {finding}", soft_wrap=True)
    more = report.found.total() - len(report.findings)
    if more:
        out.print(f"and {more} more")
    out.print(
        "[green]✓ nothing was changed[/]"
        if report.log_verified
        else f"[red]{report.found.total()} findings[/]"
    )
