"""What others hear: ids, codes and instants; never what people wrote."""

import json
from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.domain.decision import Decision
from services.access.domain.matrix import MatrixRegister
from services.access.domain.rights import Rights
from services.access.messages import message_for
from shared.eventing.messages import MessageData
from tests.access.support.logs import World, block, care_team, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    HOSPITAL_DOCTOR,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
    through_vault,
)
from tests.support.golden import Golden, golden_files

WORDS = "words that a person wrote"


def everything(world: World) -> None:
    """Each use case once."""
    app = world.app
    app.declare_consent(consent(DENTIST), PATIENT)
    app.withdraw_consent(
        c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=DENTIST.id), PATIENT
    )
    joined = app.join_care_team(care_team(HOSPITAL_DOCTOR.id), SOFTWARE)
    team = {"record_id": RECORD, "team_id": joined.team_id}
    app.leave_care_team(c.LeaveCareTeam(request_id=uuid4(), **team), SOFTWARE)
    app.oppose_care_team(c.OfCareTeam(request_id=uuid4(), **team), PATIENT)
    app.name_treating_doctor(of(DOCTOR), PATIENT)
    app.name_administrator(of(DOCTOR), PATIENT)
    app.remove_administrator(of(DOCTOR), PATIENT)
    reasoned = block(DENTIST).model_copy(update={"reason": WORDS})
    app.block_professional(reasoned, PATIENT)
    app.unblock_professional(of(DENTIST), PATIENT)
    app.set_emergency_switches(
        c.SetEmergencySwitches(
            request_id=uuid4(), record_id=RECORD, regulation=True, break_glass=True, masked=True
        ),
        PATIENT,
    )
    broken = app.break_glass(
        c.BreakGlass(request_id=uuid4(), record_id=RECORD, reason=WORDS, unable_to_consent=True),
        DOCTOR,
    )
    app.end_emergency_session(
        c.EndEmergencySession(request_id=uuid4(), record_id=RECORD, session=broken.session), DOCTOR
    )
    app.oppose_feeding(
        c.OpposeFeeding(request_id=uuid4(), record_id=RECORD, legitimate_reason=WORDS), PATIENT
    )
    app.judge_opposition(
        c.JudgeOpposition(request_id=uuid4(), record_id=RECORD, accepted=True, note=WORDS), REVIEWER
    )
    world.decide(DOCTOR)
    app.decide_many(
        c.DecideMany(record_id=RECORD, action="read", attribute_tuples=[c.Resource()] * 3),
        through_vault(DOCTOR),
    )


def published(world: World) -> list[MessageData]:
    events = (recorded.event for recorded in world.app.read(0, 500))
    return [message for event in events if (message := message_for(event))]


def test_every_event_of_the_contract_has_its_message(world: World) -> None:
    """
    The names are the contract; what is not listed stays inside.
    """
    everything(world)

    types = {message.TYPE for message in published(world)}

    assert types == {
        f"access.{name}"
        for name in (
            "consent_declared", "consent_withdrawn", "care_team_joined", "care_team_left",
            "care_team_opposed", "treating_doctor_named", "administrator_named",
            "administrator_removed", "professional_blocked", "professional_unblocked",
            "emergency_switches_set", "glass_broken", "emergency_ended", "feeding_opposed",
            "feeding_opposition_judged", "matrix_loaded", "access_decided",
        )
    }  # fmt: skip


def test_what_people_wrote_is_in_no_message(world: World) -> None:
    """
    Reasons are kept, sealed with the record; they are read there and nowhere else.
    """
    everything(world)

    wire = json.dumps([m.model_dump(mode="json") for m in published(world)])

    assert WORDS not in wire
    assert world.rights().feeding_oppositions == {"*": WORDS}


def test_a_decision_is_told_with_its_reason_and_a_list_by_its_size(world: World) -> None:
    """
    The journal shows the sentence; a list says nothing of what was in it.
    """
    refused = world.decide(DENTIST)
    world.app.decide_many(
        c.DecideMany(record_id=RECORD, action="read", attribute_tuples=[c.Resource()] * 3),
        through_vault(PATIENT),
    )

    one, many = published(world)[-2:]

    told = one.model_dump(mode="json")
    assert told["decision_id"] == str(refused.decision_id)
    assert (told["permit"], told["right"]) == (False, "no_rule")
    assert told["by"] == DENTIST.to_event()
    assert told["reason_fr"] == refused.reason_fr
    listed = many.model_dump(mode="json")
    assert (listed["items"], listed["rules"], listed["right"]) == (3, [], "listing")
    assert not listed["permit"]
    world.treated_by(DOCTOR)
    world.decide(DOCTOR)
    assert published(world)[-1].model_dump()["permit"]


def test_state_heard_from_identity_is_not_told_again() -> None:
    """
    It is identity's to say.
    """
    for event in (Rights.Created, Rights.RecordStateChanged, Rights.RepresentativesKnown,
                  MatrixRegister.Created):  # fmt: skip
        assert message_for.dispatch(event) is message_for.dispatch(object)
    assert message_for.dispatch(Decision.Created) is not message_for.dispatch(object)


PUBLISHED = [g for g in golden_files("access") if message_for(g.load())]


@pytest.mark.parametrize("golden", PUBLISHED, ids=str)
def test_every_stored_event_that_is_told_has_a_message_of_its_name(golden: Golden) -> None:
    """
    Also those of every former version: what was published once may be asked for again.
    """
    message = message_for(golden.load())

    assert message
    assert golden.topic == message.TYPE
    assert message.model_dump(mode="json")


def test_the_names_of_the_contract_are_all_told() -> None:
    """
    CONTRACT, section access: its events, written here by hand, and ours beside them.
    """
    told = {golden.topic.removeprefix("access.") for golden in PUBLISHED}

    assert told == {
        "consent_declared", "consent_withdrawn", "consent_expired", "care_team_joined",
        "care_team_left", "care_team_opposed", "treating_doctor_named", "administrator_named",
        "administrator_removed", "role_named", "professional_blocked", "professional_unblocked",
        "emergency_switches_set", "glass_broken", "emergency_ended", "break_glass_reviewed",
        "feeding_opposed", "representative_invited", "invitation_answered", "delegation_ended",
        "matrix_loaded", "access_decided",
        "break_glass_overdue", "caregiver_invited", "feeding_opposition_judged",
        "representation_suspended", "representation_ended",
    }  # fmt: skip
