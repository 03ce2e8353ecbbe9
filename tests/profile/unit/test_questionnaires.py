"""Questionnaires of the key ages: what fits, what is told, whose answers are shown."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.profile.adapters.reference import read_questionnaires
from services.profile.contract import requests as r
from services.profile.messages import message_for
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from tests.profile.world import IN_SECRET, PARENT, PATIENT, RECORD, World

YOUNG = {
    "tobacco": "current",
    "alcohol_glasses": 3,
    "activity_minutes": 120,
    "sleep": "well",
    "mood": "no",
    "chronic_disease": "yes",
    "pregnant": "no",
    "priority": "Le sommeil",
}


def answer(
    world: World, answers: dict[str, Any], *, final: bool = True, by: Actor = PATIENT
) -> None:
    request = r.AnswerQuestionnaire.model_validate(
        {
            "request_id": uuid4(),
            "record_id": RECORD,
            "questionnaire": "bilan_18_25",
            "answers": answers,
            "final": final,
        }
    )
    world.app.answer_questionnaire(request, by)
    world.project()
    world.clock.move(timedelta(seconds=1))


def test_one_for_each_key_age() -> None:
    """
    CSP L1411-6-2 and its decree: 18-25, 45-50, 60-65, 70-75.
    """
    ages = {one.ages for one in read_questionnaires().values()}

    assert ages == {(18, 25), (45, 50), (60, 65), (70, 75)}


def test_answers_tell_facts(world: World) -> None:
    """
    The prevention plan needs a word, not the answers.
    """
    answer(world, YOUNG)

    (row,) = world.app.read(0, 10)
    assert getattr(row.event, "facts", None) == ["chronic_disease", "smoker"]


def test_a_draft_may_be_incomplete_and_is_replaced(world: World) -> None:
    """
    One answers over several evenings; the last saying is shown.
    """
    answer(world, {"tobacco": "never"}, final=False)
    answer(world, YOUNG)

    (shown,) = world.profile().questionnaires
    assert (shown.final, shown.answers["tobacco"]) == (True, "current")


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({k: v for k, v in YOUNG.items() if k != "sleep"}, "sleep"),
        (YOUNG | {"tobacco": "sometimes"}, "tobacco"),
        (YOUNG | {"alcohol_glasses": -1}, "alcohol_glasses"),
        (YOUNG | {"alcohol_glasses": 201}, "alcohol_glasses"),
        (YOUNG | {"shoe_size": 42}, "shoe_size"),
    ],
    ids=["missing", "no option", "below", "above", "no question"],
)
def test_what_does_not_fit_is_named(world: World, answers: dict[str, Any], field: str) -> None:
    """
    The caller's form shows the fault where it is.
    """
    with pytest.raises(InvalidRequest) as refused:
        answer(world, answers)

    assert set(refused.value.fields) == {f"answers.{field}"}


def test_a_text_has_a_character_and_five_hundred_at_most() -> None:
    """
    What somebody wants to talk of first, in a few words.
    """
    for asked in read_questionnaires().values():
        for fits in ("x", "x" * 500):
            asked.check({"priority": fits}, final=False)
        for wrong in ("", "x" * 501, 1, ["x"]):
            with pytest.raises(InvalidRequest) as refused:
                asked.check({"priority": wrong}, final=False)
            assert list(refused.value.fields) == ["answers.priority"]


def test_a_number_fits_from_the_lowest_to_the_highest() -> None:
    """
    Who drinks nothing answers 0.
    """
    for asked in read_questionnaires().values():
        for number in (0, 1, 200):
            asked.check({"alcohol_glasses": number}, final=False)


def test_of_several_choices_each_tells_its_fact_once() -> None:
    """
    Who needs help to wash and to eat needs help; who needs none, none.
    """
    oldest = next(one for one in read_questionnaires().values() if one.ages == (70, 75))

    for chosen, facts in ((["washing", "meals"], ["needs_help"]), (["none"], []), ([], [])):
        oldest.check({"daily_help": chosen}, final=False)
        assert oldest.facts({"daily_help": chosen}) == facts
    for wrong in (["washing", "flying"], "washing"):
        with pytest.raises(InvalidRequest):
            oldest.check({"daily_help": wrong}, final=False)


def test_answered_in_secret_is_not_for_parents(world: World) -> None:
    """
    What parents see is the last that was not secret.
    """
    answer(world, YOUNG | {"tobacco": "never"})
    answer(world, YOUNG, by=IN_SECRET)

    assert world.profile(PATIENT).questionnaires[0].answers["tobacco"] == "current"
    assert world.profile(PARENT).questionnaires[0].answers["tobacco"] == "never"


def test_a_pregnancy_is_dated_by_who_has_one(world: World) -> None:
    """
    The vaccines of a pregnancy go by its weeks; the question may stay without an answer, and says
    nothing of who answered that she is not pregnant.
    """
    period = {"last_period": "2026-08-01"}
    for answers in (YOUNG | {"pregnant": "yes"} | period, YOUNG | period, YOUNG):
        answer(world, answers)
    told = [message_for(row.event) for row in world.app.read(0, 10)]

    assert [getattr(one, "since", None) for one in told] == [{"pregnant": "2026-08-01"}, {}, {}]
    for wrong in ("hier", "2026-02-30", "20260801", 3):
        with pytest.raises(InvalidRequest) as refusal:
            answer(world, YOUNG | {"last_period": wrong})
        assert list(refusal.value.fields) == ["answers.last_period"]
