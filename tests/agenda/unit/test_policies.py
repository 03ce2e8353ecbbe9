"""What agenda does when identity and the profile speak."""

from typing import Any
from uuid import UUID

import pytest

from services.agenda.contract.appointments import AddAppointment
from services.agenda.contract.prevention import AskPlan
from services.agenda.contract.reminders import AddReminder
from services.agenda.domain.origin import SECRET
from services.agenda.domain.prevention.rule import Fact
from services.agenda.domain.prevention_plan import PreventionPlan
from services.agenda.policies import POLICIES
from shared.eventing.project import Projector
from tests.agenda.world import PARENT, PATIENT, RECORD, World
from tests.support import hearing

ENTRY = "0190a000-0000-7000-8000-0000000000e1"


def hear(world: World, type_: str, **data: Any) -> None:
    hearing.hear(world.app, POLICIES, type_, RECORD, **data)
    world.catch_up()


def entry(world: World, what: str, **data: Any) -> None:
    said = {"entry_id": ENTRY, "section": "vaccinations", "confidentiality": []}
    act = {} if what == "removed" else {"code": "J07BK03", "date": "2026-01-15"}
    hear(world, f"profile.profile_entry_{what}", **(said | act | data))


def plan(world: World) -> PreventionPlan:
    found = world.app.plan_of(RECORD)
    assert found
    return found


def due(world: World) -> list[UUID]:
    return list(world.app.lists.plans.plans_due(world.app.today()))


def test_an_open_record_is_looked_at_and_a_closed_one_is_not(world: World) -> None:
    """
    From activation until closing, and again after reopening; the same message twice is once.
    """
    for message, looked_at in (
        ("identity.record_opened", True),
        ("identity.record_activated", True),
        ("identity.record_suspended", False),
        ("identity.suspension_lifted", True),
        ("identity.record_closed", False),
        ("identity.record_closed", False),
        ("identity.record_reopened", True),
    ):
        hear(world, message)
        assert (plan(world).active, bool(due(world))) == (looked_at, looked_at), message


def test_nobody_is_told_of_what_a_dead_person_has_to_do(world: World) -> None:
    """
    Until the death is revoked, and not then either if the record was closed before.
    """
    hear(world, "identity.record_activated")
    for message, said, looked_at in (
        ("death_declared", {}, False),
        ("death_revoked", {"status": "suspended"}, False),
        ("death_revoked", {"status": "open"}, True),
    ):
        hear(world, f"identity.{message}", **said)
        assert (plan(world).active, bool(due(world))) == (looked_at, looked_at), said


def test_an_erased_record_leaves_nothing_in_any_read_model(world: World) -> None:
    """
    The key is destroyed first; what was projected before goes when the news comes.
    """
    hear(world, "identity.record_activated")
    said = {"request_id": ENTRY, "record_id": RECORD, "title": "Dentiste"}
    world.app.add_appointment(AddAppointment.model_validate(said | {"day": "2026-12-01"}), PATIENT)
    world.app.add_reminder(AddReminder.model_validate(said | {"date": "2026-12-01"}), PATIENT)
    world.catch_up()
    assert [view.documents.count() for view in world.views] == [1, 1, 1]
    world.keys.erase(RECORD)

    for _ in range(2):
        hear(world, "identity.record_erased")

    assert [view.documents.count() for view in world.views] == [0, 0, 0]
    rows = world.app.read(0, 100)
    assert {row.topic for row in rows if row.event} == {"eventing.Purge.Created"}
    assert world.show() == []


def test_a_rebuilt_view_holds_nothing_of_an_erased_record(world: World) -> None:
    """
    Rows that cannot be opened any more are not read around: they purge.
    """
    said = {"request_id": ENTRY, "record_id": RECORD, "title": "Dentiste", "day": "2026-12-01"}
    world.app.add_appointment(AddAppointment.model_validate(said), PATIENT)
    world.catch_up()
    world.keys.erase(RECORD)

    for view in world.views:
        Projector(world.app, view).rebuild()

    assert [view.documents.count() for view in world.views] == [0, 0, 0]


def questionnaire(world: World, *facts: str, **data: Any) -> None:
    said = {"questionnaire": "ages", "facts": list(facts), "final": True, "confidentiality": []}
    hear(world, "profile.questionnaire_answered", **(said | data))


def test_vaccinations_come_change_and_go(world: World) -> None:
    """
    As the profile has them now.
    """
    entry(world, "added")
    assert plan(world).vaccinations[ENTRY].vaccine == "J07BK03"
    entry(world, "changed", code="J07BX05", visibility_only=False)
    assert plan(world).vaccinations[ENTRY].vaccine == "J07BX05"
    entry(world, "changed", code=None, visibility_only=False)
    assert plan(world).vaccinations == {}
    entry(world, "added")
    entry(world, "removed")
    assert plan(world).vaccinations == {}


def test_a_change_of_visibility_keeps_what_is_known(world: World) -> None:
    """
    It says nothing of the vaccine, and of an entry nobody knows it makes nothing.
    """
    hidden = {"code": None, "date": None, "visibility_only": True, "confidentiality": ["MASQUE_PS"]}
    entry(world, "changed", **hidden)
    assert world.app.plan_of(RECORD) is None
    entry(world, "added", confidentiality=["N"])
    assert plan(world).vaccinations[ENTRY].confidentiality == ()

    entry(world, "changed", **hidden)

    known = plan(world).vaccinations[ENTRY]
    assert (known.vaccine, str(known.on)) == ("J07BK03", "2026-01-15")
    assert known.confidentiality == ("MASQUE_PS",)


def test_other_sections_are_no_business_of_the_plan(world: World) -> None:
    """
    Allergies are not copied here, nor drafts.
    """
    entry(world, "added", section="allergies", code="x")
    entry(world, "removed", section="allergies")
    questionnaire(world, "pregnant", final=False)

    assert world.app.plan_of(RECORD) is None


@pytest.mark.parametrize("hiding", [{"confidentiality": [SECRET]}, {"secret": True}])
def test_an_entry_of_a_secret_counts_for_the_person_alone(
    world: World, hiding: dict[str, Any]
) -> None:
    """
    A representative may not read from the plan what the profile hides from them.
    """
    world.identities.born = world.identities.born.replace(year=1950)
    entry(world, "added", **hiding)

    def zoster(by: Any) -> str:
        items = world.app.prevention_plan(AskPlan(record_id=RECORD, include_past=True), by).items
        return next(i.state.value for i in items if i.item.startswith("ZONA-1"))

    assert [zoster(by) for by in (PATIENT, PARENT)] == ["done", "not_specified"]


def test_facts_of_questionnaires(world: World) -> None:
    """
    Those rules depend on, the newest of each questionnaire; words nobody knows are let go.
    """

    def facts(*, everything: bool = True) -> set[Fact]:
        known = plan(world).known_facts(lambda codes: everything or not codes, world.app.today())
        return set(known)

    questionnaire(world, "chronic_disease", "smoker")
    assert facts() == {Fact.CHRONIC_DISEASE}
    questionnaire(world, "colorectal_family_history")
    assert facts() == {Fact.COLORECTAL_HIGH_RISK}
    questionnaire(world, "pregnant", questionnaire="others", secret=True)
    assert facts() == {Fact.COLORECTAL_HIGH_RISK, Fact.PREGNANT}
    assert facts(everything=False) == {Fact.COLORECTAL_HIGH_RISK}


def test_a_dated_pregnancy_has_its_vaccines(world: World) -> None:
    """
    Whooping cough from 20 to 36 weeks after the last period (calendar of 2025), then no more; a
    day to come dates nothing.
    """
    world.identities.born = world.identities.born.replace(year=1996)

    def timing() -> str | None:
        items = world.app.prevention_plan(AskPlan(record_id=RECORD), PATIENT).items
        named = [i for i in items if i.item.startswith("COQ-GROSSESSE")]
        return named[0].item.partition(":")[2] if named else None

    questionnaire(world, "pregnant")
    assert timing() is None
    questionnaire(world, "pregnant", since={"pregnant": "2027-01-01"})
    assert timing() is None
    questionnaire(world, "pregnant", since={"pregnant": "2026-07-01"})
    assert timing() == "2026-11-18"
    questionnaire(world, since={})
    assert timing() is None
