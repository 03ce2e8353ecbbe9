"""What journals tell of what was asked in a while."""

from collections import Counter
from typing import Any

from scripts.demo.cast import Caller
from tests.support.deadline import eventually
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import Record
from tests.trust.attackers.telling import told

PAGE = 100
"""Lines."""
ALIKE = 5
"""Readings, a second apart, that say that no line comes any more: who follows comes after who
answers, and on a busy machine three seconds without a line were seen before the last of them."""


def now(besieged: Besieged) -> str:
    instant = besieged.deployment.place.clock.now()
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(besieged: Besieged, reader: Caller, record: Record, since: str) -> Counter[str]:
    """All that this reader is told of it, once no line comes any more; but for the readings."""
    asked = {"record_id": record.record_id, "from": since, "to": now(besieged), "limit": PAGE}
    found: list[Counter[str]] = []

    def no_more_come() -> list[Counter[str]]:
        found.append(_all(reader, record, asked))
        return found[-1:] if found[-ALIKE:].count(found[-1]) == ALIKE else []

    return eventually(no_more_come, within=30, every=1.0)[0]


def _all(reader: Caller, record: Record, asked: dict[str, Any]) -> Counter[str]:
    all_of_it: Counter[str] = Counter()
    cursor: dict[str, str] = {}
    while True:
        page = reader.ask("audit.journal", **asked, **cursor)
        all_of_it.update(told(lambda line=line: line, record) for line in page["items"])  # type: ignore[misc]  # mypy infers no type for a default
        if not page["next_cursor"]:
            return all_of_it
        cursor = {"cursor": page["next_cursor"]}
