"""What each side may do in a conversation."""

import re
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from services.messaging.domain.conversation import Conversation, Participant
from services.messaging.domain.correspondent import Correspondent
from services.messaging.domain.errors import ExchangeEnded, NoReply
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest

FIN = re.compile(r"\[FIN\]", re.IGNORECASE)
"""In the subject; some mail software change its capitals."""
FIN_HEADER = "FIN"


class ReplyType(StrEnum):
    """REPLY_BLOCKED: all who could be answered ended the exchange. NO_REPLY: a mailbox that
    takes no answers."""

    REPLY = "REPLY"
    REPLY_TO_ALL = "REPLY_TO_ALL"
    REPLY_BLOCKED = "REPLY_BLOCKED"
    NO_REPLY = "NO_REPLY"


def ends_exchange(subject: str, header: str | None) -> bool:
    """``[FIN]`` in the subject, or ``X-MSS-MES: FIN``."""
    return bool(FIN.search(subject)) or (header or "").strip() == FIN_HEADER


def plain_subject(subject: str) -> str:
    """Without the mark, which is for software."""
    return " ".join(FIN.sub(" ", subject).split())[:200]


def reply_type(conversation: Conversation) -> ReplyType:
    open_to = conversation.answerable
    if len(open_to) > 1:
        return ReplyType.REPLY_TO_ALL
    if open_to:
        return ReplyType.REPLY
    everyone = conversation.participants.values()
    return ReplyType.REPLY_BLOCKED if any(p.ended for p in everyone) else ReplyType.NO_REPLY


def recipients(conversation: Conversation, wanted: Sequence[str] | None) -> list[Participant]:
    """Whom an answer goes to. Raises :class:`ExchangeEnded`, :class:`NoReply`, or
    ``InvalidRequest`` for who is not in this conversation."""
    if wanted is None:
        found = conversation.answerable
        if found:
            return found
        wanted = list(conversation.participants)
    chosen: dict[str, Participant] = {}
    for key in wanted:
        named = conversation.participants.get(key)
        if named is None:
            raise InvalidRequest(fields={"to": "did not write in this conversation"})
        participant = conversation.answered_by(named)
        if named.ended or participant.ended:
            raise ExchangeEnded(message_fr="Votre correspondant a mis fin à cet échange.")
        if not participant.replies:
            raise NoReply(message_fr="Cette boîte aux lettres ne reçoit pas de réponse.")
        chosen[participant.who.key] = participant
    return list(chosen.values())


def receive(
    conversation: Conversation,
    sender: Correspondent,
    by: Actor,
    *,
    message_id: UUID,
    replies: bool,
    attachments: int,
    dormant: bool,
    ends: bool,
    automatic: bool = False,
) -> None:
    """A message came. One of somebody who had ended their exchange opens it anew, unless it
    ends it again; other participants' exchanges are not touched. What software answers for one who
    wrote, as that they are away, says nothing of either."""
    known = conversation.participants.get(sender.key)
    was_ended = known is not None and known.ended
    if automatic and known:
        replies = known.replies
    conversation.note(
        Conversation.MessageReceived,
        by,
        message_id=message_id,
        sender=sender.to_event(),
        replies=replies,
        attachments=attachments,
        dormant=dormant,
    )
    if was_ended and not ends and not automatic:
        conversation.note(Conversation.ExchangeResumed, by, sender=sender.key)
    if ends and not was_ended:
        conversation.note(Conversation.ExchangeEnded, by, sender=sender.key)


def mark_read(conversation: Conversation, message_id: UUID, by: Actor) -> None:
    """Reading twice is reading once."""
    if not conversation.entries[message_id].read:
        conversation.note(Conversation.MessageRead, by, message_id=message_id)
