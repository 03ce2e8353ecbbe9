"""What a person is told of when it happens elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.notification.application import Notification
from services.notification.domain.notice import Notice, NoticeKind
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

SELF = Actor(kind=ActorKind.SERVICE, id="notification")
HIDDEN_FROM_PERSON = "INVISIBLE_PATIENT"
HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
"""Codes of JDV_J08 (XdsConfidentialityCode)."""

_PERSONS = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}

Told = Outcome[Done] | None


def on_glass_broken(app: Notification, received: Received) -> Told:
    """CSP R1111-48: the person is told of every emergency access."""
    return _tell(app, received, NoticeKind.GLASS_BROKEN, subject="session")


def on_document_deposited(app: Notification, received: Received) -> Told:
    return _tell_of_document(app, received, NoticeKind.DOCUMENT_DEPOSITED)


def on_document_opened(app: Notification, received: Received) -> Told:
    """Openings by professionals; the person needs not be told of their own."""
    return _tell_of_document(app, received, NoticeKind.DOCUMENT_OPENED)


POLICIES: Mapping[str, Callable[[Notification, Received], Told]] = {
    "access.glass_broken": on_glass_broken,
    "vault.document_deposited": on_document_deposited,
    "vault.document_opened": on_document_opened,
}


def _tell_of_document(app: Notification, received: Received, kind: NoticeKind) -> Told:
    """Nothing derived from a document hidden from the person reaches them, not even its date."""
    if HIDDEN_FROM_PERSON in received.data["confidentiality"]:
        return None
    if principal(received.data["by"])["kind"] in _PERSONS:
        return None
    return _tell(app, received, kind, subject="document_id")


def _tell(app: Notification, received: Received, kind: NoticeKind, *, subject: str) -> Told:
    if received.record is None:
        return None
    notice_id = derived_id(app.secret, "notice", received.publisher, received.key)
    if app.get(notice_id, Notice):
        return None
    hidden = HIDDEN_FROM_REPRESENTATIVES in received.data.get("confidentiality", ())
    notice = Notice.tell(
        notice_id,
        SELF,
        record_id=received.record,
        kind=kind.value,
        who=_who(received.data["by"]),
        subject=UUID(received.data[subject]),
        happened_at=received.occurred_at,
        private=bool(received.data["secret"]) or hidden,
    )
    return Outcome(answer=Done(), save=[notice])


def principal(by: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whoever a service or a facility's software acted for; else the actor itself."""
    behind: Mapping[str, Any] = by.get("on_behalf_of") or by
    return principal(behind) if behind is not by else by


def _who(by: Mapping[str, Any]) -> dict[str, str]:
    """Codes that name a role, no one."""
    actor = principal(by)
    kept = ("kind", "profession", "facility")
    return {name: actor[name] for name in kept if actor.get(name)}
