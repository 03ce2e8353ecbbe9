"""A minute, then twice as long each time, four hours at most, for as long as it takes."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared.kernel.backoff import pause


def test_each_pause_is_twice_the_one_before_up_to_four_hours() -> None:
    pauses = [pause(attempts) for attempts in range(20)]
    assert pauses[0] == timedelta(minutes=1)
    for before, after in pairwise(pauses):
        assert after == min(2 * before, timedelta(hours=4))


@pytest.mark.parametrize("attempts", [41, 1_000, 1_000_000])
def test_no_number_of_tries_is_too_many(attempts: int) -> None:
    assert pause(attempts) == timedelta(hours=4)
