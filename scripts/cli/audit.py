"""``audit``: what an auditor does, on services that run or on a copy of their data."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from scripts.cli import callers
from scripts.cli.audit_archive import archive, restore_check
from scripts.cli.audit_asking import affected, anomalies, statistics, timeline, who_saw
from scripts.cli.audit_evidence import copy_evidence, export_files, open_evidence
from scripts.cli.audit_export import export
from scripts.cli.audit_looking import Under, looking
from scripts.cli.audit_options import (
    AUDITOR,
    CODES,
    AsJson,
    Data,
    Ended,
    Kek,
    NoKeys,
    ObjectsDir,
    Postgres,
    PublicKeys,
    RecordOf,
    Since,
    Until,
    Vkey,
    Who,
    or_cannot,
    when,
    where,
)
from scripts.cli.audit_proving import check_proof, prove
from scripts.cli.audit_redecide import redecide_under
from scripts.cli.audit_replay import replay
from scripts.cli.audit_reporting import report, verified
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT, Place
from scripts.cli.screen import err, out
from services.audit.adapters.event_stores import CannotRead
from services.audit.domain.report import VerificationReport
from shared.rpc.client import RpcClient

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Verify the log, decide again, prove, replay a record, find who saw it, write a report.

    Looks at the Carnet of [b]--dir[/], also while it runs, or at copied data with nothing
    running. Memory does not grow with the log. Verifying needs no key; looking into records is
    done under a mandate ([b]--as auditor,...[/]), whose every use is journalled.

    [b]Examples[/]

      carnet audit verify
      carnet audit copy /media/evidence
      carnet audit verify --data /media/evidence/data --objects /media/evidence/objects
      carnet audit timeline --record 5c0e... --as auditor,mandate=m1,scope=5c0e...
      carnet audit report --output report.html
    """,
    epilog=CODES,
)
app.command("prove", epilog=CODES)(prove)
app.command("check-proof", epilog=CODES)(check_proof)
app.command("replay", epilog=CODES)(replay)
app.command("timeline", epilog=CODES)(timeline)
app.command("who-saw", epilog=CODES)(who_saw)
app.command("anomalies", epilog=CODES)(anomalies)
app.command("affected-by", epilog=CODES)(affected)
app.command("statistics", epilog=CODES)(statistics)
app.command("export", epilog=CODES)(export)
app.command("report", epilog=CODES)(report)
app.command("archive", epilog=CODES)(archive)
app.command("restore-check", epilog=CODES)(restore_check)


@app.command(epilog=CODES)
def verify(
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    no_keys: NoKeys = False,
    vkey: Vkey = None,
    as_json: AsJson = False,
) -> None:
    """Compare every stored event and document with the transparency log.

    Recomputes the digest of each event, each tile and the root that was signed; opens every
    sealed state and hashes every stored document, if keys are at hand. What was changed is
    named: service, position, originator and version, or document and object.
    """
    with or_cannot():
        given = where(
            home,
            data=data,
            postgres=postgres,
            objects=objects,
            keys=keys,
            public_keys=public_keys,
            vkey=vkey,
            with_keys=not no_keys,
        )
        result = verified(open_evidence(given))
    if as_json:
        out.print_json(data=result.to_json())
    else:
        _show(result)
    raise typer.Exit(Ended.CLEAN if result.log_verified else Ended.FINDINGS)


@app.command(epilog=CODES)
def redecide(
    record: RecordOf = None,
    since: Since = None,
    until: Until = None,
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    as_json: AsJson = False,
) -> None:
    """Decide every access again, with the rules and the facts of its instant.

    Facts are rebuilt from the log at the recorded positions, not taken from the recorded copy;
    the states that access heard of are compared with identity's own log, where that is at hand.
    With --record its decisions alone, opened with its keys alone: those that rest on a matrix
    since loaded, on rules since replaced or on a connected service need the key file (--keys).

    [b]Example[/]

      carnet audit redecide --record 5c0e... --as auditor,mandate=m1,scope=5c0e...
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "redecide")
    with or_cannot(), looking(given, under, record) as look:
        result = redecide_under(given, look, record, since=when(since), until=when(until))
    if as_json:
        out.print_json(data=result.to_json())
    else:
        for line in result.differing:
            out.print(f"[red]differs[/] {line}")
        out.print(f"{result.decisions} decisions, {result.count} differ, {result.erased} erased")
    if not result.heard:
        err.print("identity's log is not there: what access heard from it was not compared")
    if result.unreached:
        err.print(f"{result.unreached} not decided again: they need the key file, --keys")
    if result.count:
        raise typer.Exit(Ended.FINDINGS)
    raise typer.Exit(Ended.CANNOT_RUN if result.unreached else Ended.CLEAN)


@app.command("export-log", epilog=CODES)
def export_log(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    home: Dir = DEFAULT,
    objects: ObjectsDir = None,
    vkey: Vkey = None,
) -> None:
    """Write the published log into a folder that any C2SP tool, or web server, can use.

    DIR/checkpoint, DIR/tile/..., DIR/vkey: the formats tlog-tiles, tlog-checkpoint, signed-note.
    """
    with or_cannot():
        size = export_files(where(home, objects=objects, vkey=vkey, with_keys=False), folder)
    out.print(f"{size} entries written to {folder}", markup=False)


@app.command("copy", epilog=CODES)
def copy_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    home: Dir = DEFAULT,
) -> None:
    """Copy event stores and objects, to be verified elsewhere with nothing running.

    Writes DIR/data and DIR/objects. Everything in them stays sealed; no key is copied.
    """
    with or_cannot():
        copy_evidence(where(home, with_keys=False), folder, err.print)
    out.print(f"copied to {folder}", markup=False)


@app.command(epilog=CODES)
def journal(
    record: str,
    who: Annotated[
        str, typer.Option("--as", metavar="KIND[,name=value...]", help=callers.HELP)
    ] = "auditor,physician=true",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 50,
    home: Dir = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show the journal of a record, as the caller named may see it; Carnet must run."""
    place = Place(home)
    with or_cannot():
        settings = place.settings()
        if not settings:
            raise CannotRead(f"Carnet was never up in {home}")
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
