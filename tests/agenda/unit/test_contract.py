"""Who may call what: the table, read as a person would read it."""

from typing import Any
from uuid import uuid4

import pytest

from services.agenda.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.authorise import check_condition

MINE, THEIRS = uuid4(), uuid4()
PEOPLE = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}


@pytest.mark.parametrize("method", CONTRACT.methods, ids=lambda method: str(method.name))
def test_a_person_acts_on_the_record_of_their_token_alone(method: Any) -> None:
    """
    Every method that lets people in, for every kind of them.
    """
    for kind in PEOPLE & method.callers:
        actor = Actor(kind=kind, id=str(MINE), record_id=MINE)
        check_condition(method, method.request.model_construct(record_id=MINE), actor)
        with pytest.raises(Forbidden):
            check_condition(method, method.request.model_construct(record_id=THEIRS), actor)


def test_software_writes_by_bundle_alone_and_reads_nothing() -> None:
    """
    An agenda tells where someone is and when: no application reads it here.
    """
    software = {ActorKind.FACILITY, ActorKind.APPLICATION, ActorKind.SECRETARY}

    assert [m.name for m in CONTRACT.methods if m.callers & software] == ["import_appointments"]


def test_nobody_without_a_part_in_care_is_let_in() -> None:
    """
    Operators, support, auditors, other services: nothing here is for them.
    """
    others = {ActorKind.OPERATOR, ActorKind.SUPPORT, ActorKind.AUDITOR, ActorKind.SERVICE}

    assert not [m.name for m in CONTRACT.methods if m.callers & others]


def test_professionals_only_read() -> None:
    """
    It is the person's agenda.
    """
    lets_in = {m.name for m in CONTRACT.methods if ActorKind.PROFESSIONAL in m.callers}

    assert lets_in == {"appointments", "prevention_plan"}
    assert not any(CONTRACT.by_name[name].is_command for name in lets_in)
