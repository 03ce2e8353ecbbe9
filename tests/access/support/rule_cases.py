"""Each rule both ways, as cases: where it decides, and where it must not.

The law is quoted in the policy files; the expectations here are written from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.access.domain.grants import Status
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import (
    HOUR,
    NOW,
    consent,
    document,
    rights,
    team,
    with_consent,
)
from tests.access.support.people import (
    APPLICATION,
    AUDITOR,
    CAREGIVER,
    DENTIST,
    DOCTOR,
    HOSPITAL,
    HOSPITAL_DOCTOR,
    MOTHER,
    NURSE,
    OPERATOR,
    PATIENT,
    PRACTICE,
    REGULATOR,
    SECRETARY,
    SOFTWARE,
    STRANGER,
    SUPPORT,
    professional,
)


@dataclass(frozen=True)
class Case:
    """``why``: the rule this case is about; ``permit``: what the law says."""

    why: str
    permit: bool
    given: Callable[[], Rights | None]
    actor: Actor
    item: dict[str, Any] = field(default_factory=document)
    ask: dict[str, Any] = field(default_factory=dict)


def treated_by(actor: Actor, status: Status = Status.ACTIVATED) -> Rights:
    given = rights(status)
    given.name_treating_doctor(actor.id, by=PATIENT)
    return given


def administered_by(actor: Actor) -> Rights:
    given = rights()
    given.name_administrator(actor.id, by=PATIENT)
    return given


def cared_for_by(*members: Actor) -> Rights:
    given = rights()
    joined = team(*(m.id for m in members))
    given.join_care_team(TEAM, joined, at=NOW, by=members[0])
    return given


def opposed_team(member: Actor) -> Rights:
    given = cared_for_by(member)
    given.oppose_care_team(TEAM, by=PATIENT)
    return given


def consented_then_blocked(actor: Actor) -> Rights:
    """A facility's consent outlives the block of one of its professionals."""
    given = rights()
    given.declare_consent(consent(actor.facility or "", NOW + HOUR, facility=True), by=PATIENT)
    given.block(actor.id, BLOCK, by=PATIENT)  # type: ignore[arg-type]  # a literal is a Block
    return given


def switched(*, regulation: bool = True, break_glass: bool = True, masked: bool = False) -> Rights:
    given = rights()
    given.set_switches(
        {"regulation": regulation, "break_glass": break_glass, "masked": masked}, by=PATIENT
    )
    return given


def opposed_feeding(feeder: str | None = None) -> Rights:
    given = rights()
    given.oppose_feeding(feeder, "dispute over a diagnosis", on=True, waits=False, by=PATIENT)
    return given


def child() -> Rights:
    given = rights()
    given.know_representatives(
        [MOTHER.id],
        NOW + HOUR,
        source={"service": "identity", "position": 7},
        by=PATIENT,
    )
    return given


def in_sector(code: str) -> Actor:
    return replace(DOCTOR, claims={"Secteur_Activite": f"{code}^1.2.250.1.71.4.2.4"})


UNKNOWN_TRADE = professional("899700000009", "99")
TEAM = UUID(int=11)
BLOCK = {"reason": "trust", "by_person": True, "blocked_at": NOW, "secret": False}
MASKED = document(confidentiality=["MASQUE_PS"])
SURPRISE = document(confidentiality=["INVISIBLE_PATIENT"])
SECRET = document(confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
FEED, MANAGE = {"action": "feed"}, {"action": "manage"}
JOURNAL = {"kind": "journal", "scope": "all"}
OWN_LINES = {"kind": "journal", "scope": "own"}
TYPE_CLOSED_TO_DENTISTS = document(type="83901-9")
REGULATION = {"mode": "regulation"}

CASES = [
    # Care team: named members of the current episode, acting for that facility
    Case("care_team", True, lambda: cared_for_by(HOSPITAL_DOCTOR), HOSPITAL_DOCTOR),
    Case("care_team", False, lambda: cared_for_by(NURSE), HOSPITAL_DOCTOR),
    Case(
        "care_team", False, lambda: cared_for_by(HOSPITAL_DOCTOR),
        replace(HOSPITAL_DOCTOR, facility=PRACTICE),
    ),
    Case("care_team", False, lambda: opposed_team(HOSPITAL_DOCTOR), HOSPITAL_DOCTOR),
    # Explicit consent, to a professional or to the facility they act for
    Case("explicit_consent", True, lambda: with_consent(DOCTOR.id), DOCTOR),
    Case("explicit_consent", False, lambda: with_consent(DENTIST.id), DOCTOR),
    Case("explicit_consent", False, rights, DOCTOR),
    # Roles the person gave
    Case("treating_doctor", True, lambda: treated_by(DOCTOR), DOCTOR),
    Case("treating_doctor", False, lambda: administered_by(DENTIST), DOCTOR),
    Case("administrator", True, lambda: administered_by(DOCTOR), DOCTOR),
    Case("administrator", False, lambda: administered_by(DENTIST), DOCTOR),
    # The record's own state
    Case("record_not_active", True, lambda: treated_by(DOCTOR, Status.OPEN), DOCTOR),
    *(
        Case("record_not_active", False, lambda s=s: treated_by(DOCTOR, s), DOCTOR)  # type: ignore[misc]  # binds s now
        for s in (Status.ANNOUNCED, Status.OPPOSED, Status.SUSPENDED, Status.CLOSED)
    ),
    Case("record_not_active", False, lambda: rights(Status.CLOSED), PATIENT),
    Case("record_not_active", False, lambda: rights(Status.ANNOUNCED), SOFTWARE, ask=FEED),
    Case("record_not_active", False, lambda: None, DOCTOR),
    # The matrix
    Case(
        "matrix_read", True, lambda: administered_by(DENTIST), DENTIST, document(**{"class": "31"})
    ),
    Case("matrix_read", False, lambda: administered_by(DENTIST), DENTIST, TYPE_CLOSED_TO_DENTISTS),
    Case(
        "matrix_read", False, lambda: administered_by(DENTIST), DENTIST, document(**{"class": "11"})
    ),
    Case("matrix_read", False, lambda: administered_by(UNKNOWN_TRADE), UNKNOWN_TRADE),
    Case("matrix_write", True, rights, DENTIST, ask=FEED),
    Case("matrix_write", True, rights, SECRETARY, ask=FEED),
    Case("matrix_write", False, rights, UNKNOWN_TRADE, ask=FEED),
    # Blocks beat consents and break-glass
    Case("blocked", False, lambda: consented_then_blocked(DOCTOR), DOCTOR),
    Case("blocked", True, lambda: consented_then_blocked(DENTIST), DOCTOR),
    Case("professional_feeds", True, lambda: consented_then_blocked(DOCTOR), DOCTOR, ask=FEED),
    # Masked documents
    Case("masked_document", False, lambda: with_consent(DOCTOR.id), DOCTOR, MASKED),
    Case(
        "masked_document", True, lambda: with_consent(DOCTOR.id), DOCTOR,
        {**MASKED, "author": DOCTOR.id},
    ),
    Case(
        "masked_document", True, lambda: with_consent(DOCTOR.id), DOCTOR,
        {**MASKED, "facility": PRACTICE},
    ),
    Case("masked_document", True, lambda: treated_by(DOCTOR), DOCTOR, MASKED),
    Case("masked_document", True, lambda: administered_by(DOCTOR), DOCTOR, MASKED),
    Case("own_record", True, rights, PATIENT, MASKED),
    Case("masked_document", False, switched, REGULATOR, MASKED, REGULATION),
    Case("masked_document", True, lambda: switched(masked=True), REGULATOR, MASKED, REGULATION),
    Case(
        "masked_document", False, lambda: with_consent(DOCTOR.id),
        replace(DOCTOR, facility=None), {**MASKED, "facility": None},
    ),
    # What is hidden from the person or from representatives
    Case("invisible_to_patient", False, rights, PATIENT, SURPRISE),
    Case("invisible_to_patient", False, child, MOTHER, SURPRISE),
    Case("invisible_to_patient", True, lambda: treated_by(DOCTOR), DOCTOR, SURPRISE),
    Case("invisible_to_patient", False, rights, PATIENT, SURPRISE, MANAGE),
    Case("invisible_to_representatives", False, child, MOTHER, SECRET),
    Case("invisible_to_representatives", True, child, PATIENT, SECRET),
    Case("invisible_to_representatives", True, lambda: treated_by(DOCTOR), DOCTOR, SECRET),
    # The person, and those who act for them
    Case("own_record", True, rights, PATIENT),
    Case("own_record", True, rights, PATIENT, ask=FEED),
    Case("own_record", True, rights, PATIENT, ask=MANAGE),
    Case("own_record", False, rights, STRANGER),
    Case("legal_representative", True, child, MOTHER),
    Case("legal_representative", True, child, MOTHER, ask=FEED),
    Case("legal_representative", False, rights, MOTHER),
    Case("legal_representative", False, child, replace(MOTHER, id=STRANGER.id)),
    Case("no_rule", False, child, CAREGIVER),
    Case("no_rule", False, rights, APPLICATION),
    # Emergencies
    Case("regulation_centre", True, rights, REGULATOR, ask=REGULATION),
    Case("regulation_conditions", False, rights, DOCTOR, ask=REGULATION),
    Case(
        "regulation_conditions", False, lambda: switched(regulation=False), REGULATOR,
        ask=REGULATION,
    ),
    Case(
        "regulation_conditions", False, lambda: administered_by(NURSE),
        replace(NURSE, regulation=True), ask=REGULATION,
    ),
    Case("regulation_conditions", False, rights, PATIENT, ask=REGULATION),
    Case("break_glass_conditions", False, lambda: treated_by(DOCTOR), DOCTOR,
         ask={"mode": "break_glass"}),
    # Feeding
    Case("professional_feeds", True, rights, DOCTOR, ask=FEED),
    Case("facility_feeds", True, rights, SOFTWARE, ask=FEED),
    Case("secretary_feeds", True, rights, SECRETARY, ask=FEED),
    Case("feeding_opposed", False, opposed_feeding, DOCTOR, ask=FEED),
    Case("feeding_opposed", False, lambda: opposed_feeding(HOSPITAL), SOFTWARE, ask=FEED),
    Case("feeding_opposed", False, lambda: opposed_feeding(PRACTICE), DOCTOR, ask=FEED),
    Case("feeding_opposed", True, lambda: opposed_feeding(HOSPITAL), DOCTOR, ask=FEED),
    Case("own_record", True, opposed_feeding, PATIENT, ask=FEED),
    # Authors manage their own
    Case("author_manages", True, rights, DOCTOR, document(author=DOCTOR.id), MANAGE),
    Case("author_manages", False, lambda: treated_by(DOCTOR), DOCTOR, ask=MANAGE),
    Case("facility_manages_own", True, rights, SOFTWARE, document(facility=HOSPITAL), MANAGE),
    Case("facility_manages_own", False, rights, SOFTWARE, ask=MANAGE),
    # Those who never read
    Case("secretary_never_reads", False, rights, SECRETARY),
    Case("facility_never_reads", False, rights, SOFTWARE),
    Case(
        "explicit_consent", True, lambda: with_consent(HOSPITAL_DOCTOR.id),
        replace(SOFTWARE, on_behalf_of=HOSPITAL_DOCTOR),
    ),
    Case("support_and_operators_never", False, rights, SUPPORT),
    Case("support_and_operators_never", False, rights, OPERATOR),
    Case(
        "support_and_operators_never", False, rights, Actor(kind=ActorKind.SERVICE, id="vault")
    ),
    *(
        Case("insurers_employers_state_never", False, lambda: treated_by(DOCTOR), in_sector(s))
        for s in ("SA23", "SA24", "SA26", "SA44", "SA48")
    ),
    Case("insurers_employers_state_never", True, lambda: treated_by(DOCTOR), in_sector("SA07")),
    Case("auditors_no_health_data", False, rights, replace(AUDITOR, physician_present=True)),
    Case("auditors_no_health_data", False, rights, AUDITOR, ask=MANAGE),
    # The journal
    Case("auditor_journal", True, rights, replace(AUDITOR, physician_present=True), JOURNAL),
    Case("auditor_journal", False, rights, AUDITOR, JOURNAL),
    Case(
        "auditor_journal", False, rights,
        replace(AUDITOR, mandate=None, physician_present=True), JOURNAL,
    ),
    Case("own_record", True, rights, PATIENT, JOURNAL),
    Case("journal_reserved", True, lambda: treated_by(DOCTOR), DOCTOR, JOURNAL),
    Case("journal_reserved", True, lambda: administered_by(DOCTOR), DOCTOR, JOURNAL),
    Case("journal_reserved", False, lambda: with_consent(DOCTOR.id), DOCTOR, JOURNAL),
    Case("own_journal_lines", True, rights, DENTIST, OWN_LINES),
    Case("secretary_never_reads", False, rights, SECRETARY, OWN_LINES),
]  # fmt: skip
