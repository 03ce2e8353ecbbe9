"""Given/when/then for aggregates: compare what happened, not bookkeeping."""

from typing import Any

from eventsourcing.domain import Aggregate
from eventsourcing.utils import get_topic

BOOKKEEPING = {
    "originator_id",
    "originator_version",
    "originator_topic",
    "timestamp",
    "record_id",
    "by",
}


def new_facts(aggregate: Aggregate) -> list[tuple[str, dict[str, Any]]]:
    """Take the events raised since the last call, as ``(topic, fields)`` pairs."""
    return [
        (
            get_topic(type(event)),
            {k: v for k, v in vars(event).items() if k not in BOOKKEEPING},
        )
        for event in aggregate.collect_events()
    ]
