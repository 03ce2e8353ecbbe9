"""What messaging answers to, and to whom."""

from typing import Any

from pydantic import BaseModel

from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Done, Listing, Method, own_record

WRITES_FIRST = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})
OWNERS = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
READERS = PERSON | WRITES_FIRST
OPERATORS = frozenset({ActorKind.OPERATOR})


def _method(
    name: str, request: type[Any], answer: type[BaseModel], callers: frozenset[ActorKind]
) -> Method:
    return Method(name=name, request=request, answer=answer, callers=callers, condition=own_record)


CONTRACT = Contract(
    "messaging",
    (
        _method("start_conversation", w.StartConversation, w.Sent, WRITES_FIRST),
        _method("send", w.Send, w.Sent, WRITES_FIRST),
        _method("reply", w.Reply, w.Sent, PERSON),
        _method("write_to_pharmacy", w.WriteToPharmacy, w.Sent, PERSON),
        _method("save_draft", w.SaveDraft, w.DraftSaved, PERSON),
        _method("discard_draft", w.DiscardDraft, Done, PERSON),
        _method("drafts", r.Drafts, Listing[r.DraftView], PERSON),
        _method("conversations", r.Conversations, r.ConversationsFound, READERS),
        _method("messages", r.Messages, r.MessagesFound, READERS),
        _method("read", r.Read, r.MessageOpened, READERS),
        _method("open_attachment", r.OpenAttachment, r.AttachmentOpened, READERS),
        _method("save_attachment_to_record", w.SaveAttachment, w.AttachmentKept, PERSON),
        _method("trash", w.OfConversation, Done, PERSON),
        _method("restore", w.OfConversation, Done, PERSON),
        _method("delete_conversation", w.OfConversation, Done, OWNERS),
        _method("undelivered", r.Undelivered, Listing[r.Waiting], OPERATORS),
    ),
)
