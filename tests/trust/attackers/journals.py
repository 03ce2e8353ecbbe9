"""What journals tell of what was asked in a while."""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from scripts.demo.cast import Caller
from shared.kernel.errors import StaleRead
from tests.support.deadline import eventually
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import Record
from tests.trust.attackers.telling import told

TOLD_BY = ("access", "vault", "prescription", "profile", "agenda", "messaging", "catalogue")
PAGE = 100
"""Lines."""


def now(besieged: Besieged) -> str:
    instant = besieged.deployment.place.clock.now()
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(besieged: Besieged, reader: Caller, record: Record, since: str) -> Counter[str]:
    """All that this reader is told of it, once all that was said until now is in the journal; but
    for the readings of it."""
    asked: dict[str, Any] = {"record_id": record.record_id, "from": since, "to": now(besieged)}
    asked |= {"limit": PAGE, "at_least": {name: _head(besieged, name) for name in TOLD_BY}}
    found: Counter[str] = Counter()
    while True:
        [page] = eventually(lambda: _page(reader, asked), within=30)
        found.update(told(lambda line=line: line, record) for line in page["items"])  # type: ignore[misc]  # mypy infers no type for a default
        if not page["next_cursor"]:
            return found
        asked["cursor"] = page["next_cursor"]


def _page(reader: Caller, asked: dict[str, Any]) -> list[Any]:
    try:
        return [reader.ask("audit.journal", **asked)]
    except StaleRead:
        return []


def _head(besieged: Besieged, service: str) -> int:
    file = besieged.deployment.place.home / "data" / f"{service}.db"
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as log:
        [(head,)] = log.execute("SELECT MAX(rowid) FROM stored_events")
    return int(head or 0)
