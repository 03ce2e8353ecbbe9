"""Decides every access again, from the logs alone."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from scripts.cli.audit_evidence import Where, open_keys, open_stores
from scripts.cli.audit_heard import heard_from
from scripts.cli.audit_keys import OutOfScope
from scripts.cli.audit_looking import Looking
from scripts.cli.audit_told import Advance
from scripts.cli.pool import workers
from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.application.past import Past
from services.access.domain.decision import Decision
from services.access.domain.redecision import Heard, Redecision
from services.access.domain.reference import AccessSettings
from services.audit.adapters.contents import KeysOf
from services.audit.domain.stored import StoredRow
from shared.crypto.keys import KeyErased
from shared.crypto.sealing import NotAuthentic
from shared.kernel.clock import SystemClock
from shared.kernel.settings import read_settings
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

STRETCH = 500
"""Positions of the log of access that a process decides again at once."""
KEPT = 200
"""Differing decisions that are kept one by one; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What decisions are taken again with. ``heard``: ``None`` where identity's log is not."""

    log: Access
    past: Past
    heard: Heard | None


@dataclass
class Redecided:
    """``differing``: at most :data:`KEPT`, each with its reasons; ``count``: all of them.
    ``unreached``: left out, for they rest on what the keys of their record do not open.
    ``heard``: whether what access says it heard was compared with identity's own log."""

    heard: bool
    decisions: int = 0
    count: int = 0
    erased: int = 0
    unreached: int = 0
    differing: list[str] = field(default_factory=list)

    def add(self, again: Redecision) -> None:
        self.decisions += 1
        self.erased += again.erased
        if again.differs:
            self.count += 1
            if self.count <= KEPT:
                said = f"decision {again.decision_id}, position {again.position}"
                self.differing.append(f"{said}: {'; '.join(again.why)}")

    def to_json(self) -> dict[str, Any]:
        return vars(self)


def redecide_under(
    where: Where,
    look: Looking,
    record: UUID | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Redecided:
    """Those about one record, or about all that the mandate covers."""
    records = look.records(record)
    if records is None:
        return _every(where, look.keys_of, look.advance, since, until)
    with _tools(where, look.keys_of) as tools:
        result = Redecided(heard=tools.heard is not None)
        for one in records:
            for row in look.stores.rows("access", one):
                look.advance(1)
                if row.topic == Decision.Created.TOPIC:
                    _decide(tools, row, result, since, until)
    return result


def redecide_stored(where: Where) -> Redecided:
    """All of them, with the key file: for who holds it, and tests of the whole. Raise
    ``CannotRead`` if there is no store of access, or there are no keys."""
    return _every(where, open_keys(where, open_stores(where)), lambda _: None, None, None)


def _every(
    where: Where,
    keys_of: KeysOf,
    advance: Advance,
    since: datetime | None,
    until: datetime | None,
) -> Redecided:
    """Those from ``since`` on and before ``until``."""
    with _tools(where, keys_of) as tools:
        result = Redecided(heard=tools.heard is not None)
        after = first_from(tools.log, since) - 1 if since else 0
        upto = first_from(tools.log, until) - 1 if until else tools.log.head().position
    pieces = ((n, min(n + STRETCH, upto)) for n in range(after, upto, STRETCH))
    with workers(partial(open_tools, where), upto - after) as deciding:
        for again in deciding.each(decide_stretch, pieces):
            for decision in again:
                result.add(decision)
            advance(STRETCH)
    return result


@contextmanager
def open_tools(where: Where) -> Iterator[Tools]:
    """What a process needs to decide again; it opens everything itself."""
    with _tools(where, open_keys(where, open_stores(where))) as tools:
        yield tools


def decide_stretch(tools: Tools, piece: tuple[int, int]) -> list[Redecision]:
    """Decisions at positions in (after, upto] of the log of access."""
    after, upto = piece
    again = tools.log.redecide_all(tools.heard, after=after, upto=upto, past=tools.past)
    return list(again)


def _decide(
    tools: Tools,
    row: StoredRow,
    result: Redecided,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """The matrices that an operator loaded, rules since replaced and connected services are under
    access's own key, which nobody is handed: a decision that rests on one is counted apart."""
    decision = UUID(row.originator_id)
    if not _is_within(tools.log, decision, since, until):
        return
    try:
        result.add(tools.log.redecide_at(decision, row.position, tools.heard, tools.past))
    except OutOfScope:
        result.unreached += 1


def _is_within(
    log: EventLog, decision_id: UUID, since: datetime | None, until: datetime | None
) -> bool:
    """Also when its time can be read no more: erased, or changed."""
    with suppress(KeyErased, NotAuthentic):
        if found := log.get(decision_id, Decision):
            at = found.created_on
            return (not since or at >= since) and (not until or at < until)
    return True


def first_from(log: EventLog, instant: datetime) -> int:
    """The first position at or after an instant, by bisection: a service's clock goes forward."""
    low, high = 1, log.head().position + 1
    while low < high:
        middle = (low + high) // 2
        if _time_from(log, middle, instant) < instant:
            low = middle + 1
        else:
            high = middle
    return low


def _time_from(log: EventLog, position: int, otherwise: datetime) -> datetime:
    """Of the first event from there on that still tells its time."""
    after = position - 1
    while rows := log.read(after, 50):
        for row in rows:
            time: datetime | None = getattr(row.event, "timestamp", None)
            if time is not None:
                return time
        after = rows[-1].position
    return otherwise


@contextmanager
def _tools(where: Where, keys_of: KeysOf) -> Iterator[Tools]:
    """With the operator's choices, which the digest of the rules in force depends on."""
    chosen = read_settings(AccessSettings, where.settings, section="access")
    with open_log(_store(where), keys_of("access"), SystemClock(), chosen) as log:
        heard = heard_from(open_stores(where), keys_of)
        yield Tools(log=log, past=Past(log), heard=heard)


def _store(where: Where) -> EventStoreSettings:
    dsn = where.postgres or (None if where.data else where.settings.get("CARNET_POSTGRES_DSN"))
    return EventStoreSettings(
        data_dir=where.data or Path(where.settings.get("CARNET_DATA_DIR", ".")), postgres_dsn=dsn
    )
