"""What is listed is told; an event that no room of this folder registers stays inside."""

from functools import singledispatch
from typing import Any

from shared.eventing.messages import MessageData
from shared.kernel.actor import in_secret


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


def common(event: Any) -> dict[str, Any]:
    return {"record_id": event.record_id, "by": event.by, "secret": in_secret(event.by)}
