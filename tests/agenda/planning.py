"""A prevention plan as one asks for it, and what leads to it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.agenda.contract.prevention import AnswerPrevention, AskPlan, OptOut, PlanItem
from services.agenda.domain.prevention_plan import Codes, PreventionPlan, Vaccination
from shared.kernel.actor import Actor
from tests.agenda.world import PATIENT, RECORD, World

ENTRY = UUID("0190a000-0000-7000-8000-0000000000e1")


def shown(world: World, by: Actor = PATIENT, **asked: Any) -> dict[str, PlanItem]:
    """The plan, by rule; the first still to be done where there are several."""
    world.catch_up()
    request = AskPlan.model_validate({"record_id": RECORD} | asked)
    items = world.app.prevention_plan(request, by).items
    ordered = sorted(items, key=lambda item: item.starts_on, reverse=True)
    ordered.sort(key=lambda item: item.state.value != "done")
    return {item.item.partition(":")[0]: item for item in ordered}


def answer(world: World, item: str, said: str = "done", by: Actor = PATIENT, /, **on: str) -> None:
    given = {"request_id": uuid4(), "record_id": RECORD, "item": item, "answer": said}
    world.app.answer_prevention(AnswerPrevention.model_validate(given | on), by)


def opt_out(world: World, item: str, **out: bool) -> None:
    given = {"request_id": uuid4(), "record_id": RECORD, "item": item}
    world.app.opt_out(OptOut.model_validate(given | out), PATIENT)


def vaccinated(world: World, code: str, *days: str, codes: Codes = ()) -> None:
    for number, day in enumerate(days):
        entry = UUID(int=ENTRY.int + number)
        known = Vaccination(code, date.fromisoformat(day), codes)
        world.app.commit(world.app.know_vaccination(RECORD, entry, known))


def told(world: World) -> list[list[str]]:
    """The items of each event that tells, after the timer has looked."""
    world.catch_up()
    world.app.tell_due_prevention()
    world.catch_up()
    events = [row.event for row in world.app.read(0, 1000)]
    return [event.items for event in events if isinstance(event, PreventionPlan.Due)]


def opened(world: World) -> None:
    world.app.commit(world.app.begin(RECORD))
