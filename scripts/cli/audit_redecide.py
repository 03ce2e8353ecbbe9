"""Decides every access again, from the log of access alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.cli.audit_evidence import Where, open_keys, open_stores
from services.access.adapters.opening import open_log
from services.access.application import redecide_all
from shared.kernel.clock import SystemClock
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


def redecide_stored(where: Where, advance: Callable[[int], None] = lambda _: None) -> Redecided:
    """Raise ``CannotRead`` if there is no store of access, or there are no keys."""
    keys = open_keys(where, open_stores(where))
    result = Redecided()
    with open_log(_settings(where), keys("access"), SystemClock()) as log:
        for decision in redecide_all(log):
            result.decisions += 1
            result.erased += decision.erased
            if decision.differs:
                result.count += 1
                if result.count <= KEPT:
                    said = f"decision {decision.decision_id}, position {decision.position}"
                    result.differing.append(f"{said}: {'; '.join(decision.why)}")
            advance(1)
    return result


def _settings(where: Where) -> EventStoreSettings:
    dsn = where.postgres or (None if where.data else where.settings.get("CARNET_POSTGRES_DSN"))
    return EventStoreSettings(
        data_dir=where.data or Path(where.settings.get("CARNET_DATA_DIR", ".")), postgres_dsn=dsn
    )
