"""Read model: the notices of a record, newest first. Ids and dates only; words are in the log."""

from collections.abc import Callable, Sequence
from uuid import UUID

from services.notification.contract import NoticeLine, Notifications
from services.notification.domain.notice import Notice
from services.notification.domain.sentences import Sentences
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import instant
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, Patch, Purge, Put, Sort, Write
from shared.stores.event_log import EventLog


class Notices:
    NAME = "notices"
    VERSION = 1
    INDEXES = ("record_id", "happened_at")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Notice.Created():
                entry = {
                    "record_id": str(event.record_id),
                    "happened_at": instant(event.happened_at),
                    "private": event.private,
                    "read": False,
                }
                return [Put(str(event.originator_id), entry)]
            case Notice.Read():
                return [Patch(str(event.originator_id), {"read": True})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class NoticeReader:
    """The query on it, in words."""

    def __init__(
        self,
        documents: Documents,
        log: EventLog,
        sentences: Sentences,
        may_read: Callable[[UUID, Actor], None],
    ) -> None:
        """``may_read`` raises unless access lets someone act in a person's place today."""
        self._documents = documents
        self._log = log
        self._sentences = sentences
        self._may_read = may_read

    def notifications(self, request: Notifications, by: Actor) -> Listing[NoticeLine]:
        """What concerns a secret session, or a document kept from them, no representative sees
        nor counts.
        """
        if by.principal.kind is not ActorKind.PATIENT:
            self._may_read(request.record_id, by)
        where: list[Filter] = [Eq("record_id", str(request.record_id))]
        if request.unread:
            where.append(Eq("read", False))
        if by.principal.kind is not ActorKind.PATIENT:
            where.append(Eq("private", False))
        page = self._documents.find(
            *where,
            sort=[Sort("happened_at", descending=True)],
            limit=request.limit,
            after=request.cursor,
        )
        found = (self._log.get(UUID(item["id"]), Notice) for item in page.items)
        return Listing[NoticeLine](
            items=[self._line(notice) for notice in found if notice],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )

    def _line(self, notice: Notice) -> NoticeLine:
        return NoticeLine(
            notification_id=notice.id,
            kind=notice.kind,
            happened_at=notice.happened_at,
            title_fr=self._sentences.title(notice.kind),
            text_fr=self._sentences.text(notice.kind, notice.who, notice.happened_at),
            subject=notice.subject,
            read=notice.read,
        )
