"""What a search finds when little is said."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.vault.contract.reading import ChangesSince, Found, Search
from services.vault.domain.search import first_period
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from tests.vault.cda import cda, replacing
from tests.vault.world import AUTHOR, DOCTOR, PATIENT, RECORD, World

VACCINATIONS = '<code code="11369-6" codeSystem="2.16.840.1.113883.6.1"/>'


def act(day: str) -> str:
    return (
        f'<documentationOf><serviceEvent><effectiveTime><low value="{day}"/></effectiveTime>'
        "</serviceEvent></documentationOf>"
    )


def put(world: World, number: int, day: str = "20260101", **how: object) -> UUID:
    made = cda(id_=f'<id root="1.2.3" extension="{number}"/>', acts=act(day), **how)  # type: ignore[arg-type]  # passed through
    return world.deposit(made).document_id


def search(world: World, by: Actor = DOCTOR, **how: object) -> Found:
    world.project()
    return world.vault.search(Search.model_validate({"record_id": RECORD, **how}), by)


def found(world: World, by: Actor = DOCTOR, **how: object) -> set[UUID]:
    return {item.document_id for item in search(world, by, **how).items}


def test_a_professional_first_sees_two_years_and_the_vaccinations(world: World) -> None:
    """DMP: the first search goes back two years; the history of vaccinations has no limit."""
    put(world, 1, "20241120")
    within = put(world, 2, "20241121")
    vaccinations = put(world, 3, "19990101", code=VACCINATIONS)

    for reader in (DOCTOR, AUTHOR):
        assert found(world, reader) == {within, vaccinations}
        assert search(world, reader).searched_from == "2024-11-21"


def test_who_names_a_day_is_answered_from_that_day(world: World) -> None:
    """Also by ``to`` alone; then the vaccinations are as any other."""
    old = put(world, 1, "20150101")
    put(world, 2, "19990101", code=VACCINATIONS)
    new = put(world, 3)

    assert found(world, since="2010-01-01") == {old, new}
    assert found(world, since="2010-01-01", to="2020-01-01") == {old}
    assert len(found(world, to="2020-01-01")) == 2


def test_the_person_sees_all_of_their_record(world: World) -> None:
    old = put(world, 1, "19700101")

    assert found(world, PATIENT) == {old}
    assert search(world, PATIENT).searched_from is None


def test_an_act_dated_by_its_year_alone_is_found(world: World) -> None:
    """It may have been on any day of it."""
    year = put(world, 1, "2024")
    put(world, 2, "2023")
    put(world, 3, "202410")
    month = put(world, 4, "202411")

    assert found(world) == {year, month}


def test_two_years_before_the_29th_of_february() -> None:
    assert first_period(DOCTOR, date(2028, 2, 29)) == "2026-02-28"


@pytest.mark.parametrize(
    "text", ["hospitalier", "SEJOUR", "séjour hospitalier", "cœur", "COEUR", "l'oreillette essai"]
)
def test_text_is_looked_for_in_title_type_and_authors(world: World, text: str) -> None:
    """The type is called "CR hospitalier (séjour)"; accents, case and ligatures say nothing."""
    wanted = put(world, 1, title="<title>Échographie du cœur, de l’oreillette</title>")
    put(world, 2, code=VACCINATIONS, title="<title>Carnet</title>")

    assert found(world, text=text) == {wanted}


def test_states(world: World) -> None:
    """Current ones, unless another state is asked for."""
    former = put(world, 1)
    current = put(world, 2, related=replacing("1.2.3^1"))

    assert found(world) == {current}
    assert found(world, include_replaced=True) == {former, current}
    assert found(world, state="Deprecated") == {former}
    assert found(world, state="Archived") == set()
    assert search(world, include_replaced=True).facets["state"] == {"Approved": 1, "Deprecated": 1}


def test_changes_come_in_the_order_they_came_in(world: World) -> None:
    """Latest submitted first, whatever the date of the act; one page after the other."""
    first = put(world, 1, "20260601")
    world.clock.move(timedelta(hours=1))
    since = world.clock.now()
    second = put(world, 2, "20200101")
    world.clock.move(timedelta(hours=1))
    third = put(world, 3, "20250101")
    world.project()

    def changes(**how: object) -> list[UUID]:
        asked = ChangesSince.model_validate({"record_id": RECORD, "limit": 1, **how})
        page = world.vault.changes_since(asked, DOCTOR)
        ids = [item.document_id for item in page.items]
        return ids + (changes(**{**how, "cursor": page.next_cursor}) if page.next_cursor else [])

    assert changes(instant=instant(since)) == [third, second]
    assert changes(instant="2000-01-01T00:00:00Z") == [third, second, first]
