"""Which message of which service makes which notice, and by which topic it leaves the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.notification.domain.notice import NoticeKind
from services.notification.domain.topic import Topic

Data = Mapping[str, Any]
HIDDEN_FROM_PERSON = "INVISIBLE_PATIENT"
HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
"""Codes of JDV_J08 (XdsConfidentialityCode)."""
ENDED_BY_OTHERS = frozenset({"not_reapproved", "service_withdrawn"})


def always(_data: Data) -> bool:
    return True


def of_a_service(data: Data) -> bool:
    """What the person wrote into their own agenda is no news to them."""
    return bool(data["source"] != "person")


def ended_by_others(data: Data) -> bool:
    return data["reason"] in ENDED_BY_OTHERS


@dataclass(frozen=True, kw_only=True)
class Tell:
    """``topic``: none stays in the record. ``subject``: field of the message that holds an id.

    ``own_acts``: also when the person, or who acts for them, did it. ``hidden_too``: also of what
    is hidden from the person, since it says nothing of it. ``when``: else it is no news.
    ``others``: field that names further records to tell; ``here``: also the message's own.
    """

    kind: NoticeKind
    topic: Topic | None = None
    subject: str | None = None
    own_acts: bool = False
    hidden_too: bool = False
    when: Callable[[Data], bool] = always
    others: str | None = None
    here: bool = True

    def records(self, own: UUID, data: Data) -> list[UUID]:
        found = data.get(self.others) if self.others else None
        others = found if isinstance(found, list) else [found] if found else []
        return [*([own] if self.here else []), *(UUID(one) for one in others)]


K, T = NoticeKind, Topic
TELLS: Mapping[str, Tell] = {
    # CSP R1111-48: the person is told of every emergency access.
    "access.glass_broken": Tell(kind=K.GLASS_BROKEN, topic=T.EMERGENCY, subject="session"),
    "access.break_glass_reviewed": Tell(
        kind=K.BREAK_GLASS_REVIEWED, topic=T.RIGHTS, subject="session"
    ),
    # CSP R1111-46: the person is informed of a care team at each episode.
    "access.care_team_joined": Tell(kind=K.CARE_TEAM_JOINED, topic=T.RIGHTS, subject="team_id"),
    "access.consent_declared": Tell(kind=K.CONSENT_DECLARED),
    "access.consent_expired": Tell(kind=K.CONSENT_EXPIRED),
    # A doctor who names themselves: the person hears it at once from somebody else.
    "access.treating_doctor_named": Tell(kind=K.TREATING_DOCTOR_NAMED, topic=T.RIGHTS),
    "access.feeding_opposition_judged": Tell(
        kind=K.FEEDING_OPPOSITION_JUDGED, topic=T.RIGHTS, own_acts=True
    ),
    "access.representative_invited": Tell(
        kind=K.REPRESENTATIVE_INVITED, topic=T.RIGHTS, own_acts=True, here=False, others="invited"
    ),
    "access.caregiver_invited": Tell(
        kind=K.CAREGIVER_INVITED, topic=T.RIGHTS, own_acts=True, here=False, others="invited"
    ),
    "access.invitation_answered": Tell(kind=K.INVITATION_ANSWERED, topic=T.RIGHTS, own_acts=True),
    "access.delegation_ended": Tell(
        kind=K.DELEGATION_ENDED, topic=T.RIGHTS, own_acts=True, others="delegate"
    ),
    "access.representation_suspended": Tell(
        kind=K.REPRESENTATION_CHANGED, topic=T.RIGHTS, own_acts=True, others="representative"
    ),
    "access.representation_ended": Tell(
        kind=K.REPRESENTATION_CHANGED, topic=T.RIGHTS, own_acts=True, here=False,
        others="representatives",
    ),
    "vault.document_deposited": Tell(
        kind=K.DOCUMENT_DEPOSITED, topic=T.DOCUMENTS, subject="document_id"
    ),
    "vault.document_released": Tell(
        kind=K.DOCUMENT_DEPOSITED, topic=T.DOCUMENTS, subject="document_id"
    ),
    # It was added a month before, or for a consultation, by others than who, or what, reveals it.
    "vault.document_revealed_to_patient": Tell(
        kind=K.RECORD_UPDATED, topic=T.DOCUMENTS, subject="document_id"
    ),
    # CSP R1111-53: at two weeks, "by any means", without a word of what.
    "vault.hidden_notice_sent": Tell(kind=K.RECORD_UPDATED, topic=T.DOCUMENTS, hidden_too=True),
    "vault.document_opened": Tell(kind=K.DOCUMENT_OPENED, subject="document_id"),
    "messaging.message_received": Tell(
        kind=K.MESSAGE_RECEIVED, topic=T.MESSAGES, subject="conversation_id"
    ),
    "messaging.delivery_failed": Tell(
        kind=K.MESSAGE_UNDELIVERED, topic=T.MESSAGES, subject="conversation_id", own_acts=True
    ),
    "agenda.appointment_added": Tell(
        kind=K.APPOINTMENT_ADDED, topic=T.APPOINTMENTS, subject="appointment_id", when=of_a_service
    ),
    "agenda.appointment_changed": Tell(
        kind=K.APPOINTMENT_CHANGED, topic=T.APPOINTMENTS, subject="appointment_id",
        when=of_a_service,
    ),
    "agenda.appointment_cancelled": Tell(
        kind=K.APPOINTMENT_CANCELLED, topic=T.APPOINTMENTS, subject="appointment_id",
        when=of_a_service,
    ),
    "agenda.reminder_due": Tell(
        kind=K.REMINDER_DUE, topic=T.APPOINTMENTS, subject="reminder_id", own_acts=True
    ),
    "agenda.prevention_due": Tell(kind=K.PREVENTION_DUE, topic=T.PREVENTION, own_acts=True),
    "catalogue.reapproval_asked": Tell(
        kind=K.REAPPROVAL_ASKED, topic=T.SERVICES, subject="authorisation_id", own_acts=True
    ),
    "catalogue.connections_reminded": Tell(
        kind=K.CONNECTIONS_REMINDED, topic=T.SERVICES, own_acts=True
    ),
    "catalogue.authorisation_revoked": Tell(
        kind=K.SERVICE_ENDED, topic=T.SERVICES, subject="authorisation_id", own_acts=True,
        when=ended_by_others,
    ),
    "prescription.prescription_dispensed": Tell(
        kind=K.PRESCRIPTION_DISPENSED, subject="prescription_id"
    ),
    "prescription.prescription_cancelled": Tell(
        kind=K.PRESCRIPTION_CANCELLED, topic=T.DOCUMENTS, subject="prescription_id"
    ),
    "identity.record_suspended": Tell(kind=K.RECORD_SUSPENDED, topic=T.ACCOUNT, own_acts=True),
    "identity.suspension_lifted": Tell(kind=K.SUSPENSION_LIFTED, topic=T.ACCOUNT, own_acts=True),
    "identity.record_closed": Tell(kind=K.RECORD_CLOSED, topic=T.ACCOUNT, own_acts=True),
    "identity.record_reopened": Tell(kind=K.RECORD_REOPENED, topic=T.ACCOUNT, own_acts=True),
    "identity.erasure_requested": Tell(kind=K.ERASURE_REQUESTED, topic=T.ACCOUNT, own_acts=True),
    "identity.erasure_cancelled": Tell(kind=K.ERASURE_CANCELLED, topic=T.ACCOUNT, own_acts=True),
    "identity.majority_reached": Tell(kind=K.MAJORITY_REACHED, topic=T.ACCOUNT, own_acts=True),
}  # fmt: skip
LIFE = {
    "identity.record_opened": "open",
    "identity.record_activated": "activated",
    "identity.record_suspended": "closed",
    "identity.record_closed": "closed",
    "identity.death_declared": "closed",
    "identity.suspension_lifted": "open",
    "identity.record_reopened": "open",
    "identity.death_revoked": "open",
}
"""What each message of identity says of a record's life."""
AS_BEFORE_DEATH = {
    "announced": "waiting",
    "opposed": "waiting",
    "suspended": "closed",
    "closed": "closed",
}
"""By the status that a death declared in error gives back; any other is ``open``."""
