"""Logs that publish as access and vault do: their real messages' shape, nothing of their rules."""

from functools import singledispatch
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event

from shared.eventing.messages import MessageData
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Command, Done
from shared.stores.event_log import EventLog, Outcome, command

SELF = Actor(kind=ActorKind.SERVICE, id="sample")


class Happened(Aggregate):
    TOPIC = "sample.happened"

    class Created(Aggregate.Created):
        TOPIC = "sample.happened_created"
        kind: str
        record_id: UUID
        by: dict[str, Any]
        secret: bool
        facts: dict[str, Any]

    @event(Created)
    def __init__(
        self, kind: str, record_id: UUID, by: dict[str, Any], secret: bool, facts: dict[str, Any]
    ) -> None:
        self.record_id = record_id


class GlassBroken(MessageData):
    TYPE = "access.glass_broken"
    session: UUID


class DocumentDeposited(MessageData):
    TYPE = "vault.document_deposited"
    document_id: UUID
    confidentiality: list[str]


class DocumentOpened(DocumentDeposited):
    TYPE = "vault.document_opened"


KINDS: dict[str, type[MessageData]] = {
    kind.TYPE: kind for kind in (GlassBroken, DocumentDeposited, DocumentOpened)
}


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: Happened.Created) -> MessageData:
    return KINDS[event.kind](
        record_id=event.record_id, by=event.by, secret=event.secret, **event.facts
    )


class Tell(Command):
    kind: str
    record_id: UUID
    by: dict[str, Any]
    secret: bool = False
    facts: dict[str, Any]


class Publisher(EventLog):
    @command
    def keep(self, request: Tell, by: Actor) -> Outcome[Done]:
        made = Happened(**request.model_dump(exclude={"request_id"}))
        return Outcome(answer=Done(), save=[made])

    def tell(self, kind: str, record_id: UUID, by: dict[str, Any], **facts: Any) -> None:
        secret = facts.pop("secret", False)
        told = Tell(
            request_id=uuid4(), kind=kind, record_id=record_id, by=by, secret=secret, facts=facts
        )
        self.keep(told, SELF)


class Access(Publisher):
    name = "access"


class Vault(Publisher):
    name = "vault"
