"""Decides every access again, from the log of access alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.cli.audit_evidence import Where, open_keys, open_stores
from services.access.adapters.opening import open_log
from shared.kernel.clock import SystemClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

KEPT = 200
"""Differing decisions that are kept one by one; the others are counted."""


@dataclass
class Redecided:
    """``differing``: at most :data:`KEPT`, each with its reasons; ``count``: all of them."""

    decisions: int = 0
    count: int = 0
    erased: int = 0
    differing: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return vars(self)


def redecide_stored(
    where: Where,
    advance: Callable[[int], None] = lambda _: None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Redecided:
    """Those from ``since`` on and before ``until``. Raise ``CannotRead`` if there is no store of
    access, or there are no keys."""
    keys = open_keys(where, open_stores(where))
    result = Redecided()
    with open_log(_settings(where), keys("access"), SystemClock()) as log:
        after = first_from(log, since) - 1 if since else 0
        end = first_from(log, until) if until else None
        for decision in log.redecide_all(after=after):
            if end is not None and decision.position >= end:
                break
            result.decisions += 1
            result.erased += decision.erased
            if decision.differs:
                result.count += 1
                if result.count <= KEPT:
                    said = f"decision {decision.decision_id}, position {decision.position}"
                    result.differing.append(f"{said}: {'; '.join(decision.why)}")
            advance(1)
    return result


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


def _settings(where: Where) -> EventStoreSettings:
    dsn = where.postgres or (None if where.data else where.settings.get("CARNET_POSTGRES_DSN"))
    return EventStoreSettings(
        data_dir=where.data or Path(where.settings.get("CARNET_DATA_DIR", ".")), postgres_dsn=dsn
    )
