"""``export``: what was done, for other tools."""

import csv
import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from scripts.cli.audit_asking import between
from scripts.cli.audit_looking import Under, looking
from scripts.cli.audit_options import (
    AUDITOR,
    Data,
    Kek,
    Postgres,
    PublicKeys,
    RecordOf,
    Since,
    Until,
    Who,
    or_cannot,
    where,
)
from scripts.cli.audit_sentences import Story
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import err
from services.audit.domain.audit_event import audit_event
from services.audit.domain.settings import AuditSettings
from services.audit.domain.told import Told

COLUMNS = ("at", "record", "who", "action", "refused", "right", "mode", "document", "place")


class Form(StrEnum):
    """``fhir``: one AuditEvent (FHIR R4) per line, as FHIR bulk data are."""

    NDJSON = "ndjson"
    CSV = "csv"
    FHIR = "fhir"


def export(
    form: Annotated[Form, typer.Option("--format", help="Form of each act.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The file to write.")],
    record: RecordOf = None,
    since: Since = None,
    until: Until = None,
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
) -> None:
    """Write every act into a file: JSON lines, CSV, or FHIR R4 AuditEvent resources.

    Codes and ids alone, one act at a time: memory does not grow with the log. Acts of erased
    records are left out: nothing of them can be read.

    [b]Example[/]

      carnet audit export --format fhir --output november.ndjson --from 2026-11-01
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "export")
    count = 0
    with (
        or_cannot(),
        looking(given, under, record) as look,
        output.open("w", encoding="utf-8", newline="") as file,
    ):
        write = _WRITERS[form](file, physician=look.mandate.physician)
        for told in _readable(between(look.told(record), since, until)):
            write(told)
            count += 1
    err.print(f"{count} acts written to {output}", markup=False)


def _readable(heard: Iterator[Told]) -> Iterator[Told]:
    return (told for told in heard if not told.erased)


Write = Callable[[Told], None]


def _ndjson(file: IO[str], *, physician: bool) -> Write:
    story = Story(physician=physician)

    def write(told: Told) -> None:
        file.write(json.dumps(_act(story, told), ensure_ascii=False) + "\n")

    return write


def _csv(file: IO[str], *, physician: bool) -> Write:
    story = Story(physician=physician)
    rows = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
    rows.writeheader()
    return lambda told: rows.writerow(_act(story, told))


def _fhir(file: IO[str], *, physician: bool) -> Write:
    """Which document it was is left out without a physician."""
    observer = AuditSettings().origin.partition("/")[0]

    def write(told: Told) -> None:
        event = audit_event(told, observer, objects=physician)
        file.write(json.dumps(event, ensure_ascii=False) + "\n")

    return write


def _act(story: Story, told: Told) -> dict[str, Any]:
    return {**story.line(told), "record": str(told.record) if told.record else None}


_WRITERS: dict[Form, Callable[..., Write]] = {
    Form.NDJSON: _ndjson,
    Form.CSV: _csv,
    Form.FHIR: _fhir,
}
