"""What is behind grows older; what has caught up is as young as the last look."""

import time

import pytest
from prometheus_client import Gauge

from shared.eventing.freshness import Freshness


def test_it_is_the_last_instant_of_which_all_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert compares it with the present: seconds behind, whatever hangs."""
    gauge = Gauge("freshness_of_a_test", "of this test alone", registry=None)
    fresh = Freshness(gauge)
    seen = []
    for now, head, reached in [(10, 5, 5), (20, 9, 5), (30, 12, 7), (40, 12, 9), (50, 12, 12)]:
        monkeypatch.setattr(time, "time", lambda now=now: float(now))
        fresh.note(head=head, reached=reached)
        seen.append(gauge._value.get())
    assert seen == [10, 10, 10, 20, 50]
