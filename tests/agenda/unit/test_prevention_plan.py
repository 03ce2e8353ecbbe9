"""The plan of one person: what they answered, what the profile knows, what they are told."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.agenda.contract.prevention import AnswerPrevention, AskPlan, OptOut
from services.agenda.domain.origin import SECRET
from services.agenda.domain.prevention.plan import Timing
from services.agenda.messages import PreventionDue, message_for
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.secrecy import SeenByRepresentatives
from tests.agenda.planning import answer, opened, opt_out, shown, told, vaccinated
from tests.agenda.world import DOCTOR, IN_SECRET, PARENT, PATIENT, RECORD, STRANGER, World


def test_a_plan_says_what_when_and_why_in_plain_french(world: World) -> None:
    """
    A woman of 52: nothing of a child, the screenings of her age, in words she can read.
    """
    items = shown(world)

    assert items["DO_SEIN"].label_fr == "Dépistage organisé du cancer du sein (mammographie)"
    assert items["DO_SEIN"].why_fr.startswith("Une mammographie et un examen clinique tous les")
    assert items["DO_SEIN"].when_fr == "À faire dès maintenant."
    assert items["DO_SEIN"].requirement_fr == "Recommandé"
    assert items["DO_SEIN"].timing is Timing.DUE
    assert items["dTP45"].when_fr.startswith("La date conseillée est passée, mais un rattrapage")
    assert not {"MED-1224", "HEXA-1", "BILAN_45_50", "HPV-1"} & items.keys()
    assert "MED-1224" in shown(world, include_past=True)


def test_what_is_ahead_is_told_a_year_before(world: World) -> None:
    """
    Born on 1 December 2026 less eleven years: what begins within a year is in the plan.
    """
    world.identities.born, world.identities.sex = date(2015, 12, 1), "M"

    items = shown(world)

    assert items["HPV-1"].when_fr == "À prévoir entre le 1er décembre 2026 et le 30 novembre 2030."
    assert items["HPV-2"].when_fr == (
        "À prévoir après : Vaccin contre les papillomavirus (HPV), 1re dose."
    )
    assert "MTDENTS_15" not in items


def test_what_was_done_leaves_its_place_to_the_next(world: World) -> None:
    """
    A mammography in March 2026: the next one in March 2028, and the last as done.
    """
    answer(world, shown(world)["DO_SEIN"].item, date="2026-03-10")

    items = world.app.prevention_plan(AskPlan(record_id=RECORD), PATIENT).items
    (done,) = [i for i in items if i.code == "DO_SEIN"]
    assert (done.state.value, done.when_fr) == ("done", "Fait le 10 mars 2026.")
    world.clock.move(timedelta(days=365))
    following = shown(world)["DO_SEIN"]
    assert (following.item, following.timing) == ("DO_SEIN:2028-03-10", Timing.UPCOMING)


def test_tests_of_the_cervix_follow_one_another(world: World) -> None:
    """
    Two cytologies a year apart, a third three years later, then HPV three years after the last.
    """
    world.identities.born = date(1997, 5, 10)
    for rule, on, following, starts in (
        ("DO_CCU_CYTO-1", "2022-06-01", "DO_CCU_CYTO-2", "2023-06-01"),
        ("DO_CCU_CYTO-2", "2023-07-01", "DO_CCU_CYTO-3", "2026-07-01"),
        ("DO_CCU_CYTO-3", "2026-08-01", "DO_CCU_HPV", "2029-08-01"),
    ):
        answer(world, shown(world, include_past=True)[rule].item, date=on)
        world.clock.move(timedelta(days=900 if following == "DO_CCU_HPV" else 0))
        assert str(shown(world)[following].starts_on) == starts


@pytest.mark.parametrize(
    "said",
    [
        {"item": "NOPE:2024-02-03"},
        {"item": "DO_SEIN:1999-01-01"},
        {"item": "DO_SEIN"},
        {"item": "MED-1224:2026-01-01"},
        {"item": "DO_SEIN:2024-02-03", "date": "2026-11-22"},
        {"item": "DO_SEIN:2024-02-03", "date": "1974-02-02"},
    ],
)
def test_only_items_of_the_plan_are_answered(world: World, said: dict[str, str]) -> None:
    """
    Of this person, done between their birth and today.
    """
    with pytest.raises(InvalidRequest):
        answer(world, said["item"], **{name: on for name, on in said.items() if name == "date"})
    assert "prevention_answered" not in world.topics()


def test_what_was_done_on_a_day_that_has_begun_overseas(world: World) -> None:
    """
    On Réunion it is half past midnight when it is half past nine in Paris, the evening before.
    """
    evening = datetime.combine(world.clock.now().date(), time(20, 30), UTC)
    world.clock.move(evening - world.clock.now())
    answer(world, "DO_COLORECTAL:2024-02-03", date="2026-11-22")
    assert "prevention_answered" in world.topics()


def test_a_date_is_of_what_was_done() -> None:
    """
    What is to be planned has none.
    """
    with pytest.raises(ValidationError):
        AnswerPrevention.model_validate(
            {"request_id": uuid4(), "record_id": RECORD, "item": "x", "answer": "to_plan",
             "date": "2026-01-01"}
        )  # fmt: skip


def test_answers_may_be_changed_and_repeated(world: World) -> None:
    """
    The last word counts; the same word again is no event.
    """
    item = "DO_COLORECTAL:2024-02-03"
    for said in ("to_plan", "to_plan", "not_done"):
        answer(world, item, said)

    assert shown(world)["DO_COLORECTAL"].state.value == "not_done"
    assert world.topics().count("prevention_answered") == 2


def test_what_is_due_is_told_once(world: World) -> None:
    """
    When its time has come; not what is late, nor what was answered; the rest at its day.
    """
    answer(world, "DO_SEIN:2024-02-03", "not_done")
    opened(world)

    assert told(world) == [["DO_CCU_HPV:2004-02-03", "DO_COLORECTAL:2024-02-03",
                            "GLAUCOME:2014-02-03"]]  # fmt: skip
    for _ in range(3):
        assert len(told(world)) == 1


def test_nothing_is_looked_at_before_its_day(world: World) -> None:
    """
    The next look is when something begins: for this newborn, the first of December.
    """
    world.identities.born = date(2026, 11, 1)
    opened(world)
    assert told(world) == [["MED-1226:2026-11-16"]]

    world.clock.move(timedelta(days=9, hours=14))
    assert len(told(world)) == 1
    world.clock.move(timedelta(hours=2))
    assert told(world)[1:] == [["MED-1227:2026-12-01"]]


def test_who_opted_out_is_left_alone(world: World) -> None:
    """
    Of an act, by its code or by an item; the plan still shows it, and they may come back.
    """
    opt_out(world, "DO_COLORECTAL")
    opt_out(world, "DO_SEIN:2024-02-03")
    opt_out(world, "GLAUCOME")
    opened(world)

    assert told(world) == [["DO_CCU_HPV:2004-02-03"]]
    assert shown(world)["DO_SEIN"].opted_out
    opt_out(world, "DO_SEIN", out=False)
    assert told(world)[1:] == [["DO_SEIN:2024-02-03"]]
    with pytest.raises(InvalidRequest):
        opt_out(world, "NOPE")


def test_nobody_is_told_of_a_closed_record(world: World) -> None:
    """
    Once it is open again, what is due is told.
    """
    opened(world)
    world.app.commit(world.app.pause(RECORD))
    assert told(world) == []
    opened(world)
    assert len(told(world)) == 1


def test_what_is_masked_from_professionals_does_not_show_in_their_plan(world: World) -> None:
    """
    Nothing derived from it reaches those it is hidden from; the person sees all of it, and
    their treating doctor does.
    """
    world.identities.born = date(2013, 5, 10)
    vaccinated(world, "J07AH08", "2025-06-01", codes=("MASQUE_PS",))
    world.access.consent(RECORD, STRANGER)

    states = [
        shown(world, by, include_past=True)["MENACWY-ADO"].state.value
        for by in (PATIENT, PARENT, DOCTOR, STRANGER)
    ]

    assert states == ["done", "done", "done", "not_specified"]


def test_secrets_of_a_minor_neither_show_nor_silence(world: World) -> None:
    """
    The girl says in secret that she was vaccinated: her plan knows, her parents' does not.
    """
    world.identities.born = date(2013, 5, 10)
    item = "HPV-1:2024-05-10"
    answer(world, item, "done", IN_SECRET, date="2026-02-01")
    vaccinated(world, "J07AH08", "2025-06-01", codes=(SECRET,))

    own = shown(world, include_past=True)
    assert {own[rule].state.value for rule in ("HPV-1", "MENACWY-ADO")} == {"done"}
    parents = shown(world, PARENT)
    assert parents["HPV-1"].state.value == "not_specified"
    assert parents["MENACWY-ADO"].state.value == "not_specified"
    opened(world)
    (due,) = told(world)
    assert {item, "MENACWY-ADO:2024-05-10"} <= set(due)


def test_readers_need_a_right(world: World) -> None:
    """
    A doctor with one reads the plan; nobody else does.
    """
    assert shown(world, DOCTOR)
    for by in (STRANGER,):
        with pytest.raises(Forbidden):
            shown(world, by)
    world.access.close(RECORD)
    with pytest.raises(Forbidden):
        answer(world, "DO_SEIN:2024-02-03")


def test_an_erased_record_does_not_stop_the_others(world: World) -> None:
    """
    Its key is gone, or identity knows it no more: it is left alone, and not asked every second.
    """
    opened(world)
    world.identities.erased.add(RECORD)

    assert told(world) == []
    assert world.app.lists.plans.plans_due(world.app.today()) == []


def test_nobody_opts_out_in_secret(world: World) -> None:
    """
    CSP L1111-5: representatives are told of what is due, and would be told no more.
    """
    asked = {"request_id": uuid4(), "record_id": RECORD, "item": "DO_SEIN"}
    with pytest.raises(SeenByRepresentatives):
        world.app.opt_out(OptOut.model_validate(asked), IN_SECRET)


def test_others_hear_items_and_no_answer(world: World) -> None:
    """
    Who notifies needs to know of what; nobody needs to know what was answered.
    """
    answer(world, "DO_SEIN:2024-02-03", "not_done", IN_SECRET)
    opened(world)
    told(world)

    heard = [m for row in world.app.read(0, 100) if (m := message_for(row.event))]

    answered, due = heard
    assert answered.secret
    assert set(answered.model_dump()) == {"record_id", "by", "secret"}
    assert isinstance(due, PreventionDue)
    assert not due.secret
