"""What others hear of messages: ids, codes and who acted; never a subject, a name, an address or
a word that was written.

``confidentiality`` goes with every message, so that nothing derived from it reaches those it is
hidden from.
"""

from functools import singledispatch
from typing import Any
from uuid import UUID

from services.messaging.domain.conversation import Conversation
from services.messaging.domain.correspondent import Correspondent
from shared.eventing.messages import MessageData
from shared.eventing.telling import tell_as_they_are
from shared.kernel.actor import in_secret


class OfConversation(MessageData):
    conversation_id: UUID
    confidentiality: list[str]


class ConversationStarted(OfConversation):
    TYPE = "messaging.conversation_started"


class MessageReceived(OfConversation):
    """``dormant``: the person has not activated their record, and is to be invited to.
    ``establishment``: a facility wrote, not one professional."""

    TYPE = "messaging.message_received"
    message_id: UUID
    dormant: bool
    establishment: bool


class MessageSent(OfConversation):
    TYPE = "messaging.message_sent"
    message_id: UUID


class MessageRead(OfConversation):
    TYPE = "messaging.message_read"
    message_id: UUID


class ExchangeEnded(OfConversation):
    TYPE = "messaging.exchange_ended"


class ExchangeResumed(OfConversation):
    TYPE = "messaging.exchange_resumed"


class DeliveryFailed(OfConversation):
    """An answer of the person could not be delivered."""

    TYPE = "messaging.delivery_failed"
    message_id: UUID


class AttachmentSaved(OfConversation):
    TYPE = "messaging.attachment_saved"
    message_id: UUID
    document_id: UUID
    duplicate: bool


class ConversationTrashed(OfConversation):
    TYPE = "messaging.conversation_trashed"


class ConversationRestored(OfConversation):
    TYPE = "messaging.conversation_restored"


class ConversationDeleted(OfConversation):
    TYPE = "messaging.conversation_deleted"


@singledispatch
def message_for(_event: object) -> MessageData | None:
    return None


def _about(event: Conversation.Event) -> dict[str, Any]:
    return {
        "record_id": event.record_id,
        "by": event.by,
        "secret": in_secret(event.by),
        "conversation_id": event.originator_id,
        "confidentiality": event.confidentiality,
    }


tell_as_they_are(
    message_for,
    _about,
    {
        Conversation.Created: ConversationStarted,
        Conversation.MessageSent: MessageSent,
        Conversation.MessageRead: MessageRead,
        Conversation.ExchangeEnded: ExchangeEnded,
        Conversation.ExchangeResumed: ExchangeResumed,
        Conversation.AttachmentSaved: AttachmentSaved,
        Conversation.Trashed: ConversationTrashed,
        Conversation.Restored: ConversationRestored,
        Conversation.Deleted: ConversationDeleted,
    },
    base=OfConversation,
)


@message_for.register
def _(event: Conversation.MessageReceived) -> MessageData:
    return MessageReceived(
        **_about(event),
        message_id=event.message_id,
        dormant=event.dormant,
        establishment=Correspondent.from_event(event.sender).is_establishment,
    )


@message_for.register
def _(event: Conversation.DeliverySettled) -> MessageData | None:
    """That a mail arrived is no news."""
    if event.outcome != "failed":
        return None
    return DeliveryFailed(**_about(event), message_id=event.message_id)
