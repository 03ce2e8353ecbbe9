"""Logs that publish the very messages of access, identity and the vault, by none of their rules."""

from functools import singledispatch
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate, event

from shared.eventing.messages import MessageData
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Command, Done
from shared.stores.event_log import EventLog, Outcome, command
from tests.support.published import message_of, published

SELF = Actor(kind=ActorKind.SERVICE, id="sample")


class Happened(Aggregate):
    TOPIC = "sample.happened"

    class Created(Aggregate.Created):
        TOPIC = "sample.happened_created"
        kind: str
        record_id: UUID
        told: dict[str, Any]

    @event(Created)
    def __init__(self, kind: str, record_id: UUID, told: dict[str, Any]) -> None:
        self.record_id = record_id


@singledispatch
def message_for(event: object) -> MessageData | None:
    return None


@message_for.register
def _(event: Happened.Created) -> MessageData:
    return message_of(event.kind).model_validate(event.told)


class Tell(Command):
    kind: str
    record_id: UUID
    told: dict[str, Any]


class Publisher(EventLog):
    @command
    def keep(self, request: Tell, by: Actor) -> Outcome[Done]:
        made = Happened(**request.model_dump(exclude={"request_id"}))
        return Outcome(answer=Done(), save=[made])

    def tell(self, kind: str, record_id: UUID, by: dict[str, Any], **facts: Any) -> None:
        told = published(kind, record_id=str(record_id), by=by, **facts)
        self.keep(Tell(request_id=uuid4(), kind=kind, record_id=record_id, told=told), SELF)


class Access(Publisher):
    name = "access"


class Vault(Publisher):
    name = "vault"


class Identity(Publisher):
    name = "identity"
