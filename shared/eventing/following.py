"""What a service that follows others is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.eventing.codec import TransportKeys
from shared.eventing.received import Received, Upcasts
from shared.eventing.view import View
from shared.stores.event_log import EventLog, Outcome

Policy = Callable[[Any, Received], Outcome[Any] | None]
"""(log, message) -> what the service does about it; never saves. May be run again."""
Pull = Callable[[str, int, int], Mapping[str, Any]]
"""(service, after, limit) -> the answer of its RPC ``events``."""


@dataclass(frozen=True, kw_only=True)
class Following:
    """``views``: read models over other services' messages. ``sources``: services followed."""

    log: EventLog
    sources: Sequence[str]
    policies: Mapping[str, Policy]
    transport_keys: TransportKeys
    pull: Pull
    amqp_uri: str
    views: Sequence[View] = ()
    upcasts: Upcasts = field(default_factory=dict)
    close: Callable[[], None] = lambda: None
