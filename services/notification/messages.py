"""What others hear of notices: that one was made, and of which kind."""

from functools import singledispatch

from services.notification.domain.notice import Notice
from shared.eventing.messages import MessageData


class NotificationCreated(MessageData):
    """``secret``: nothing of it reaches representatives."""

    TYPE = "notification.notification_created"
    kind: str


@singledispatch
def message_for(event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


@message_for.register
def _(event: Notice.Created) -> MessageData:
    return NotificationCreated(
        record_id=event.record_id, by=event.by, secret=event.private, kind=event.kind
    )
