"""The trash, what is deleted for good, and what time does."""

from services.messaging.application.log import SELF, MessagingLog
from services.messaging.contract import writing as w
from services.messaging.domain.conversation import Conversation
from services.messaging.domain.message import Message
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed


class Keeping(MessagingLog):
    @command
    def trash(self, request: w.OfConversation, by: Actor) -> Outcome[Done]:
        conversation, _ = self.decided(request.conversation_id, "manage", by)
        if conversation.trashed_at is None:
            conversation.note(Conversation.Trashed, by)
        return Outcome(answer=Done(), save=[conversation])

    @command
    def restore(self, request: w.OfConversation, by: Actor) -> Outcome[Done]:
        conversation, _ = self.decided(request.conversation_id, "manage", by)
        if conversation.trashed_at is not None:
            conversation.note(Conversation.Restored, by)
        return Outcome(answer=Done(), save=[conversation])

    @command
    def delete_conversation(self, request: w.OfConversation, by: Actor) -> Outcome[Done]:
        """For good, from the trash alone: its attachments are removed with it."""
        conversation, _ = self.decided(request.conversation_id, "manage", by)
        if conversation.trashed_at is None:
            raise Conflict("a conversation is deleted from the trash")
        return self._deleted(conversation, by)

    def empty_trash(self) -> None:
        """What stayed in the trash for its time."""
        limit = self.clock.now() - self.limits.trash
        for conversation_id in self.around.listed.trashed_before(limit):
            self._expire(
                w.OfConversation(request_id=conversation_id, conversation_id=conversation_id), SELF
            )

    @unreplayed
    def _expire(self, request: w.OfConversation, by: Actor) -> Outcome[Done]:
        conversation = self.conversation(request.conversation_id)
        limit = self.clock.now() - self.limits.trash
        if conversation is None or conversation.trashed_at is None:
            return Outcome(answer=Done())
        if conversation.trashed_at >= limit:
            return Outcome(answer=Done())
        return self._deleted(conversation, by)

    def sweep_orphans(self) -> None:
        """Remove stored files that no message names: what a failed save, or a deletion, left.

        One found for the first time may belong to a message under way: it goes at the next
        sweep, if it is still nobody's."""
        orphans = {key for key in self.around.contents.all() if not self._is_kept(key)}
        self.around.contents.remove(orphans & self.orphans)
        self.orphans = orphans - self.orphans

    def _is_kept(self, key: str) -> bool:
        message_id = self.around.contents.message_of(key)
        if message_id is None:
            return True  # not ours to judge
        message = self.message(message_id)
        return message is not None and key in {one.stored.object for one in message.attachments}

    def _deleted(self, conversation: Conversation, by: Actor) -> Outcome[Done]:
        """The files themselves go with the next sweeps: no message names them any more."""
        conversation.note(Conversation.Deleted, by)
        messages: list[Message] = []
        for message_id in conversation.entries:
            message = self.message(message_id)
            if message and message.attachments:
                message.remove_attachments(by)
                messages.append(message)
        return Outcome(answer=Done(), save=[conversation, *messages])
