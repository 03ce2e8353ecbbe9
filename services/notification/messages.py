"""What others hear of notices: that one was made, that something left, that an address is bad;
never a word of it, nor an address."""

from functools import singledispatch

from services.notification.domain.dispatch import Dispatch
from services.notification.domain.notice import Notice
from services.notification.domain.recipient import Recipient
from shared.eventing.messages import MessageData


class NotificationCreated(MessageData):
    """``secret``: nothing of it reaches representatives."""

    TYPE = "notification.notification_created"
    kind: str


class EmailSent(MessageData):
    """``channel``: email, text or letter."""

    TYPE = "notification.email_sent"
    channel: str


class EmailFailed(MessageData):
    """``reason``: RFC 3463, or a word."""

    TYPE = "notification.email_failed"
    channel: str
    reason: str


class AddressDisabled(MessageData):
    TYPE = "notification.address_disabled"
    channel: str


@singledispatch
def message_for(_event: object) -> MessageData | None:
    """The message of an event; None for what stays inside."""
    return None


@message_for.register
def _(event: Notice.Created) -> MessageData:
    return NotificationCreated(
        record_id=event.record_id, by=event.by, secret=event.private, kind=event.kind
    )


@message_for.register
def _(event: Dispatch.Sent) -> MessageData:
    return EmailSent(record_id=event.record_id, by=event.by, channel=event.channel)


@message_for.register
def _(event: Dispatch.Failed) -> MessageData:
    return EmailFailed(
        record_id=event.record_id, by=event.by, channel=event.channel, reason=event.reason
    )


@message_for.register
def _(event: Recipient.AddressDisabled) -> MessageData:
    return AddressDisabled(record_id=event.record_id, by=event.by, channel=event.channel)
