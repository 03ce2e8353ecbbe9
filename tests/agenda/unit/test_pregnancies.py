"""What a pregnancy changes in the plan of prevention."""

from datetime import date, timedelta

import pytest

from services.agenda.adapters.prevention_table import read_table
from services.agenda.domain.prevention.person import History, Person
from services.agenda.domain.prevention.plan import Timing, plan
from services.agenda.domain.prevention.rule import Fact
from services.agenda.domain.prevention_plan import PreventionPlan, Told
from tests.agenda.planning import opened, shown, told
from tests.agenda.world import PATIENT, RECORD, World


def test_a_new_fact_is_told_at_once_and_a_pregnancy_ends(world: World) -> None:
    """
    The profile says that she is pregnant: the vaccine of this winter is due; not of the next.
    """
    world.identities.born = date(1995, 5, 10)
    opened(world)
    assert not any("GRIPPE" in item for item in told(world)[-1])
    pregnant = Told((Fact.PREGNANT,), date(2026, 11, 20), ())
    world.app.commit(world.app.know_facts(RECORD, "pregnancy", pregnant))

    assert told(world)[-1] == ["COVID-RISQUE:2026-10-15", "GRIPPE-RISQUE:2026-10-15"]
    world.clock.move(timedelta(days=279))
    assert "GRIPPE-RISQUE" not in shown(world)


@pytest.mark.parametrize(("days", "pregnant"), [(279, True), (280, False)])
def test_a_pregnancy_nobody_ended_is_over_after_280_days(
    world: World, days: int, *, pregnant: bool
) -> None:
    """
    Counted from its first day where that was said, else from the day it was told.
    """
    said = Told((Fact.PREGNANT,), date(2026, 1, 1), ())
    dated = said._replace(on=date(2026, 3, 1), since=((Fact.PREGNANT, date(2026, 1, 1)),))
    for told_of in (said, dated):
        kept = PreventionPlan.begin(world.app.secret, RECORD, PATIENT)
        kept.know_facts("ages", told_of, PATIENT)
        known = kept.known_facts(lambda _: True, date(2026, 1, 1) + timedelta(days=days))
        assert (Fact.PREGNANT in known) is pregnant


def test_a_pregnancy_that_is_dated_is_followed_by_weeks() -> None:
    """
    Twenty weeks after the first day of the last period: whooping cough, to protect the newborn.
    """
    born = date(1995, 5, 10)
    person = Person(born=born, earliest=born, sex="F", facts={Fact.PREGNANT: date(2026, 6, 20)})

    found = plan(read_table(), person, History(), date(2026, 11, 21))

    (item,) = [i for i in found if i.rule.id == "COQ-GROSSESSE"]
    assert (item.start, item.timing) == (date(2026, 11, 7), Timing.DUE)
