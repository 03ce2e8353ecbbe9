"""Cases of the rules about who acts for whom, what is fed, and connected services."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.adapters.cedar import CedarRules
from services.access.domain.connection import Client
from services.access.domain.grants import Allowed, Authorisation, Invitation
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import (
    HOUR,
    IDENTITY,
    NOW,
    PARAMETERS,
    SOURCE,
    document,
    rights,
    rules,
    with_consent,
)
from tests.access.support.people import (
    APPLICATION,
    CAREGIVER,
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    SOFTWARE,
    STRANGER,
)
from tests.access.support.rule_cases import (
    FEED,
    MANAGE,
    SECRET,
    SURPRISE,
    Case,
    administered_by,
    child,
    treated_by,
)

SECRET_CALLER = {"confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]}
SEEN_BY = document(scope="visibility")
PRESCRIPTION = {"kind": "prescription", "scope": "shown", "confidentiality": []}
MEASURE = {"kind": "measure", "type": "GLUCOSE", "confidentiality": []}
APPOINTMENT = {"kind": "appointment", "confidentiality": []}
MAIL = {"kind": "message", "confidentiality": []}
MESSAGING = Actor(kind=ActorKind.SERVICE, id="messaging")
AUTHORISATION = UUID(int=21)


def chosen(**parameters: bool) -> CedarRules:
    return CedarRules(rules().texts, {**PARAMETERS, **parameters})


def helped(ends_at: datetime = NOW + HOUR) -> Rights:
    """By a caregiver who accepted."""
    given, invitation_id = rights(), UUID(int=31)
    given.invite(
        invitation_id,
        Invitation(
            kind="caregiver",
            invited=CAREGIVER.id,
            invited_by=PATIENT.id,
            expires_at=NOW,
            status="waiting",
        ),
        at=NOW - HOUR,
        by=PATIENT,
    )
    answerer = replace(STRANGER, id=CAREGIVER.id)
    given.answer_invitation(
        invitation_id, accepted=True, ends_at=ends_at, at=NOW - HOUR, by=answerer
    )
    return given


def suspended() -> Rights:
    given = child()
    given.suspend_representation(MOTHER.id, "TJ Paris 26/01234", on=True, by=IDENTITY)
    return given


def connected(
    *allowed: Allowed, authoriser: Actor = PATIENT, before: datetime | None = None
) -> Rights:
    given = rights()
    given.know_authorisation(
        AUTHORISATION,
        Authorisation(
            client=APPLICATION.id,
            allowed=list(allowed),
            authoriser={"kind": authoriser.kind.value, "id": authoriser.id},
            before=before,
            secret=False,
            source=SOURCE,
        ),
        by=IDENTITY,
    )
    return given


def exchange(scope: str, action: str, *categories: str) -> Allowed:
    return Allowed(scope=scope, action=action, categories=list(categories))


def stopped() -> Client:
    client = Client.know(b"secret" * 6, APPLICATION.id, by=IDENTITY)
    client.stop(stopped=True, source=SOURCE, by=IDENTITY)
    return client


def unqualified() -> Rights:
    given = rights()
    given.prove_identity(qualified=False, source=SOURCE, by=IDENTITY)
    return given


def reading(what: dict[str, Any]) -> Callable[[], Rights]:
    return lambda: connected(exchange("document", "read", what["class"]))


READS = exchange("document", "read", "10")
OPEN: dict[str, Any] = {"by_rules": chosen(caregivers=True)}
STRICT: dict[str, Any] = {"by_rules": chosen(paramedics_need_authorisation=True), **FEED}
BOTH = document(confidentiality=["MASQUE_PS", "INVISIBLE_PATIENT"])

ACTING = [
    # Caregivers: only where the operator opened it, until their end, never what is a secret
    Case("caregiver", True, helped, CAREGIVER, ask=OPEN),
    Case("caregiver", True, helped, CAREGIVER, ask={**OPEN, **FEED}),
    Case("caregiver", False, helped, CAREGIVER),
    Case("caregiver", False, lambda: helped(NOW), CAREGIVER, ask=OPEN),
    Case("caregiver", False, rights, CAREGIVER, ask=OPEN),
    Case("caregiver", False, helped, replace(CAREGIVER, id=STRANGER.id), ask=OPEN),
    Case("invisible_to_patient", False, helped, CAREGIVER, SURPRISE, OPEN),
    Case("invisible_to_representatives", False, helped, CAREGIVER, SECRET, OPEN),
    # A judge suspends a representative at once
    Case("representation_suspended", False, suspended, MOTHER),
    Case("representation_suspended", False, suspended, MOTHER, ask=MANAGE),
    Case("own_record", True, suspended, PATIENT),
    # Connected services: what was allowed, before its date, no more than who allowed it
    Case("connected_service", True, lambda: connected(READS), APPLICATION),
    Case(
        "connected_service", True, lambda: connected(READS, before=NOW + HOUR), APPLICATION
    ),
    Case("connected_service", False, lambda: connected(READS, before=NOW), APPLICATION),
    Case("connected_service", False, lambda: connected(READS), APPLICATION, ask=FEED),
    Case("connected_service", False, lambda: connected(READS), APPLICATION, ask=MANAGE),
    Case(
        "connected_service", False, lambda: connected(READS), replace(APPLICATION, id="app-2")
    ),
    Case(
        "connected_service", False, lambda: connected(READS),
        replace(APPLICATION, record_id=STRANGER.record_id),
    ),
    Case(
        "connected_service", False, lambda: connected(READS), APPLICATION,
        document(**{"class": "31"}),
    ),
    Case("connected_service", False, lambda: connected(READS), APPLICATION, SURPRISE),
    Case("connected_service", False, lambda: connected(READS, authoriser=MOTHER), APPLICATION),
    Case(
        "connected_service", True,
        lambda: connected(exchange("measure", "feed", "GLUCOSE")), APPLICATION, MEASURE, FEED,
    ),
    Case(
        "connected_service", False,
        lambda: connected(exchange("measure", "feed", "WEIGHT")), APPLICATION, MEASURE, FEED,
    ),
    Case(
        "connected_service", True,
        lambda: connected(exchange("appointment", "feed")), APPLICATION, APPOINTMENT, FEED,
    ),
    Case(
        "service_stopped", False, lambda: connected(READS), APPLICATION, ask={"client": stopped()}
    ),
    # Prescriptions: shown by the person, or their author's own
    Case("prescription_shown", True, rights, DENTIST, PRESCRIPTION),
    Case("prescription_shown", False, rights, DENTIST, {**PRESCRIPTION, "scope": None}),
    Case(
        "author_reads_prescription", True, rights, DOCTOR,
        {**PRESCRIPTION, "scope": None, "author": DOCTOR.id},
    ),
    Case(
        "author_reads_prescription", False, rights, DENTIST,
        {**PRESCRIPTION, "scope": None, "author": DOCTOR.id},
    ),
    # Trusted mail comes in by messaging itself, and nothing else does
    Case("trusted_mail", True, rights, MESSAGING, MAIL, FEED),
    Case("support_and_operators_never", False, rights, MESSAGING, MAIL),
    Case("support_and_operators_never", False, rights, MESSAGING, MEASURE, FEED),
    Case("support_and_operators_never", False, rights, replace(MESSAGING, id="agenda"), MAIL, FEED),
    Case("own_record", True, rights, PATIENT, MAIL, FEED),
    # Those the person trusts say who sees a document
    Case("visibility_by_trusted", True, lambda: treated_by(DOCTOR), DOCTOR, SEEN_BY, MANAGE),
    Case("visibility_by_trusted", True, lambda: administered_by(NURSE), NURSE, SEEN_BY, MANAGE),
    Case("visibility_by_trusted", False, lambda: with_consent(DOCTOR.id), DOCTOR, SEEN_BY, MANAGE),
    Case("visibility_by_trusted", False, lambda: treated_by(DOCTOR), DOCTOR, ask=MANAGE),
    # Feeding
    Case("qualified_identity", False, unqualified, DOCTOR, ask=FEED),
    Case("qualified_identity", False, unqualified, SOFTWARE, ask=FEED),
    Case("own_record", True, unqualified, PATIENT, ask=FEED),
    Case("professional_feeds", True, unqualified, DOCTOR, MEASURE, FEED),
    Case(
        "professional_feeds", True, unqualified, DOCTOR,
        ask={**FEED, "by_rules": chosen(qualified_identity_to_feed=False)},
    ),
    Case("paramedics_feed", False, rights, NURSE, MEASURE, STRICT),
    Case("professional_feeds", True, rights, NURSE, MEASURE, FEED),
    Case("professional_feeds", True, lambda: with_consent(NURSE.id), NURSE, MEASURE, STRICT),
    Case("professional_feeds", True, rights, DOCTOR, MEASURE, STRICT),
    Case("secret_session", False, rights, replace(DOCTOR, secret=True), ask=FEED),
    Case("professional_feeds", True, rights, replace(DOCTOR, secret=True), SECRET, FEED),
    Case("secret_session", False, rights, replace(PATIENT, secret=True), ask=FEED),
    Case("invisible_and_masked", False, rights, DOCTOR, BOTH, FEED),
    Case(
        "professional_feeds", True, rights, DOCTOR, BOTH,
        {**FEED, "by_rules": chosen(invisible_and_masked=True)},
    ),
    Case(
        "professional_feeds", True, rights, DOCTOR, document(confidentiality=["MASQUE_PS"]), FEED
    ),
]  # fmt: skip
assert APPLICATION.record_id == RECORD
