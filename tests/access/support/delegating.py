"""Invitations to act for somebody, and what is answered to them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.access import contract as c
from services.access.domain.outside import Described
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.logs import World
from tests.access.support.people import RECORD

MAJORITY = "2030-01-01T00:00:00.000Z"
FATHERS_INS = "180017512345678"
DESCRIBED: dict[str, Any] = {
    "birth_name": "MARTIN",
    "first_given_name": "PAUL",
    "birth_date": date(1980, 1, 1),
}


def known(world: World, record: UUID, ins: str = FATHERS_INS) -> None:
    world.open_record(record)
    world.outsiders.knows(record, Described(ins=ins, oid=None, **DESCRIBED))


def invitation(record: UUID = RECORD, ins: str = FATHERS_INS) -> c.Invite:
    return c.Invite(request_id=uuid4(), record_id=record, ins={"value": ins}, **DESCRIBED)


def answer(sent: c.InvitationSent, record: UUID, *, accept: bool = True) -> c.AnswerInvitation:
    return c.AnswerInvitation(
        request_id=uuid4(), record_id=record, invitation=sent.invitation, accept=accept
    )


def ending(delegation: UUID, record: UUID = RECORD) -> c.EndDelegation:
    return c.EndDelegation(request_id=uuid4(), record_id=record, delegation=delegation)


def own(record: UUID) -> Actor:
    return Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
