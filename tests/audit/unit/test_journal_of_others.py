"""Lines of prescriptions, and of records that were merged."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from services.audit.domain.lines import Result
from shared.kernel.actor import Actor, ActorKind
from tests.audit.world import DOCTOR, OTHER_RECORD, PATIENT, RECORD, World

PHARMACIST = Actor(kind=ActorKind.PROFESSIONAL, id="810000000021", profession="21")
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="identities")


def test_a_prescription_shown_far_apart_says_so(world: World) -> None:
    """The person reads that it was in another department just before."""
    about: dict[str, Any] = {
        "prescription_id": str(uuid4()),
        "facility": "1750000002",
        "confidentiality": [],
    }
    world.tell("prescription.prescription_presented", PHARMACIST, far_apart=False, **about)
    world.tell("prescription.prescription_presented", PHARMACIST, far_apart=True, **about)
    world.tell("prescription.presentation_refused", PHARMACIST, reason="used", **about)

    plain, far, refused = world.sentences(PATIENT)

    assert plain.endswith("a pris connaissance d’une ordonnance.")
    assert far.endswith("présentée peu avant dans un autre département.")
    assert refused.endswith("une ordonnance qui ne peut plus servir : elle a été refusée.")
    assert [line.result for line in world.read(PATIENT, order="oldest_first").items] == [
        Result.DONE,
        Result.DONE,
        Result.REFUSED,
    ]


def test_a_hidden_prescription_leaves_no_line(world: World) -> None:
    """Nor counts: who may not see it may not see that it was dispensed."""
    about: dict[str, Any] = {"prescription_id": str(uuid4()), "facility": "1750000002"}
    hidden: dict[str, Any] = {"confidentiality": ["INVISIBLE_PATIENT"], **about}
    world.tell("prescription.prescription_dispensed", PHARMACIST, **hidden)
    world.tell("prescription.prescription_dispensed", PHARMACIST, confidentiality=["N"], **about)

    assert world.read(PATIENT).total == 1
    assert world.read(PHARMACIST).total == 2


def test_lines_of_a_merged_record_are_the_target_s(world: World) -> None:
    """Documents too, with what hides them; exactly counted."""
    world.tell("identity.record_activated", PATIENT)
    world.tell("messaging.message_read", DOCTOR, record=OTHER_RECORD)
    assert world.read(PATIENT).total == 1

    world.tell("identity.records_merged", OPERATOR, source=str(OTHER_RECORD))

    assert world.sentences(PATIENT)[1] == "Claire Martin (médecin) a lu un message."
    assert world.read(PATIENT).total == 3


def test_who_acted_is_told_with_the_place_they_worked_in(world: World) -> None:
    """Where its name is known."""
    world.names.known = {DOCTOR.id: "Claire Martin", "1750000002": "Hôpital des essais"}
    world.tell("messaging.message_read", replace(DOCTOR, facility="1750000002"))

    assert world.sentences(PATIENT) == [
        "Claire Martin (médecin, Hôpital des essais) a lu un message."
    ]


def test_documents_of_a_merged_record_are_judged_as_the_target_s(world: World) -> None:
    """Their lines show, but for what is hidden from who reads."""
    for code in ("N", "INVISIBLE_PATIENT"):
        world.tell(
            "vault.document_deposited", DOCTOR, record=OTHER_RECORD, document_id=str(uuid4()),
            type="11502-2", confidentiality=[code],
        )  # fmt: skip
    world.tell("identity.records_merged", OPERATOR, source=str(OTHER_RECORD))

    lines = world.read(PATIENT, group="MEDICAL_DOCUMENT").items

    assert [line.document.type for line in lines if line.document] == ["11502-2"]


def test_a_chain_of_merges_is_followed(world: World) -> None:
    """What was merged into the source has come along."""
    first = uuid4()
    world.tell("messaging.message_read", DOCTOR, record=first)
    world.tell("identity.records_merged", OPERATOR, record=OTHER_RECORD, source=str(first))
    world.tell("identity.records_merged", OPERATOR, record=RECORD, source=str(OTHER_RECORD))

    assert world.read(PATIENT).total == 3


def test_a_merge_undone_gives_the_lines_back(world: World) -> None:
    """From then on each record shows its own."""
    world.tell("messaging.message_read", DOCTOR, record=OTHER_RECORD)
    world.tell("identity.records_merged", OPERATOR, source=str(OTHER_RECORD))
    world.tell("identity.records_split", OPERATOR, source=str(OTHER_RECORD))

    assert [line.action for line in world.read(PATIENT).items] == [
        "identity.records_split",
        "identity.records_merged",
    ]
