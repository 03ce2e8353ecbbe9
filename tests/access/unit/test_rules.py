"""Each rule both ways: where it decides, and where it must not.

The law is quoted in the policy files; the expectations are in ``tests/access/support``.
"""

from functools import cache
from typing import Any

import pytest

from services.access.adapters.cedar import POLICIES, CedarRules
from services.access.domain.facts import principal_for
from services.access.domain.sentences import Reason
from tests.access.support.acting_cases import ACTING
from tests.access.support.judging import (
    PARAMETERS,
    ask,
    rights,
    rules,
    with_consent,
    with_session,
    without,
)
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    PATIENT,
)
from tests.access.support.rule_cases import (
    BLOCK,
    MASKED,
    TYPE_CLOSED_TO_DENTISTS,
    Case,
    administered_by,
    consented_then_blocked,
)
from tests.access.support.rule_cases import (
    CASES as FIRST,
)

CASES = [*FIRST, *ACTING]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.why}-{c.permit}-{c.actor.kind.value}")
def test_rule_says_what_the_law_says(case: Case) -> None:
    """
    A permit or a refusal that the text does not give is a breach either way.
    """
    verdict = ask(case.given(), case.actor, case.item, **case.ask)

    assert verdict["permit"] is case.permit, verdict
    if not case.permit:
        assert case.why in verdict["rules"] or verdict["rules"] == ["no_rule"]


def test_break_glass_opens_while_its_session_lives() -> None:
    """
    CSP L1111-17 I: a declared emergency opens the record to that professional, for a time.
    """
    given, session = with_session(DOCTOR)

    assert ask(given, DOCTOR, mode="break_glass", session=session)["permit"]
    assert not ask(given, DENTIST, mode="break_glass", session=session)["permit"]
    assert not ask(given, DOCTOR, mode="break_glass")["permit"]
    assert not ask(given, DOCTOR)["permit"]


def test_break_glass_stops_when_the_person_has_refused_it() -> None:
    """
    CSP R1111-48: the switch counts at each access, not only when the glass was broken.
    """
    given, session = with_session(DOCTOR)
    given.set_switches({"regulation": True, "break_glass": False, "masked": False}, by=PATIENT)

    verdict = ask(given, DOCTOR, mode="break_glass", session=session)

    assert verdict == {"permit": False, "rules": ["break_glass_conditions", "no_rule"]}


def test_masked_documents_stay_masked_in_an_emergency_unless_the_person_said_otherwise() -> None:
    """
    CSP R1111-48 and R1111-49: MASKED is a switch of its own, off by default.
    """
    given, session = with_session(DOCTOR)

    assert not ask(given, DOCTOR, MASKED, mode="break_glass", session=session)["permit"]
    given.set_switches({"regulation": True, "break_glass": True, "masked": True}, by=PATIENT)
    assert ask(given, DOCTOR, MASKED, mode="break_glass", session=session)["permit"]


def test_claiming_an_emergency_never_gives_more_than_having_one() -> None:
    """
    A consent must not turn into a key to masked documents by naming a mode.
    """
    given = with_consent(DOCTOR.id)
    given.set_switches({"regulation": True, "break_glass": True, "masked": True}, by=PATIENT)

    for mode in ("break_glass", "regulation"):
        assert not ask(given, DOCTOR, MASKED, mode=mode)["permit"]


def test_block_beats_break_glass_unless_the_operator_chose_otherwise() -> None:
    """
    Not confirmed by a text, so a parameter; the cautious answer is the default.
    """
    given, session = with_session(DOCTOR)
    given.block(DOCTOR.id, BLOCK, by=PATIENT)  # type: ignore[arg-type]  # a literal is a Block
    lenient = type(rules())(rules().texts, {**PARAMETERS, "block_beats_break_glass": False})

    verdict = ask(given, DOCTOR, mode="break_glass", session=session)

    assert verdict == {"permit": False, "rules": ["blocked"]}
    asked: dict[str, Any] = {"mode": "break_glass", "session": session, "by_rules": lenient}
    assert ask(given, DOCTOR, **asked)["permit"]


NOT_A_REFUSAL = {rule.id for rule in rules().by_id.values() if rule.permits}
"""A refusal for want of a permit is told as "no rule", not by the name of that permit."""
FILES = sorted(file.stem for file in POLICIES.glob("*.cedar"))


def comes_out(case: Case, rule: str) -> bool:
    """Whether the case still has its verdict and, if refused, its reason."""
    chosen = case.ask.get("by_rules", rules()).parameters
    fewer = one_less(rule, tuple(chosen.items()))
    verdict = ask(case.given(), case.actor, case.item, **{**case.ask, "by_rules": fewer})
    refused_as_before = verdict["permit"] or case.why in (*verdict["rules"], *NOT_A_REFUSAL)
    return verdict["permit"] is case.permit and refused_as_before


@cache
def one_less(rule: str, parameters: tuple[tuple[str, bool], ...]) -> CedarRules:
    return without(rule, dict(parameters))


@pytest.mark.parametrize("rule", FILES)
def test_every_rule_file_is_missed_when_removed(rule: str) -> None:
    """
    A file nobody would miss is not tested: without it, some case must come out wrong.
    """
    fewer = without(rule)
    given, session = with_session(DOCTOR)
    glass = ask(given, DOCTOR, mode="break_glass", session=session, by_rules=fewer)

    assert not glass["permit"] or not all(comes_out(case, rule) for case in CASES)


def test_what_keeps_out_of_the_whole_record_is_told_before_what_is_about_one_thing() -> None:
    """
    An unknown dentist reads nothing at all: to tell only of the matrix would mislead.
    """
    unknown = ask(rights(), DENTIST, TYPE_CLOSED_TO_DENTISTS)
    treating = ask(administered_by(DENTIST), DENTIST, TYPE_CLOSED_TO_DENTISTS)
    blocked = ask(consented_then_blocked(DENTIST), DENTIST, TYPE_CLOSED_TO_DENTISTS)

    told = [
        Reason(principal_for(DENTIST), "read", False, [v], rules()).right()
        for v in (unknown, treating, blocked)
    ]

    assert told == ["no_rule", "matrix_read", "blocked"]


def test_file_name_is_the_rule_id() -> None:
    """
    Who reads a rule's id in a decision must find its file.
    """
    assert sorted(rules().by_id) == FILES
