"""``report``: one self-contained file that says what an audit found."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.audit_asking import between
from scripts.cli.audit_evidence import Evidence, Where, open_evidence
from scripts.cli.audit_looking import Looking, Under, looking
from scripts.cli.audit_options import (
    AUDITOR,
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
    progress,
    when,
    where,
)
from scripts.cli.audit_part import Part, part_of
from scripts.cli.audit_pdf import print_report
from scripts.cli.audit_redecide import Redecided, redecide_under
from scripts.cli.audit_report import Subject, render
from scripts.cli.audit_sentences import Story
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import out
from services.audit.domain.report import VerificationReport


def report(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("carnet-audit.html"),
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="The same as a PDF, beside it.")
    ] = None,
    record: RecordOf = None,
    since: Since = None,
    until: Until = None,
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    objects: ObjectsDir = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    no_keys: NoKeys = False,
    vkey: Vkey = None,
) -> None:
    """Verify, decide again, and write one self-contained HTML report; no network, no script.

    With --record, or --from and --to, it also tells what was done, act by act: each line opens
    to its facts, its rules, and how to prove it; acts are charted by role and outcome. Decisions
    made again are then those of that record, or of that period. With --record and --no-keys, on
    a Carnet that runs, that record's keys alone are opened, handed over by keyring.

    [b]Examples[/]

      carnet audit report --output report.html --pdf report.pdf
      carnet audit report --record 5c0e... --as auditor,physician=true
      carnet audit report --from 2026-11-01 --to 2026-12-01
    """
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
    with or_cannot():
        again, part = _looked(given, Under(home, who, "report"), record, since, until)
        evidence = open_evidence(given)
        result = verified(evidence)
        subject = Subject(
            made_at=datetime.now(UTC), vkey=str(evidence.verifier), live=evidence.live
        )
        output.write_text(render(result, again, subject, part), encoding="utf-8")
        if pdf:
            pdf.write_bytes(print_report(result, again, subject, part))
    out.print(f"report written to {output}", markup=False)
    clean = result.log_verified and not (again and again.count)
    raise typer.Exit(Ended.CLEAN if clean else Ended.FINDINGS)


def _looked(
    given: Where, under: Under, record: RecordOf, since: str | None, until: str | None
) -> tuple[Redecided | None, Part | None]:
    """What was decided again, of one record or of all, and what was done; with no keys and
    nothing asked for, nothing is opened and no mandate is used."""
    wanted = record or since or until
    if not (wanted or given.with_keys):
        return None, None
    with looking(given, under, record) as look:
        period = {"since": when(since), "until": when(until)}
        again = redecide_under(given, look, record, **period) if given.with_keys or record else None
        return again, _part(look, record, since, until) if wanted else None


def _part(look: Looking, record: RecordOf, since: str | None, until: str | None) -> Part:
    title = f"Dossier {record}" if record else "Tous les dossiers du mandat"
    if since or until:
        title += f", de {since or 'l’origine'} à {until or 'maintenant'}"
    story = Story(physician=look.mandate.physician)
    return part_of(title, between(look.told(record), since, until), story)


def verified(evidence: Evidence) -> VerificationReport:
    with progress("verifying", sum(evidence.stores.appended().values())) as advance:
        return evidence.verify(advance)
