"""The arithmetic of who guesses by time, against what can be counted by hand."""

import random

import pytest

from tests.trust.attackers.clocked import Apart


@pytest.mark.parametrize(
    ("one", "other", "area"),
    [
        ([2, 3], [0, 1], 1.0),
        ([0, 1], [2, 3], 0.0),
        ([1, 1], [1, 1], 0.5),
        ([1, 3], [2, 4], 0.25),
        ([1, 2], [2, 3], 0.125),
    ],
)
def test_the_area_is_how_often_one_is_longer(
    one: list[float], other: list[float], area: float
) -> None:
    """Of all pairs; equal ones count half."""
    wins = sum((a > b) + (a == b) / 2 for a in one for b in other)
    assert wins / (len(one) * len(other)) == area
    assert Apart(one, other).area == area


def test_who_needs_that_many_is_wrong_that_often() -> None:
    """Normal times: those who take the mean of so many answers guess as often wrong as is said."""
    drawn = random.Random(12)
    apart = Apart(
        [drawn.gauss(10.5, 1) for _ in range(2_000)], [drawn.gauss(10, 1) for _ in range(2_000)]
    )
    needed = apart.needed
    assert needed is not None
    assert apart.chance < 1e-9

    def mean(of: float) -> float:
        return sum(drawn.gauss(of, 1) for _ in range(needed)) / needed

    wrong = sum(mean(10.5) - mean(10) < 0.25 for _ in range(400)) / 400
    assert 0.02 < wrong < 0.09
    assert sum(mean(10) - mean(10) > 0.25 for _ in range(400)) / 400 < 0.09


def test_what_chance_explains_needs_no_number() -> None:
    drawn = random.Random(12)
    alike = [[drawn.gauss(10, 1) for _ in range(300)] for _ in range(2)]
    assert Apart(*alike).figures()["needed"] is None
