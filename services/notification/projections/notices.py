"""Read model: the notices of a record and what left of it, newest first. Ids, dates and ways;
words are in the log."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from services.notification.contract import (
    Deliveries,
    DeliveryLine,
    NoticeLine,
    Notifications,
)
from services.notification.domain.dispatch import Dispatch
from services.notification.domain.notice import Notice
from services.notification.domain.sentences import Sentences
from services.notification.domain.topic import Channel, Topic
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import instant, parse_instant
from shared.rpc.contract import Listing
from shared.stores.documents import Documents, Eq, Filter, In, Patch, Purge, Put, Sort, Write
from shared.stores.event_log import EventLog


class Notices:
    NAME = "notices"
    VERSION = 2
    INDEXES = ("record_id", "happened_at")

    def writes(self, event: object) -> Sequence[Write]:
        match event:
            case Notice.Created():
                entry = {
                    "what": "notice",
                    "record_id": str(event.record_id),
                    "happened_at": instant(event.happened_at),
                    "private": event.private,
                    "read": False,
                }
                return [Put(str(event.originator_id), entry)]
            case Notice.Read():
                return [Patch(str(event.originator_id), {"read": True})]
            case Dispatch.Created():
                entry = {
                    "what": "dispatch",
                    "record_id": str(event.record_id),
                    "happened_at": instant(event.timestamp),
                    "channel": event.channel,
                    "topic": event.topic,
                    "state": "begun",
                }
                return [Put(str(event.originator_id), entry)]
            case Dispatch.Sent():
                return [Patch(str(event.originator_id), {"state": "sent"})]
            case Dispatch.Failed():
                return [Patch(str(event.originator_id), {"state": "failed"})]
        return []

    def purge(self, record_id: UUID) -> Sequence[Write]:
        return [Purge((Eq("record_id", str(record_id)),))]


class NoticeReader:
    """The queries on it, in words."""

    def __init__(
        self,
        documents: Documents,
        log: EventLog,
        sentences: Mapping[str, Sentences],
        *,
        may_read: Callable[[UUID, Actor], None],
        kin: Callable[[UUID], Sequence[UUID]],
    ) -> None:
        """``may_read`` raises unless access lets someone act in a person's place today; ``kin``:
        the record and those merged with it."""
        self._documents = documents
        self._log = log
        self._sentences = sentences
        self._may_read = may_read
        self._kin = kin

    def notifications(self, request: Notifications, by: Actor) -> Listing[NoticeLine]:
        """What concerns a secret session, or a document kept from them, no representative sees
        nor counts.
        """
        where = self._of(request.record_id, "notice", by)
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

    def deliveries(self, request: Deliveries, by: Actor) -> Listing[DeliveryLine]:
        """Nothing private to a minor ever leaves, so there is nothing to hide here."""
        where = self._of(request.record_id, "dispatch", by)
        page = self._documents.find(
            *where,
            sort=[Sort("happened_at", descending=True)],
            limit=request.limit,
            after=request.cursor,
        )
        return Listing[DeliveryLine](
            items=[
                DeliveryLine(
                    reference=UUID(row["id"]),
                    topic=Topic(row["topic"]),
                    channel=Channel(row["channel"]),
                    at=parse_instant(row["happened_at"]),
                    state=row["state"],
                )
                for row in page.items
            ],
            next_cursor=page.next_cursor,
            total=self._documents.count(*where),
        )

    def _of(self, record_id: UUID, what: str, by: Actor) -> list[Filter]:
        if by.principal.kind is not ActorKind.PATIENT:
            self._may_read(record_id, by)
        return [In("record_id", [str(one) for one in self._kin(record_id)]), Eq("what", what)]

    def _line(self, notice: Notice) -> NoticeLine:
        french, english = self._sentences["fr"], self._sentences["en"]
        told = (notice.kind, notice.who, notice.happened_at)
        return NoticeLine(
            notification_id=notice.id,
            kind=notice.kind,
            happened_at=notice.happened_at,
            title_fr=french.title(notice.kind),
            text_fr=french.text(*told),
            title_en=english.title(notice.kind),
            text_en=english.text(*told),
            subject=notice.subject,
            read=notice.read,
        )
