"""Vaccinations in the plan of one person: which dose is which, and from when on it counts."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.agenda.adapters.identity import IdentityOverRpc
from services.agenda.contract.prevention import AskPlan
from shared.kernel.errors import InvalidRequest
from shared.rpc.client import RpcClient
from tests.agenda.planning import ENTRY, answer, opened, shown, told, vaccinated
from tests.agenda.world import PATIENT, RECORD, World


def test_doses_of_the_profile_count_in_order(world: World) -> None:
    """
    Known by their ATC code; two doses are two, however often the profile tells of them.
    """
    world.identities.born = date(2026, 3, 1)
    vaccinated(world, "J07CA09", "2026-05-02", "2026-07-05")
    vaccinated(world, "J07CA09", "2026-05-02", "2026-07-05")

    items = shown(world, include_past=True)

    assert [str(items[f"HEXA-{n}"].done_on) for n in (1, 2, 3)] == [
        "2026-05-02", "2026-07-05", "None",
    ]  # fmt: skip
    assert items["HEXA-3"].starts_on == date(2027, 2, 1)
    world.app.commit(world.app.forget_vaccination(RECORD, ENTRY))
    assert shown(world)["HEXA-2"].state.value == "not_specified"


class OfIdentity(RpcClient):
    """Identity, that knows one person, born on what INSi said."""

    def __init__(self, birth_date: str) -> None:
        self._birth_date = birth_date

    def call(self, service: str, method: str, *_: Any, **__: Any) -> dict[str, Any]:
        assert (service, method) == ("identity", "get_identity")
        return {"traits": {"birth_date": self._birth_date, "sex": "F"}}


@pytest.mark.parametrize("birth_date", ["2026-00-00", "2026-13-01", "2026-11-00", "2026-11-31"])
def test_what_was_done_is_not_refused_for_want_of_a_birth_day(
    world: World, birth_date: str
) -> None:
    """
    INSi gives such dates (RNIV): on 21 November a child of this year, or month, has been born and
    vaccinated, although their ages are counted from the last day that may be.
    """
    traits = IdentityOverRpc(OfIdentity(birth_date)).traits_of(RECORD, None)
    world.identities.born, world.identities.earliest = traits.born, traits.earliest
    assert traits.born > date(2026, 11, 21)
    vaccinated(world, "J07CA09", "2026-11-10")

    answer(world, shown(world)["MED-1224"].item, date="2026-11-05")

    items = shown(world, include_past=True)
    assert items["MED-1224"].done_on == date(2026, 11, 5)
    assert items["HEXA-1"].done_on == date(2026, 11, 10)
    assert items["HEXA-2"].starts_on > date(2026, 12, 30)
    with pytest.raises(InvalidRequest) as refused:
        answer(world, shown(world)["MED-1225"].item, date="2025-12-31")
    assert refused.value.fields == {"date": "is between birth and today"}


def test_a_dose_counts_from_the_first_day_on_which_one_may_be_of_its_age(world: World) -> None:
    """
    Born in 1981, on an unknown day: the booster of 45 that was given in June 2026 is that one,
    that of December 2025 is not; and nobody is told of it before the year has ended.
    """
    world.identities.born, world.identities.earliest = date(1981, 12, 31), date(1981, 1, 1)
    vaccinated(world, "J07CA01", "2025-12-30")
    assert shown(world)["dTP45"].starts_on == date(2026, 12, 31)

    vaccinated(world, "J07CA01", "2026-06-10")

    assert shown(world)["dTP45"].done_on == date(2026, 6, 10)


def test_an_answer_and_a_vaccination_are_not_two_doses(world: World) -> None:
    """
    The parent says "done", the doctor writes the exact day: it was one injection.
    """
    world.identities.born = date(2026, 3, 1)
    answer(world, "HEXA-1:2026-05-01", date="2026-05-04")
    vaccinated(world, "J07CA09", "2026-05-02")

    items = shown(world, include_past=True)

    assert items["HEXA-1"].done_on == date(2026, 5, 4)
    assert items["HEXA-2"].state.value == "not_specified"


def test_a_vaccine_of_the_season_is_done_for_that_season(world: World) -> None:
    """
    In October 2026 for this winter, due again the next.
    """
    world.identities.born = date(1950, 5, 10)
    vaccinated(world, "J07BB02", "2026-10-20")

    assert shown(world)["GRIPPE-65"].item == "GRIPPE-65:2027-10-15"


def test_a_vaccine_of_a_day_to_come_is_not_done_before_it(world: World) -> None:
    """
    2062 written for 2026, or what is planned: the reminder must not be silenced. From the first
    hour of that day, overseas, it counts.
    """
    flu = "GRIPPE-65:2026-10-15"

    def state() -> str:
        items = world.app.prevention_plan(AskPlan(record_id=RECORD), PATIENT).items
        return next(item.state.value for item in items if item.item == flu)

    world.identities.born = date(1960, 3, 1)
    opened(world)
    vaccinated(world, "J07BB02", "2026-11-22")

    assert state() == "not_specified"
    assert any(flu in items for items in told(world))
    world.clock.move(timedelta(hours=3, minutes=30))
    assert state() == "done"


def test_what_follows_a_vaccine_of_a_day_to_come_is_told_in_its_time(world: World) -> None:
    """
    The second dose against shingles is due two months after the first, which was planned when the
    plan was last looked at: nothing else is due in between.
    """
    world.identities.born = date(1960, 3, 1)
    opened(world)
    vaccinated(world, "J07BK03", "2026-12-20")
    told(world)

    world.clock.move(timedelta(days=30))
    assert not any("ZONA-2:" in item for items in told(world) for item in items)
    world.clock.move(timedelta(days=62))
    assert ["ZONA-2:2027-02-20"] in told(world)


def test_doses_too_close_are_put_off(world: World) -> None:
    """
    Covid-19 at 76: six months after a dose of August, when the season is over; not before.
    """
    world.identities.born = date(1950, 5, 10)
    vaccinated(world, "J07BN01", "2026-06-20")

    assert shown(world)["COVID-65"].starts_on == date(2026, 12, 20)
    vaccinated(world, "J07BN01", "2026-08-20")
    assert shown(world)["COVID-65"].starts_on == date(2027, 10, 15)
