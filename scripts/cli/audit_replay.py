"""``replay``: a record as it stood at an instant."""

from typing import Annotated, Any
from uuid import UUID

import typer

from scripts.cli.audit_looking import Looking, Under, looking
from scripts.cli.audit_options import (
    AUDITOR,
    AsJson,
    Data,
    Kek,
    Postgres,
    PublicKeys,
    Who,
    or_cannot,
    when,
    where,
)
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import out
from services.audit.domain.replay import Standing

TITLES = {"vault": "documents", "access": "rights", "profile": "profile"}


def replay(
    record: Annotated[UUID, typer.Option("--record", metavar="ID", help="The record.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="2026-11-22, or RFC 3339; now.")
    ] = None,
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a record as it stood at an instant: documents, rights, profile, and all else.

    From the events alone, in their order; nothing of a read model is used. Only the keys of this
    record are opened. Without a physician, codes and the facts of decisions show.

    [b]Example[/]

      carnet audit replay --record 5c0e... --at 2026-11-22T10:00 --as auditor,physician=true
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "replay")
    with or_cannot(), looking(given, under, record) as look:
        stood, erased = _replayed(look, record, at)
    if as_json:
        out.print_json(data={"record": str(record), "at": at, "erased": erased, **stood})
        return
    for title, streams in stood.items():
        out.print(f"[b]{title}[/] ({len(streams)})")
        for stream in streams:
            out.print(f"  {stream['kind']} {stream['id']}, version {stream['version']}")
            for name, value in stream["state"].items():
                out.print(f"    {name}: {value}", markup=False, soft_wrap=True)
    if erased:
        out.print(f"{erased} events of this record were erased")


def _replayed(
    look: Looking, record: UUID, at: str | None
) -> tuple[dict[str, list[dict[str, Any]]], int]:
    until, standing = when(at), Standing()
    for service in look.services:
        for opened in look.reader.opened(service, record):
            if until is None or opened.at <= until:
                standing.add(service, opened.row.originator_id, opened.event)
    stood = standing.to_json(physician=look.mandate.physician)
    named = {TITLES.get(service, service): streams for service, streams in stood.items()}
    first = {title: named.get(title, []) for title in TITLES.values()}
    return {**first, **named}, standing.erased
