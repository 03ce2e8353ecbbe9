"""A minor's record in access, and who asks of it."""

from pathlib import Path

from shared.kernel.actor import Actor, ActorKind
from tests.access.support.logs import World, consent, open_world
from tests.access.support.people import DOCTOR, HOSPITAL_DOCTOR, PARENT, PATIENT, RECORD
from tests.neighbours.in_process import caller

PERSON = caller(ActorKind.PATIENT, record_id=str(RECORD))
MOTHER = caller(ActorKind.REPRESENTATIVE, sub=str(PARENT), record_id=str(RECORD))


def practising(who: Actor) -> Actor:
    return caller(
        ActorKind.PROFESSIONAL,
        SubjectNameID=who.id,
        SubjectOrganizationID=who.facility,
        exercice={"codeProfession": who.profession},
    )


def rights_in(folder: Path) -> World:
    """With a treating doctor, and another whom they consented to."""
    made = open_world(folder)
    majority = "2030-01-01T00:00:00.000Z"
    made.open_record(representatives=[str(PARENT)], majority_at=majority)
    made.treated_by(DOCTOR)
    made.app.declare_consent(consent(HOSPITAL_DOCTOR), PATIENT)
    return made
