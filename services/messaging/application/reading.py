"""What is shown of conversations, to whom access lets see them."""

from collections.abc import Sequence
from uuid import UUID

from services.messaging.application.answering import Answering
from services.messaging.application.log import MessagingLog
from services.messaging.contract import reading as r
from services.messaging.contract.parts import CorrespondentView, views
from services.messaging.domain.conversation import Conversation, attributes
from services.messaging.domain.draft import writer_of
from services.messaging.domain.exchange import mark_read, reply_type
from services.messaging.domain.message import writer
from services.messaging.domain.ports import Row
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.words import words
from shared.rpc.contract import Listing
from shared.stores.event_log import Outcome, unreplayed


class Reading(Answering, MessagingLog):
    def conversations(self, request: r.Conversations, by: Actor) -> r.ConversationsFound:
        """Counts speak only of what this reader may see."""
        wanted = words(request.text) if request.text else []
        rows = [
            row
            for row in self._visible(request.record_id, by)
            if row.trashed == request.trashed
            and (row.unread or not request.unread)
            and all(_begins(word, row.text) for word in wanted)
        ]
        page, cursor = _paged([row.conversation_id for row in rows], request)
        found = [one for one in map(self.conversation, page) if one]
        return r.ConversationsFound(
            items=[self._view(one) for one in found],
            next_cursor=cursor,
            total=len(rows),
            unread=sum(row.unread for row in rows),
        )

    def messages(self, request: r.Messages, by: Actor) -> r.MessagesFound:
        conversation, _ = self.decided(request.conversation_id, "read", by)
        page, cursor = _paged(list(conversation.entries), request)
        return r.MessagesFound(
            items=[self._line(conversation, message_id) for message_id in page],
            next_cursor=cursor,
            total=len(conversation.entries),
            conversation=self._view(conversation),
        )

    @unreplayed
    def read_message(self, request: r.Read, by: Actor) -> Outcome[r.MessageOpened]:
        message, conversation, decision = self.decided_message(request.message_id, "read", by)
        if by.principal.acts_for_person and not by.principal.secret:
            mark_read(conversation, message.id, by)
        return Outcome(
            answer=r.MessageOpened(
                message_id=message.id,
                conversation_id=conversation.id,
                subject=message.subject,
                body=message.body,
                sender=message.sender,
                in_place_of=writer(message.written_by),
                copied=message.copied,
                attachments=views(message.attachments),
                automatic=message.automatic,
                signature="unverified" if message.signed else "none",
                decision_id=decision.decision_id,
            ),
            save=[conversation],
        )

    def drafts(self, request: r.Drafts, by: Actor) -> Listing[r.DraftView]:
        """The caller's own."""
        self.gate.require(request.record_id, "read", attributes(()), by)
        found = self.around.listed.drafts(self.kin(request.record_id), writer_of(by))
        page, cursor = _paged(list(found), request)
        drafts = [one for one in map(self.draft, page) if one]
        return Listing[r.DraftView](
            items=[
                r.DraftView(
                    draft_id=one.id,
                    conversation_id=one.conversation_id,
                    body=one.body,
                    saved_at=one.modified_on,
                )
                for one in drafts
            ],
            next_cursor=cursor,
            total=len(found),
        )

    def undelivered(self, request: r.Undelivered, by: Actor) -> Listing[r.Waiting]:
        """For operators: ids, kinds and dates alone."""
        rows = self.outbox.all(1000)
        page, cursor = _paged([row.mailing_id for row in rows], request)
        by_id = {row.mailing_id: row for row in rows}
        return Listing[r.Waiting](
            items=[
                r.Waiting(
                    mailing_id=one,
                    kind=by_id[one].kind,
                    attempts=by_id[one].attempts,
                    next_at=by_id[one].due_at,
                    since=by_id[one].queued_at,
                )
                for one in page
            ],
            next_cursor=cursor,
            total=len(rows),
        )

    def _visible(self, record_id: UUID, by: Actor) -> list[Row]:
        rows = self.around.listed.of_records(self.kin(record_id))
        if by.principal.acts_for_person:
            self.gate.require(record_id, "read", attributes(()), by)
            asked = [attributes(row.confidentiality) for row in rows]
            permits = self.gate.may_read(record_id, asked, by)
            return [row for row, permit in zip(rows, permits, strict=True) if permit]
        return self._of_correspondent(record_id, rows, by)

    def _of_correspondent(self, record_id: UUID, rows: Sequence[Row], by: Actor) -> list[Row]:
        """Their own conversations alone; who has none is refused like for no record."""
        own = []
        for row in rows:
            conversation = self.conversation(row.conversation_id)
            who = self.participant(conversation, by) if conversation else None
            if conversation and who:
                asked = conversation.attributes(who)
                if self.gate.decide(record_id, "manage", asked, by).permit:
                    own.append(row)
        if not own:
            self.gate.require(record_id, "manage", attributes(()), by)
        return own

    def _view(self, conversation: Conversation) -> r.ConversationView:
        entries = conversation.entries.values()
        return r.ConversationView(
            conversation_id=conversation.id,
            subject=conversation.subject,
            correspondents=[
                CorrespondentView.of(
                    one.who,
                    ended=one.ended,
                    replies=one.replies,
                    inactive=not self.around.directory.practises(one.who),
                )
                for one in conversation.participants.values()
            ],
            latest_at=conversation.latest_at,
            unread=conversation.unread,
            messages=len(entries),
            attachments=sum(entry.attachments for entry in entries),
            reply_type=reply_type(conversation),
            trashed_at=conversation.trashed_at,
            remaining_bytes=self.limits.message_bytes,
        )

    def _line(self, conversation: Conversation, message_id: UUID) -> r.MessageLine:
        entry = conversation.entries[message_id]
        message = self.message(message_id)
        return r.MessageLine(
            message_id=message_id,
            at=entry.at,
            sender=entry.sender,
            in_place_of=writer(message.written_by) if message else None,
            read=entry.read,
            attachments=len(message.attachments) if message else 0,
            deliveries=entry.deliveries,
            automatic=message is not None and message.automatic,
        )


def _begins(word: str, text: str) -> bool:
    return any(other.startswith(word) for other in text.split())


def _paged(
    found: list[UUID], request: r.Conversations | r.Messages | r.Drafts | r.Undelivered
) -> tuple[list[UUID], str | None]:
    start = 0
    if request.cursor:
        ids = [str(one) for one in found]
        if request.cursor not in ids:
            raise InvalidRequest(fields={"cursor": "unknown"})
        start = ids.index(request.cursor) + 1
    page = found[start : start + request.limit]
    more = start + request.limit < len(found)
    return page, str(page[-1]) if more else None
