"""``timeline``, ``who-saw``, ``anomalies``, ``affected-by``, ``statistics``: who did what."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from scripts.cli.audit_likeness import StoredLikeness
from scripts.cli.audit_looking import Looking, Under, looking, record_of
from scripts.cli.audit_options import (
    AUDITOR,
    PARIS,
    AsJson,
    Data,
    Ended,
    Kek,
    Postgres,
    PublicKeys,
    Since,
    Until,
    Who,
    a_month,
    or_cannot,
    when,
    where,
)
from scripts.cli.audit_sentences import Story
from scripts.cli.machine import Dir
from scripts.cli.place import DEFAULT
from scripts.cli.screen import out
from services.audit.adapters.rules import anomaly_rules, measures
from services.audit.domain.affected import affected_by
from services.audit.domain.anomalies import Suspicion, suspicions
from services.audit.domain.seeing import Sight, sights
from services.audit.domain.statistics import Cell, months_between, publish, since_beginning
from services.audit.domain.told import Told
from shared.kernel.clock import instant


def timeline(
    record: Annotated[UUID, typer.Option("--record", metavar="ID", help="The record.")],
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
    """Tell what happened to a record, act by act, from the services' own logs.

    Each line names its place in a log (SERVICE POSITION): `carnet audit prove` proves it. Which
    document it was is told when a physician is present.

    [b]Example[/]

      carnet audit timeline --record 5c0e... --as auditor,mandate=m1,scope=5c0e...,physician=true
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "timeline")
    with or_cannot(), looking(given, under, record) as look:
        story = Story(physician=look.mandate.physician)
        every = ((told, story.line(told)) for told in look.told(record))
        first, last = when(since), when(until)
        lines = [line for told, line in every if within(told, first, last)]
    if as_json:
        out.print_json(data=lines)
        return
    for line in lines:
        said = f"{line['at']}  {line['sentence_fr']}"
        out.print(said, markup=False, soft_wrap=True)
        out.print(f"  {line['who']}, {line['place']}", style="dim", soft_wrap=True)
    out.print(f"{len(lines)} acts")


def who_saw(
    id_: Annotated[UUID, typer.Argument(metavar="DOCUMENT|RECORD")],
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
    """Name everyone who saw a document, or anything of a record: who, when, by which right.

    [b]Example[/]

      carnet audit who-saw 1b2c... --as auditor,mandate=m1,physician=true
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "who-saw")
    with or_cannot():
        record, document = record_of(given, id_)
        with looking(given, under, record) as look:
            heard = between(look.told(record), since, until)
            found = list(sights(heard, document))
    if as_json:
        out.print_json(data=[sight.to_json() for sight in found])
        return
    for sight in found:
        out.print(_sight(sight), markup=False, soft_wrap=True)
    people = {sight.who for sight in found}
    out.print(f"{len(found)} acts by {len(people)} readers")


def _sight(sight: Sight) -> str:
    place = f" in {sight.facility}" if sight.facility else ""
    why = f", {sight.right}" if sight.right else ""
    mode = "" if sight.mode == "normal" else f", {sight.mode}"
    return f"{instant(sight.at)}  {sight.who}{place} {sight.what}{why}{mode} ({sight.place})"


def anomalies(
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
    """Point at what an auditor should look at; each finding says by which rule, and why.

    Rules are data (services/audit/data/anomaly_rules.csv): bursts of emergencies, one account
    reading many unrelated records, own or a relative's name, hours out of habit, a refusal
    followed by an emergency, a prescription shown far apart, numbers tried. A finding accuses
    nobody. Names are compared and never shown.
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "anomalies")
    first, last = when(since), when(until)
    with or_cannot(), looking(given, under) as look:
        likeness = StoredLikeness(look.reader)
        found = [
            suspicion
            for suspicion in suspicions(look.told(), anomaly_rules(), likeness)
            if within(suspicion, first, last)
        ]
    if as_json:
        out.print_json(data=[suspicion.to_json() for suspicion in found])
    else:
        for suspicion in found:
            out.print(f"[b]{suspicion.rule.name}[/] {instant(suspicion.at)} {suspicion.who}")
            out.print(f"  {suspicion.rule.explanation_en}", markup=False)
            records = ", ".join(map(str, suspicion.records[:5]))
            out.print(f"  records: {records}; facts: {', '.join(suspicion.places[:10])}")
        out.print(f"{len(found)} findings by {len(anomaly_rules())} rules")
    raise typer.Exit(Ended.FINDINGS if found else Ended.CLEAN)


def affected(
    actor: Annotated[
        str | None, typer.Argument(metavar="[ACTOR]", help="An id, or kind:id; anybody if left out")
    ] = None,
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
    """List the records, and the kinds of data, that an actor touched, or that anybody did in a
    period: for a breach notice (GDPR, articles 33 and 34).

    [b]Examples[/]

      carnet audit affected-by professional:899700366240 --from 2026-11-01
      carnet audit affected-by --from 2026-11-20 --to 2026-11-21
    """
    if not (actor or since or until):
        raise typer.BadParameter("name an actor, or a period with --from and --to")
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    with or_cannot(), looking(given, Under(home, who, "affected-by")) as look:
        found = affected_by(look.told(), actor=actor, since=when(since), until=when(until))
    rows = sorted(found.items(), key=lambda item: str(item[0]))
    if as_json:
        out.print_json(data=[touched.to_json(record) for record, touched in rows])
        return
    for record, touched in rows:
        kinds = ", ".join(sorted(touched.kinds))
        out.print(f"{record}: {kinds} ({touched.acts} acts)", soft_wrap=True)
    out.print(f"{len(rows)} records")


def statistics(
    first: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM", help="The first month.", parser=a_month)
    ],
    last: Annotated[
        str, typer.Option("--to", metavar="YYYY-MM", help="The last month.", parser=a_month)
    ],
    who: Who = AUDITOR,
    home: Dir = DEFAULT,
    data: Data = None,
    postgres: Postgres = None,
    keys: Kek = None,
    public_keys: PublicKeys = None,
    as_json: AsJson = False,
) -> None:
    """Count what a ministry would publish, by month: records, documents by kind of contributor
    and by type, messages, appointments, services, refusals, emergencies.

    Counts under eleven are hidden, and what they could be told from.

    [b]Example[/]

      carnet audit statistics --from 2026-01 --to 2026-11
    """
    given = where(home, data=data, postgres=postgres, keys=keys, public_keys=public_keys)
    under = Under(home, who, "statistics")
    with or_cannot(), looking(given, under) as look:
        counts = _counted(look)
    cells = publish(counts, months_between(first, last))
    since_then = since_beginning(counts, last)
    if as_json:
        out.print_json(
            data={
                "cells": [vars(c) for c in cells],
                "since_beginning": [vars(s) for s in since_then],
            }
        )
        return
    table = Table("month", "measure", "value", "count", "growth")
    for cell in cells:
        count = "hidden" if cell.count is None else str(cell.count)
        growth = "" if cell.growth is None else f"{cell.growth:+} %"
        table.add_row(cell.month, cell.measure, cell.value, count, growth)
    out.print(table)
    for total in since_then:
        out.print(f"{total.measure} {total.value} since the beginning: {total.count} or more")


def _counted(look: Looking) -> Counter[Cell]:
    counts: Counter[Cell] = Counter()
    for told in look.told():
        month = f"{told.at.astimezone(PARIS):%Y-%m}"
        counts.update((month, *fact) for fact in measures().facts(told.type, told.data))
    return counts


def between(heard: Iterator[Told], since: str | None, until: str | None) -> Iterator[Told]:
    """``until`` is excluded."""
    first, last = when(since), when(until)
    return (told for told in heard if within(told, first, last))


def within(told: Told | Suspicion, first: datetime | None, last: datetime | None) -> bool:
    return (not first or told.at >= first) and (not last or told.at < last)
