"""Who may call what: every method, every kind of caller."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from scripts.schemas.documents import of_method
from services.access import contract as c
from services.access.application import Access
from services.access.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.authorise import check_caller, check_condition
from shared.rpc.contract import Command, Method
from tests.access.support.logs import care_team
from tests.access.support.people import (
    DENTIST,
    HOSPITAL,
    HOSPITAL_DOCTOR,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    REVIEWER,
    SOFTWARE,
    through_vault,
)

P, R, PRO, F, SEC = (
    ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.PROFESSIONAL, ActorKind.FACILITY,
    ActorKind.SECRETARY,
)  # fmt: skip
ALLOWED: dict[str, set[ActorKind]] = {
    "declare_consent": {P, R, PRO},
    "withdraw_consent": {P, R, PRO},
    "join_care_team": {PRO, F},
    "leave_care_team": {PRO, F},
    "oppose_care_team": {P, R},
    "name_treating_doctor": {P, R, PRO},
    "name_role": {P, R},
    "name_administrator": {P, R},
    "remove_administrator": {P, R},
    "block_professional": {P, R, PRO},
    "unblock_professional": {P, R, PRO},
    "set_emergency_switches": {P, R},
    "break_glass": {PRO},
    "end_emergency_session": {P, R, PRO},
    "oppose_feeding": {P, R},
    "judge_opposition": {ActorKind.AUDITOR},
    "oppositions_to_judge": {ActorKind.AUDITOR},
    "review_break_glass": {ActorKind.AUDITOR, PRO},
    "break_glass_to_review": {ActorKind.AUDITOR, PRO},
    "invite_representative": {R},
    "invite_caregiver": {P},
    "answer_invitation": {P},
    "end_delegation": {P, R, ActorKind.CAREGIVER},
    "suspend_representation": {ActorKind.OPERATOR},
    "my_delegations": {P},
    "load_matrix": {ActorKind.OPERATOR},
    "compare_matrix": {ActorKind.OPERATOR},
    "decide": {ActorKind.SERVICE},
    "decide_many": {ActorKind.SERVICE},
    "explain": {P, R, PRO, F, SEC, ActorKind.AUDITOR},
    "redecide": {ActorKind.AUDITOR},
    "my_status": {PRO},
    "rights": {P, R, ActorKind.SERVICE},
    "my_professionals": {P, R},
    "who_can_open": {P, R},
}
QUESTIONS = {
    "decide", "decide_many", "explain", "redecide", "my_status", "rights", "my_professionals",
    "who_can_open", "my_delegations", "compare_matrix", "break_glass_to_review",
    "oppositions_to_judge",
}  # fmt: skip
SCHEMAS = Path(__file__).parents[3] / "schemas"
NOT_ON_THEIR_OWN = {"explain", "end_delegation"}
"""Judged by the use case: the decision, or the delegation, says whose it is."""


@pytest.mark.parametrize("method", CONTRACT.methods, ids=lambda m: m.name)
@pytest.mark.parametrize("kind", ActorKind)
def test_only_listed_kinds_are_let_in(method: Method, kind: ActorKind) -> None:
    """
    Written here by hand from the contract: a kind added by mistake fails.
    """
    actor = Actor(kind=kind, id="caller", record_id=RECORD)

    if kind in ALLOWED[method.name]:
        check_caller(method, actor)
    else:
        with pytest.raises(Forbidden):
            check_caller(method, actor)


@pytest.mark.parametrize("method", CONTRACT.methods, ids=lambda m: m.name)
def test_every_method_is_a_use_case_and_every_command_is_replayable(method: Method) -> None:
    """
    The list of public methods is the list of use cases.
    """
    assert callable(getattr(Access, method.name))
    changes = method.name not in QUESTIONS
    assert issubclass(method.request, Command) is changes


@pytest.mark.parametrize(
    "name",
    [m.name for m in CONTRACT.methods if {P, R} & m.callers and m.name not in NOT_ON_THEIR_OWN],
)
def test_people_act_on_the_record_of_their_token(name: str) -> None:
    """
    A patient's token names one record, and opens no other.
    """
    method = CONTRACT.by_name[name]
    request: Any = method.request
    elsewhere = request.model_construct(record_id=OTHER_RECORD)
    own = request.model_construct(record_id=RECORD)

    check_condition(method, own, PATIENT)
    with pytest.raises(Forbidden):
        check_condition(method, elsewhere, PATIENT)


@pytest.mark.parametrize("method", CONTRACT.methods, ids=lambda m: m.name)
def test_what_is_published_is_what_is_taken_and_answered(method: Method) -> None:
    """
    Callers in other languages have only the document to go by: its limits and defaults are ours.
    """
    for name, document in of_method("access", method).items():
        assert json.loads((SCHEMAS / name).read_text(encoding="utf-8")) == document


def test_care_in_an_emergency_is_not_refused_while_nothing_else_can_change() -> None:
    """
    DESIGN, section 12: read-only mode takes the breaking of the glass, and its end.
    """
    assert {m.name for m in CONTRACT.methods if m.emergency} == {
        "break_glass",
        "end_emergency_session",
    }


def test_nobody_asks_for_a_decision_but_a_service() -> None:
    """
    Also not through a service that is not one: the caller it carries is only judged.
    """
    method = CONTRACT.by_name["decide"]

    check_caller(method, through_vault(PATIENT))
    with pytest.raises(Forbidden):
        check_caller(method, PATIENT)


def test_what_no_token_names_a_record_for_is_judged_by_the_use_case() -> None:
    """
    A service asks of any record; who reviews, who ends a delegation, the log knows.
    """
    decide = c.Decide(record_id=OTHER_RECORD, action="read")
    check_condition(CONTRACT.by_name["decide"], decide, through_vault(PATIENT))
    review = c.BreakGlassToReview()
    check_condition(CONTRACT.by_name["break_glass_to_review"], review, REVIEWER)
    end = c.EndDelegation(request_id=uuid4(), record_id=OTHER_RECORD, delegation=uuid4())
    check_condition(CONTRACT.by_name["end_delegation"], end, PATIENT)


@pytest.mark.parametrize(
    "named", [{"professional": DENTIST.id}, {"facility": HOSPITAL}], ids=lambda one: next(iter(one))
)
def test_a_grantee_is_the_one_who_was_named(named: dict[str, str]) -> None:
    """
    CSP R1111-46: consent is given to a professional, or to the facility they work in.
    """
    (grantee,) = named.values()
    made = c.DeclareConsent.model_validate(
        {"request_id": uuid4(), "record_id": RECORD, "means": "phrase", **named}
    )

    assert made.grantee == grantee


def test_a_facility_names_its_own_teams_only() -> None:
    """
    Being let in by a team is a right: nobody gives it for another house.
    """
    method = CONTRACT.by_name["join_care_team"]
    request = care_team(HOSPITAL_DOCTOR.id)

    check_condition(method, request, SOFTWARE)
    check_condition(method, request, HOSPITAL_DOCTOR)
    for stranger in (DENTIST, Actor(kind=ActorKind.FACILITY, id="1799999999")):
        with pytest.raises(Forbidden):
            check_condition(method, request, stranger)
    with pytest.raises(Forbidden):
        check_condition(method, care_team(DENTIST.id), HOSPITAL_DOCTOR)


@pytest.mark.parametrize(
    ("model", "arguments", "field"),
    [
        (c.DeclareConsent, {"means": "telepathy"}, "means"),
        (
            c.DeclareConsent,
            {"professional": DENTIST.id, "facility": HOSPITAL, "means": "phrase"},
            "",
        ),
        (c.DeclareConsent, {"means": "phrase"}, ""),
        (c.BreakGlass, {"reason": "x", "unable_to_consent": False}, "unable_to_consent"),
        (c.BreakGlass, {"reason": "", "unable_to_consent": True}, "reason"),
        (c.BlockProfessional, {"professional": "P 1", "reason": "x"}, "professional"),
        (c.BlockProfessional, {"professional": "89970036624", "reason": "x"}, "professional"),
        (c.DeclareConsent, {"professional": "../../etc", "means": "phrase"}, "professional"),
        (c.DeclareConsent, {"facility": "175000000", "means": "phrase"}, "facility"),
        (c.DeclareConsent, {"facility": "somewhere", "means": "phrase"}, "facility"),
        (
            c.OpposeFeeding,
            {"professional": DENTIST.id, "facility": HOSPITAL, "legitimate_reason": "x"},
            "",
        ),
        (
            c.JudgeOpposition,
            {"professional": DENTIST.id, "facility": HOSPITAL, "accepted": True, "note": "x"},
            "",
        ),
        (c.LeaveCareTeam, {"team_id": str(RECORD), "members": []}, "members"),
    ],
)
def test_a_request_that_does_not_fit_names_its_field(
    model: type[Command], arguments: dict[str, Any], field: str
) -> None:
    """
    The caller can tell which argument to correct.
    """
    with pytest.raises(ValidationError) as refused:
        model.model_validate({"request_id": uuid4(), "record_id": RECORD, **arguments})

    places = {".".join(map(str, e["loc"])) for e in refused.value.errors()}
    assert field in places
