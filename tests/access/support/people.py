"""The sample people of these tests; their ids are not real ones."""

from dataclasses import replace
from uuid import UUID

from shared.kernel.actor import Actor, ActorKind

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER_RECORD = UUID("0190a000-0000-7000-8000-000000000002")
PARENT = UUID("0190a000-0000-7000-8000-000000000003")
HOSPITAL = "1750000001"
PRACTICE = "1750000002"


def professional(
    national_id: str = "899700000001", profession: str = "10", facility: str = PRACTICE
) -> Actor:
    return Actor(
        kind=ActorKind.PROFESSIONAL, id=national_id, profession=profession, facility=facility
    )


DOCTOR = professional()
DENTIST = professional("899700000002", "40")
HOSPITAL_DOCTOR = professional("899700000003", facility=HOSPITAL)
REGULATOR = replace(professional("899700000004", facility=HOSPITAL), regulation=True)
NURSE = professional("899700000005", "60", HOSPITAL)
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
STRANGER = Actor(kind=ActorKind.PATIENT, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
MOTHER = Actor(kind=ActorKind.REPRESENTATIVE, id=str(PARENT), record_id=RECORD)
SOFTWARE = Actor(kind=ActorKind.FACILITY, id=HOSPITAL, facility=HOSPITAL)
SECRETARY = Actor(kind=ActorKind.SECRETARY, id="secretary-1", facility=HOSPITAL)
AUDITOR = Actor(kind=ActorKind.AUDITOR, id="auditor-1", mandate="mandate-1")
REVIEWER = replace(AUDITOR, physician_present=True)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator-1")
SUPPORT = Actor(kind=ActorKind.SUPPORT, id="support-1")
APPLICATION = Actor(kind=ActorKind.APPLICATION, id="app-1", record_id=RECORD)
CAREGIVER = Actor(kind=ActorKind.CAREGIVER, id=str(PARENT), record_id=RECORD)


def through_vault(caller: Actor) -> Actor:
    """The service that carries a caller's question."""
    return Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=caller)
