"""The one invariant: whatever is asked, in whatever order, what left never exceeds what was
prescribed, and what is answered is what is kept."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.prescription import contract as c
from shared.kernel.errors import Refusal
from tests.prescription.world import (
    DOCTOR,
    LYON,
    PARIS,
    World,
    dispensing,
    given,
    line,
    pharmacist,
)

PLACES = st.sampled_from([PARIS, LYON])


class Pharmacies(RuleBasedStateMachine):
    """Two pharmacies, time, retries and restarts; ``mine`` is the test's own count."""

    def __init__(self) -> None:
        super().__init__()
        self._home = TemporaryDirectory()
        self.world = World(Path(self._home.name))
        lines = [line(quantity=3), line("B", quantity=2, renewals=2, every=28)]
        self.number = self.world.issue(*lines).number
        self.totals = {1: 3, 2: 6}
        self.mine: dict[Any, tuple[str, dict[int, int]]] = {}
        self.requests: list[tuple[c.Dispense, str, Any]] = []

    @rule(place=PLACES, first=st.integers(0, 4), second=st.integers(0, 4))
    def dispense(self, place: str, first: int, second: int) -> None:
        outcomes = [
            given(n, on) if n else given(0, on, "later") for on, n in ((1, first), (2, second))
        ]
        request = dispensing(self.number, *outcomes)
        try:
            done = self.world.app.dispense(request, pharmacist(place))
        except Refusal:
            return
        self.mine[done.dispensation_id] = (place, {1: first, 2: second})
        self.requests.append((request, place, done.dispensation_id))

    @rule(which=st.integers(0, 100))
    def repeat(self, which: int) -> None:
        if self.requests:
            request, place, done = self.requests[which % len(self.requests)]
            again = self.world.app.dispense(request, pharmacist(place))
            assert again.dispensation_id == done

    @rule(which=st.integers(0, 100))
    def give_back(self, which: int) -> None:
        if self.mine:
            done = sorted(self.mine, key=str)[which % len(self.mine)]
            place, _ = self.mine[done]
            request = c.ReverseDispensation(
                request_id=uuid4(), number=self.number, dispensation=done, reason="returned"
            )
            self.world.app.reverse_dispensation(request, pharmacist(place))
            del self.mine[done]

    @rule(days=st.integers(1, 40))
    def pass_days(self, days: int) -> None:
        self.world.clock.move(timedelta(days=days))

    @rule()
    def restart(self) -> None:
        self.world.again()

    @rule()
    def sweep(self) -> None:
        self.world.project()
        self.world.app.expire_due()

    @rule()
    def cancel(self) -> None:
        request = c.Cancel(request_id=uuid4(), number=self.number, reason="asked_by_person")
        try:
            self.world.app.cancel(request, DOCTOR)
        except Refusal:
            return
        assert not any(left for _, quantities in self.mine.values() for left in quantities.values())

    @invariant()
    def a_quantity_leaves_once(self) -> None:
        kept = self.world.of(self.number)
        for one in kept.lines:
            left = sum(quantities[one.number] for _, quantities in self.mine.values())
            assert kept.left(one) == left <= self.totals[one.number] == one.total

    def teardown(self) -> None:
        self.world.close()
        self._home.cleanup()


TestPharmacies = Pharmacies.TestCase
TestPharmacies.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
