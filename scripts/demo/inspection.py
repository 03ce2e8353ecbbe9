"""The auditor of the story: verifies, decides again, and is put to the test on a copy."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from scripts.cli.audit_evidence import DOCUMENTS, Where, copy_evidence, open_evidence
from scripts.cli.audit_redecide import redecide_stored
from scripts.cli.deployment import Deployment
from scripts.demo.story import StoryFailed, Teller
from scripts.demo.tally import Tally
from services.audit.domain.report import FindingKind

TAMPERED_SERVICE = "vault"


def inspect(deployment: Deployment, home: Path, tally: Tally, teller: Teller) -> None:
    """Everything in the log is unchanged, and every access would be decided the same today."""
    where = Where(settings=deployment.place.settings())
    report = open_evidence(where).verify()
    tally.log_size, tally.log_verified = report.log_size, report.log_verified
    teller.tell(
        f"An auditor compares every event and {report.documents} stored documents with the log "
        f"of {report.log_size} leaves: {_verdict(report.log_verified)}."
    )
    again = redecide_stored(where)
    tally.decisions_redecided, tally.decisions_differing = again.decisions, again.count
    teller.tell(f"{again.decisions} decisions are made again from the log: {again.count} differ.")
    copy = home / "copy"
    copy_evidence(where, copy)
    _put_to_the_test(where, copy, tally, teller)


def _put_to_the_test(where: Where, copy: Path, tally: Tally, teller: Teller) -> None:
    """One byte changed in one stored event of the copy, and one in one stored document."""
    position = _change_event(copy / "data" / f"{TAMPERED_SERVICE}.db")
    changed = _change_document(copy / "objects" / DOCUMENTS)
    there = replace(where, data=copy / "data", objects=copy / "objects")
    findings = open_evidence(there).verify().findings
    event = [f for f in findings if f.kind is FindingKind.EVENT_CHANGED]
    document = [f for f in findings if f.kind is FindingKind.DOCUMENT_CHANGED]
    if [f.position for f in event] != [position] or [f.object_key for f in document] != [changed]:
        raise StoryFailed("what was changed in the copy was not found, or something else was")
    tally.tampering_named = [str(finding) for finding in (*event, *document)]
    tally.tampering_found = len(tally.tampering_named)
    teller.tell("In a copy, one byte of an event and one byte of a document are changed:")
    for named in tally.tampering_named:
        teller.tell(f"  {named}")


def _change_event(store: Path) -> int:
    with closing(sqlite3.connect(store)) as connection, connection:
        rows = connection.execute(
            "SELECT rowid, state FROM stored_events WHERE topic = 'vault.document_opened'"
        ).fetchall()
        position, state = random.choice(rows)  # noqa: S311 - any event will do
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE rowid = ?", (_other(state), position)
        )
    return int(position)


def _change_document(folder: Path) -> str:
    file = random.choice(sorted(f for f in folder.rglob("*") if f.is_file()))  # noqa: S311 - idem
    file.write_bytes(_other(file.read_bytes()))
    return file.relative_to(folder).as_posix()


def _other(content: bytes) -> bytes:
    """The same but for one byte in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _verdict(verified: bool) -> str:
    return "nothing was changed" if verified else "SOMETHING WAS CHANGED"
