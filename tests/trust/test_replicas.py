"""Two replicas of access, vault and prescription work at once, and die in turn."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.trust.faulty import running_faulty
from tests.trust.mishaps import Mishap
from tests.trust.own_clocks import REPLICA
from tests.trust.test_faults import Town, hold_while_it_happens, peopled

ANSWER = ("rights", "records", "care")
FOLLOW = ("records-follow", "care-follow")
"""Of the same services."""
BETWEEN = (2.0, 3.0)
"""Seconds in which both of each answer."""
PLANNED = (
    *(Mishap("kill", name, (0.5, 2)) for name in ANSWER),
    *(Mishap("pause", name + REPLICA, (2, 5)) for name in ANSWER),
    *(Mishap("kill", name + REPLICA, (0.5, 2)) for name in FOLLOW),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("replicas") / "carnet"
    with running_faulty(home) as carnet:
        for process in ANSWER + FOLLOW:
            carnet.deployment.replicate(process)
        with peopled(carnet) as town:
            yield town


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_one_order_explains_what_two_replicas_answer(town: Town, figures: dict[str, Any]) -> None:
    """A block that one takes holds for the openings that the other lets in; no box leaves twice;
    the places in each log are in the order of the answers."""
    hold_while_it_happens(town, PLANNED, figures, between=BETWEEN)
