"""Traits: what INSi would never write is refused, by field."""

from datetime import date

import pytest

from services.identity.domain.errors import InvalidTraits
from services.identity.domain.traits import check_traits
from tests.identity.people import traits

TODAY = date(2026, 11, 21)


def wrong_fields(changes: dict[str, str], *, from_insi: bool = True) -> set[str]:
    try:
        check_traits(traits(**changes), today=TODAY, from_insi=from_insi)
    except InvalidTraits as refusal:
        return set(refusal.fields)
    return set()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        dict(birth_name="D'ARC"),
        dict(birth_name="DE LA TOUR-D'AUVERGNE"),
        dict(birth_given_names="JEAN-PIERRE", first_given_name="JEAN-PIERRE"),
        # A compound first name without hyphen: the list cannot be split at its first space.
        dict(birth_given_names="MARIE LOUISE JEANNE", first_given_name="MARIE LOUISE"),
        dict(sex="I"),
        dict(birth_place="2A004"),
        dict(birth_place="99999"),
        dict(birth_date="2026-11-21"),
    ],
)
def test_what_insi_writes_is_taken(changes: dict[str, str]) -> None:
    """
    The national format, with its particular cases.
    """
    assert wrong_fields(changes) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (dict(birth_name="Pat-Trois"), "birth_name"),
        (dict(birth_name="LÉVÊQUE"), "birth_name"),
        (dict(birth_name="D’ARC"), "birth_name"),
        (dict(birth_name="PAT  TROIS"), "birth_name"),
        (dict(birth_name=" PAT"), "birth_name"),
        (dict(birth_name="A" * 101), "birth_name"),
        (dict(used_name="pat"), "used_name"),
        (dict(first_given_name="MARIE"), "first_given_name"),
        # The beginning, in whole names: DOMI is nobody's first name here.
        (dict(first_given_name="DOMI"), "first_given_name"),
        (dict(sex="X"), "sex"),
        (dict(birth_place="5121"), "birth_place"),
        (dict(birth_place="2C004"), "birth_place"),
        (dict(birth_date="28/03/1979"), "birth_date"),
        (dict(birth_date="2026-11-22"), "birth_date"),
    ],
)
def test_what_insi_never_writes_is_refused_by_field(changes: dict[str, str], field: str) -> None:
    """
    Whoever sent it knows where to look; the value is not repeated.
    """
    assert wrong_fields(changes) == {f"traits.{field}"}


def test_a_day_of_no_calendar_comes_from_insi_only() -> None:
    """
    INSi gives 30 February and month 00; they are kept as received, and nobody may make one up.
    """
    for day in ("1979-02-30", "1979-00-00", "1979-13-01"):
        assert wrong_fields({"birth_date": day}) == set()
        assert wrong_fields({"birth_date": day}, from_insi=False) == {"traits.birth_date"}


@pytest.mark.parametrize(
    ("day", "is_wrong"),
    [("2026-11-00", False), ("2026-00-00", False), ("2026-33-00", False), ("2026-12-00", True)],
)
def test_a_day_unknown_is_in_the_future_if_no_day_of_it_has_come(
    day: str, *, is_wrong: bool
) -> None:
    """
    On 21 November; a month that no calendar has may be any of its year.
    """
    assert wrong_fields({"birth_date": day}) == ({"traits.birth_date"} if is_wrong else set())


def test_all_that_is_wrong_is_said_at_once() -> None:
    """
    A form is corrected in one go.
    """
    assert wrong_fields({"sex": "?", "birth_place": "", "birth_date": ""}) == {
        "traits.sex",
        "traits.birth_place",
        "traits.birth_date",
    }


def test_traits_are_never_printed() -> None:
    """
    A log line or traceback that shows the object shows nobody.
    """
    assert "PAT" not in f"{traits()!r} {traits()}"
