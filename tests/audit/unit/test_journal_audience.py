"""Who has the whole of a journal, and what its lines tell each reader beside who and what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.audit.domain.audience import Scope, may_ask_for_all
from services.audit.domain.lines import Who
from services.audit.domain.ports import Decided
from services.audit.messages import message_for
from shared.kernel.actor import Actor
from tests.audit.world import (
    AUDITOR,
    CLOCK,
    DENTIST,
    DOCTOR,
    HOSPITAL,
    PARENT,
    PATIENT,
    REFUSED_FR,
    World,
)


@pytest.mark.parametrize(
    ("reasons", "whole"),
    [
        (["own_journal_lines", "treating_doctor"], True),
        (["own_journal_lines", "administrator"], True),
        (["own_journal_lines", "care_team"], False),
        (["own_journal_lines", "explicit_consent"], False),
        (["own_journal_lines"], False),
        ([], False),
    ],
)
def test_the_whole_is_asked_for_those_the_person_trusts_with_it(
    reasons: Sequence[str], *, whole: bool
) -> None:
    """For others the refusal of what they did not ask for would stand in the journal."""
    assert may_ask_for_all(reasons) is whole


def test_who_is_refused_the_whole_reads_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their role ended between the two questions."""
    world.rules.whole_for.add(DOCTOR.id)
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)
    decide = world.rules.decide_journal

    def ended(record_id: UUID, scope: Scope, by: Actor) -> Decided:
        if scope is Scope.ALL:
            world.rules.whole_for.clear()
        return decide(record_id, scope, by)

    monkeypatch.setattr(world.rules, "decide_journal", ended)
    page = world.read(DOCTOR)

    assert (page.scope, page.total, page.items) == ("own", 0, [])


def test_why_access_was_refused_is_for_the_person_to_know(world: World) -> None:
    """An auditor reads that it was."""
    world.decided(DENTIST, permit=False)

    [told] = world.sentences(PATIENT)
    [shown] = world.sentences(AUDITOR)

    assert told.endswith(f"L’accès a été refusé. {REFUSED_FR}")
    assert shown.endswith("L’accès a été refusé.")


def test_what_came_of_a_secret_session_is_not_told_to_representatives(world: World) -> None:
    """A consent given in secret runs out: nobody acts in secret then, but the message says it."""
    world.tell("access.consent_expired", CLOCK, grantee=DOCTOR.id, secret=True)

    assert world.read(PARENT).total == 0
    assert [line.secret for line in world.read(PATIENT).items] == [True]


def test_a_person_is_told_by_who_they_are_and_never_by_an_id(world: World) -> None:
    """The id of a representative is that of a record of their own."""
    world.tell("access.emergency_switches_set", PARENT)
    world.tell("access.glass_broken", DOCTOR, professional=DOCTOR.id)

    for reader in (PATIENT, AUDITOR):
        shown = {line.actor.kind: line.actor.id for line in world.read(reader).items}
        assert shown == {PARENT.kind: None, DOCTOR.kind: DOCTOR.id}


def test_a_professional_who_finds_the_matricule_is_no_enrolment(world: World) -> None:
    """What nobody asked for is the insurer's giving of records; what a doctor does is theirs."""
    world.tell("identity.ins_attached", DOCTOR)
    world.tell("identity.ins_attached", CLOCK)

    lines = world.read(PATIENT, order="oldest_first").items

    assert [line.actor_kind for line in lines] == [Who.HEALTHCARE_PROFESSIONAL, Who.ENROLMENT]


def test_a_right_is_told_of_what_was_permitted_alone(world: World) -> None:
    """What refused somebody is no right of theirs."""
    decision = world.decided(DOCTOR, permit=True, right="treating_doctor")
    refused = world.decided(DENTIST, permit=False, right="no_rule")
    document_id = world.deposit(PATIENT)
    world.tell(
        "vault.document_opened", DOCTOR, decision_id=decision, document_id=document_id,
        confidentiality=["N"],
    )  # fmt: skip

    lines = world.read(PATIENT).items

    assert {line.right for line in lines if line.actor.id == DOCTOR.id} == {"treating_doctor"}
    [line] = [line for line in lines if line.actor.id == DENTIST.id]
    assert (line.right, refused != decision) == (None, True)


def test_a_right_of_a_secret_session_is_not_told_to_representatives(world: World) -> None:
    """Of what is there for all to see: that a professional reported a document, whom the minor had
    let in by a secret consent."""
    decision = world.decided(DOCTOR, permit=True, right="explicit_consent", secret=True)
    document_id = world.deposit(PATIENT)
    world.tell(
        "vault.document_reported", DOCTOR, decision_id=decision, document_id=document_id,
        confidentiality=["N"], reason="wrong_person",
    )  # fmt: skip

    rights = [
        {line.right for line in world.read(reader).items if line.actor.id == DOCTOR.id}
        for reader in (PATIENT, PARENT)
    ]

    assert rights == [{"explicit_consent"}, {None}]


def test_a_journal_read_in_a_secret_session_is_told_as_such(world: World) -> None:
    """Else a parent would read in it that the minor did."""
    minor = replace(PATIENT, secret=True)
    world.read(minor)
    world.read(PATIENT)

    told = [message_for(row.event) for row in world.audit.read(0, 10)]

    assert [message.secret for message in told if message] == [True, False]


def test_what_was_done_in_an_emergency_is_told_as_such(world: World) -> None:
    document_id = world.deposit(PATIENT)
    world.tell("vault.document_opened", DOCTOR, document_id=document_id, mode="break_glass")
    world.tell("vault.record_exported", DOCTOR)

    modes = [line.mode for line in world.read(PATIENT, order="oldest_first").items]

    assert modes == ["normal", "break_glass", "normal"]


def test_access_is_told_all_that_it_decides_by(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an author would not see the lines of what they wrote, once it is masked."""
    asked: list[Mapping[str, Any]] = []

    def may_see(_record: UUID, documents: Sequence[Mapping[str, Any]], _by: Actor) -> list[bool]:
        asked.extend(documents)
        return [True] * len(documents)

    monkeypatch.setattr(world.rules, "may_see", may_see)
    world.tell(
        "vault.document_deposited", HOSPITAL, document_id=str(uuid4()), type="11502-2",
        class_="11", author=DOCTOR.id, facility=HOSPITAL.id, by_patient=False, status="Approved",
        confidentiality=["MASQUE_PS"],
    )  # fmt: skip

    world.read(PATIENT)

    assert asked == [
        {
            "kind": "document", "type": "11502-2", "class": "11", "author": DOCTOR.id,
            "facility": HOSPITAL.id, "by_patient": False, "status": "Approved",
            "confidentiality": ["MASQUE_PS"],
        }
    ]  # fmt: skip
