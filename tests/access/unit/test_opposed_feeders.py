"""Whom an opposition to feeding stops (CSP R1111-47), whichever way they come."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.access import contract as c
from services.access.domain.facts import Asked, facts_for, principal_for
from shared.kernel.actor import Actor
from tests.access.support.logs import World
from tests.access.support.people import (
    DOCTOR,
    HOSPITAL,
    HOSPITAL_DOCTOR,
    NURSE,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
    STRANGER,
)

FOR_THEM = replace(SOFTWARE, on_behalf_of=HOSPITAL_DOCTOR)
FOR_ANOTHER = replace(SOFTWARE, on_behalf_of=NURSE)


def oppose(world: World, **feeder: str) -> None:
    claim(world, RECORD, PATIENT, **feeder)
    judge(world, RECORD, accepted=True, **feeder)


def claim(world: World, record_id: UUID, by: Actor, **feeder: str) -> None:
    world.app.oppose_feeding(
        c.OpposeFeeding(
            request_id=uuid4(), record_id=record_id, legitimate_reason="my former husband", **feeder
        ),
        by,
    )


def judge(world: World, record_id: UUID, *, accepted: bool, **feeder: str) -> None:
    world.app.judge_opposition(
        c.JudgeOpposition(
            request_id=uuid4(), record_id=record_id, accepted=accepted, note="so it is", **feeder
        ),
        REVIEWER,
    )


@pytest.mark.parametrize(
    ("feeder", "stopped", "free"),
    [
        (
            {"professional": HOSPITAL_DOCTOR.id},
            [HOSPITAL_DOCTOR, FOR_THEM],
            [SOFTWARE, FOR_ANOTHER, DOCTOR],
        ),
        ({"facility": HOSPITAL}, [HOSPITAL_DOCTOR, SOFTWARE, FOR_THEM, FOR_ANOTHER], [DOCTOR]),
    ],
    ids=["professional", "facility"],
)
def test_an_opposition_stops_whom_it_names_also_through_software(
    world: World, feeder: dict[str, str], stopped: list[Actor], free: list[Actor]
) -> None:
    """
    A professional whom a facility's software names feeds by it; their colleagues go on.
    """
    oppose(world, **feeder)

    for who in stopped:
        assert world.decide(who, action="feed").reasons == ["feeding_opposed"]
    for who in free:
        assert world.decide(who, action="feed").permit


def test_decided_again_with_whom_the_software_named(world: World) -> None:
    """
    Whom it named is kept with the decision; one of before they were looked at has its own facts.
    """
    oppose(world, professional=HOSPITAL_DOCTOR.id)
    decided = world.decide(FOR_THEM, action="feed")

    again = world.app.redecide(c.OfDecision(decision_id=decided.decision_id), REVIEWER)

    assert (again.recorded, again.redecided, again.why) == ([False], [False], [])
    now = principal_for(FOR_THEM)
    then = {name: value for name, value in now.items() if name != "named"}
    for principal, opposed in ((now, True), (then, False)):
        asked = Asked(
            principal=principal, action="feed", mode="normal", session=None, at=world.clock.now()
        )
        assert facts_for(world.rights(), asked)["feeding_opposed"] is opposed


@pytest.mark.parametrize("accepted", [True, False])
def test_one_that_is_judged_after_a_merge_counts_where_the_record_is_served(
    world: World, *, accepted: bool
) -> None:
    """
    Once the reason is found legitimate, feeding ends. It was claimed of the record merged since.
    """
    nurse = {"professional": NURSE.id}
    world.open_record(OTHER_RECORD)
    world.treated_by(NURSE)
    claim(world, OTHER_RECORD, STRANGER, **nurse)
    world.hear("records_merged", source=str(OTHER_RECORD), merge_id=str(uuid4()))
    assert world.decide(NURSE, action="feed").permit

    judge(world, OTHER_RECORD, accepted=accepted, **nurse)

    assert world.decide(NURSE, action="feed").permit is not accepted
