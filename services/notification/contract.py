"""What notification answers to, and to whom."""

from uuid import UUID

from services.notification.domain.notice import NoticeKind
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    Listing,
    ListQuery,
    Method,
)


class Notifications(ListQuery):
    """Newest first; ``unread`` leaves out what was marked as read."""

    record_id: UUID
    unread: bool = False


class NoticeLine(Answer):
    """``subject``: the document, or the emergency session."""

    notification_id: UUID
    kind: NoticeKind
    happened_at: Instant
    title_fr: str
    text_fr: str
    subject: UUID | None
    read: bool


class MarkRead(Command):
    record_id: UUID
    notification_id: UUID


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})

CONTRACT = Contract(
    "notification",
    (
        Method(
            name="notifications",
            request=Notifications,
            answer=Listing[NoticeLine],
            callers=PERSON,
        ),
        Method(name="mark_read", request=MarkRead, answer=Done, callers=PERSON),
    ),
)
