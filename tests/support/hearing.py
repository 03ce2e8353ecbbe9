"""A message heard as a follower hears it: policy and purge, then outcome and place in one save."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.eventing.purging import with_purge
from shared.eventing.received import Received
from shared.stores.event_log import EventLog, Followed, Link
from tests.support.published import published

Policies = Mapping[str, Callable[[Any, Received], Any]]


def hear(log: EventLog, policies: Policies, type_: str, record: UUID, **data: Any) -> None:
    """``type_``: with its publisher, whose next message this is."""
    publisher = type_.partition(".")[0]
    at = log.places.followed(publisher)
    position = at.position + 1 if at else 1
    received = Received(
        publisher=publisher,
        type=type_,
        version=1,
        key=f"{record}.{position}",
        epoch="e",
        position=position,
        occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
        record=record,
        data=published(type_, record_id=str(record), **data),
    )
    policy = policies.get(type_)
    outcome = with_purge(received, policy(log, received) if policy else None)
    reached = Link("e", position, "digest")
    log.apply(outcome, Followed(publisher=publisher, previous=at, reached=reached))
