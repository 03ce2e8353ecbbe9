"""What a person is told of when it happens elsewhere, and what is known of whom to tell."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from services.notification.application import Notification
from services.notification.application.log import SELF
from services.notification.domain.notice import Notice
from services.notification.domain.recipient import Recipient
from services.notification.domain.telling import (
    AS_BEFORE_DEATH,
    HIDDEN_FROM_PERSON,
    HIDDEN_FROM_REPRESENTATIVES,
    LIFE,
    TELLS,
    Tell,
)
from services.notification.domain.topic import Topic
from shared.eventing.kin import MERGES, served_under
from shared.eventing.received import Received
from shared.kernel.actor import ActorKind
from shared.kernel.clock import parse_instant
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("access", "identity", "vault", "agenda", "catalogue", "prescription", "messaging")
_PERSONS = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}

Decided = Outcome[Any] | None
Policy = Callable[[Notification, Received], Decided]


def on_record_announced(app: Notification, received: Received) -> Decided:
    """A judge's order, of which access tells, may be heard before it."""
    if received.record is None:
        return None
    majority_at = received.data["majority_at"]
    family: dict[str, Any] = {
        "representatives": [UUID(one) for one in received.data["representatives"]],
        "majority_at": parse_instant(majority_at) if majority_at else None,
    }
    recipient = app.get(_recipient_id(app, received.record), Recipient)
    if recipient is None:
        recipient = Recipient.know(app.secret, received.record, SELF, **family)
    elif recipient.representatives or recipient.majority_at or not any(family.values()):
        return None
    else:
        recipient.note(Recipient.FamilyKnown, SELF, **family)
    return Outcome(answer=Done(), save=[recipient])


def on_traits_corrected(app: Notification, received: Received) -> Decided:
    """A birth date that was wrong moves the day of majority."""
    if received.record is None:
        return None
    recipient = app.recipient(received.record)
    found = received.data["majority_at"]
    recipient.note(
        Recipient.MajorityMoved, SELF, majority_at=parse_instant(found) if found else None
    )
    return Outcome(answer=Done(), save=[recipient])


def on_record_erased(app: Notification, received: Received) -> Decided:
    """Nothing of it leaves any more."""
    if received.record is None:
        return None
    return Outcome(answer=Done(), also=[app.pending.drop_record(received.record)])


def on_life(app: Notification, received: Received) -> Decided:
    """The record's life decides what may still be told, and is told itself."""
    if received.record is None:
        return None
    recipient = app.recipient(received.record)
    state = AS_BEFORE_DEATH.get(received.data.get("status", ""), LIFE[received.type])
    recipient.note(Recipient.LifeChanged, SELF, state=state)
    return _noted(recipient, app, received)


def on_majority_reached(app: Notification, received: Received) -> Decided:
    """Until they activate their record themselves they are told what comes before that."""
    if received.record is None:
        return None
    recipient = app.recipient(received.record)
    recipient.note(Recipient.MajorityReached, SELF)
    return _noted(recipient, app, received)


def on_representation_suspended(app: Notification, received: Received) -> Decided:
    """What is told of a child goes to that parent's address no more."""
    if received.record is None:
        return None
    recipient = app.recipient(received.record)
    recipient.note(
        Recipient.RepresentationSuspended,
        SELF,
        representative=UUID(received.data["representative"]),
        on=received.data["on"],
    )
    return _noted(recipient, app, received)


def _noted(recipient: Recipient, app: Notification, received: Received) -> Decided:
    """Kept, and told where it is news."""
    told = TELLS.get(received.type)
    more = tell(told, app, received, recipient) if told else None
    if more is None:
        return Outcome(answer=Done(), save=[recipient])
    return Outcome(answer=Done(), save=[recipient, *more.save], also=more.also)


def tell(
    how: Tell, app: Notification, received: Received, recipient: Recipient | None = None
) -> Decided:
    """A notice in each record it concerns, and a row for each way it leaves by; of several, one
    that was erased keeps none of the others from being told. Nothing derived from what is hidden
    from the person reaches them, not even its date."""
    if received.record is None or not _is_news(how, received.data):
        return None
    save: list[Any] = []
    also: list[Any] = []
    for record_id in how.records(received.record, received.data):
        notice = _notice(how, app, received, record_id)
        if app.is_erased(record_id) or app.get(notice.id, Notice):
            continue
        save.append(notice)
        topic = Topic.INVITATION if received.data.get("dormant") else how.topic
        if topic:
            whom = recipient or app.recipient(served_under(app, record_id))
            also += app.leaving(whom, topic, notice, app.clock.now())
    return Outcome(answer=Done(), save=save, also=also) if save else None


def _is_news(how: Tell, data: Mapping[str, Any]) -> bool:
    if not how.when(data):
        return False
    if HIDDEN_FROM_PERSON in (data.get("confidentiality") or ()) and not how.hidden_too:
        return False
    return how.own_acts or principal(data["by"])["kind"] not in _PERSONS


def _notice(how: Tell, app: Notification, received: Received, record_id: UUID) -> Notice:
    """Its id is a keyed hash of the message's key: one that comes twice tells once."""
    data = received.data
    hidden = HIDDEN_FROM_REPRESENTATIVES in (data.get("confidentiality") or ())
    elsewhere = () if record_id == received.record else (str(record_id),)
    return Notice.tell(
        derived_id(app.secret, "notice", received.publisher, received.key, *elsewhere),
        SELF,
        record_id=record_id,
        kind=how.kind.value,
        who={} if how.hidden_too else _who(data["by"]),
        subject=_subject(how, data),
        happened_at=received.occurred_at,
        private=bool(data["secret"]) or hidden,
    )


POLICIES: Mapping[str, Policy] = {
    **{type_: partial(tell, how) for type_, how in TELLS.items()},
    **dict.fromkeys(LIFE, on_life),
    **MERGES,
    "identity.record_announced": on_record_announced,
    "identity.traits_corrected": on_traits_corrected,
    "identity.record_erased": on_record_erased,
    "identity.majority_reached": on_majority_reached,
    "access.representation_suspended": on_representation_suspended,
}


def principal(by: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whoever a service or a facility's software acted for; else the actor itself."""
    behind: Mapping[str, Any] = by.get("on_behalf_of") or by
    return principal(behind) if behind is not by else by


def _subject(how: Tell, data: Mapping[str, Any]) -> UUID | None:
    found = data.get(how.subject) if how.subject else None
    return UUID(found) if found else None


def _who(by: Mapping[str, Any]) -> dict[str, str]:
    """Codes that name a role, no one."""
    actor = principal(by)
    kept = ("kind", "profession", "facility")
    return {name: actor[name] for name in kept if actor.get(name)}


def _recipient_id(app: Notification, record_id: UUID) -> UUID:
    return Recipient.id_of(app.secret, record_id)
