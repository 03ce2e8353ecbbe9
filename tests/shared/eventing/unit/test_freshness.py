"""What is behind grows older; what has caught up is as young as the last look."""

import time

import pytest
from prometheus_client import Gauge

from shared.eventing.freshness import Freshness


@pytest.mark.parametrize(
    ("looks", "until"),
    [
        ([(10, 5, 5), (20, 9, 5), (30, 12, 7), (40, 12, 9), (50, 12, 12)], [10, 10, 10, 20, 50]),
        # Each head that was seen is an instant of its own, though nothing was reached meanwhile.
        ([(10, 5, 5), (20, 9, 5), (30, 12, 5), (40, 15, 9), (50, 15, 12)], [10, 10, 10, 20, 30]),
    ],
)
def test_it_is_the_last_instant_of_which_all_is_there(
    monkeypatch: pytest.MonkeyPatch, looks: list[tuple[int, int, int]], until: list[int]
) -> None:
    """An alert compares it with the present: seconds behind, whatever hangs."""
    gauge = Gauge("freshness_of_a_test", "of this test alone", registry=None)
    fresh = Freshness(gauge)
    seen = []
    for now, head, reached in looks:
        monkeypatch.setattr(time, "time", lambda now=now: float(now))
        fresh.note(head=head, reached=reached)
        seen.append(gauge._value.get())
    assert seen == until
