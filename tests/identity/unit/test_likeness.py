"""How likely two descriptions are one person: what is forgiven, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.likeness import (
    LIKELY,
    Described,
    Likeness,
    Near,
    dates_to_look_for,
    likeness,
)
from tests.identity.people import traits

FOUND = traits(
    birth_name="LE-GOFF D'ARC",
    birth_given_names="ANNE-MARIE ZOE",
    first_given_name="ANNE-MARIE",
    birth_date="1979-03-02",
    used_name="MARTIN",
    used_given_name="ANNE-MARIE",
)
SAME = {
    "birth_date": "1979-03-02",
    "birth_name": "LE-GOFF D'ARC",
    "given_names": "ANNE-MARIE ZOE",
    "sex": "F",
    "birth_place": "51215",
}


def of(**changes: str | None) -> Likeness:
    return likeness(Described(**(SAME | changes)), FOUND)  # type: ignore[arg-type]  # keywords by name


@pytest.mark.parametrize(
    ("changes", "near"),
    [
        ({}, {}),
        ({"birth_name": "le goff d’arc"}, {}),
        ({"given_names": "Anne Marie Zoé"}, {}),
        ({"given_names": "ANNE-MARIE"}, {}),
        ({"given_names": "Zoé Anne-Marie"}, {"given_names": Near.OTHER_ORDER}),
        ({"given_names": "Zoé"}, {"given_names": Near.FEWER_NAMES}),
        ({"given_names": "ANNE-MARYE ZOE"}, {"given_names": Near.ONE_TYPO}),
        ({"birth_name": "LE GOF D'ARC"}, {"birth_name": Near.ONE_TYPO}),
        ({"birth_name": "LE GOFF D'ACR"}, {"birth_name": Near.ONE_TYPO}),
        ({"birth_name": "MARTIN"}, {"birth_name": Near.USED_NAME}),
        ({"birth_date": "1979-02-03"}, {"birth_date": Near.DAY_AND_MONTH_SWAPPED}),
        ({"sex": "M"}, {"sex": Near.DIFFERENT}),
        ({"birth_place": "75056"}, {"birth_place": Near.DIFFERENT}),
        ({"sex": None, "birth_place": None}, {}),
        (
            {"birth_name": "ANNE-MARIE", "given_names": "LE GOFF D'ARC"},
            {"birth_name": Near.NAMES_SWAPPED, "given_names": Near.NAMES_SWAPPED},
        ),
    ],
)
def test_what_people_get_wrong_is_forgiven_in_part(
    changes: dict[str, str | None], near: dict[str, Near]
) -> None:
    """
    Each kind of mistake is named; it costs something, and the person is still found.
    """
    found = of(**changes)

    assert found.near == near
    assert LIKELY <= found.score <= 100
    assert (found.score == 100) is (near == {})


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "DUPONT", "given_names": "CLAIRE"},
        {"birth_name": "DUPONT", "given_names": "CLAIRE", "sex": None, "birth_place": None},
        {"birth_name": "DUPONT", "birth_date": "1979-02-03", "given_names": "PAUL", "sex": "M"},
    ],
)
def test_two_people_of_one_day_stay_two(changes: dict[str, str | None]) -> None:
    """
    Two thousand people are born each day.
    """
    assert of(**changes).score < LIKELY


def test_a_mistake_costs_more_than_none_and_less_than_another_name() -> None:
    """
    The order in which someone looks at the candidates.
    """
    scores = [of(birth_name=n).score for n in ("LE GOFF D'ARC", "LE GOF D'ARC", "LEGRAND")]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_the_birth_date_is_the_first_criterion() -> None:
    """
    The day, and the day with its month, once each.
    """
    assert dates_to_look_for("1979-03-02") == ["1979-03-02", "1979-02-03"]
    assert dates_to_look_for("1979-03-03") == ["1979-03-03"]


@given(
    changes=st.fixed_dictionaries(
        {},
        optional={
            "birth_name": st.text(max_size=30),
            "given_names": st.text(max_size=30),
            "sex": st.sampled_from(["M", "F", "I", None]),
            "birth_place": st.one_of(st.none(), st.text(max_size=5)),
        },
    )
)
def test_any_description_has_a_score(changes: dict[str, str | None]) -> None:
    """
    Whatever is typed: between nothing and everything, and only everything is 100.
    """
    found = of(**changes)

    assert 0 <= found.score <= 100
    assert (found.score == 100) >= (found.near == {})
