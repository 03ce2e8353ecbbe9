"""On the whole of Carnet: the last message is lost, a clock is wrong."""

from collections.abc import Iterator

import pytest

from shared.kernel.errors import Refusal, Unauthenticated
from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP, every_event_has_its_leaf
from tests.trust.drilled import Drilled, drilled
from tests.trust.faulty import BACK

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    with drilled(tmp_path_factory.mktemp("drills") / "carnet") as place:
        yield place


def test_the_last_message_lost_is_found(place: Drilled) -> None:
    """Nothing comes after it: the head that its publisher announces says that it is missing."""
    before, was = set(place.documents()), place.published()
    messages = place.carnet.messages
    with messages.unheard_by("audit", "vault"), messages.unheard_by("notification", "vault"):
        last = place.deposit()
        eventually(lambda: place.published() > was, CAUGHT_UP)
    eventually(lambda: place.all_told({*before, last}), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)


@pytest.mark.parametrize("seconds", [-90.0, 90.0])
def test_a_clock_beyond_tolerance_is_refused_until_it_is_right(
    place: Drilled, seconds: float
) -> None:
    """Of the vault: who is behind does not believe a caller's token, who is ahead is not believed
    by access. Nothing is deposited by half."""
    before = set(place.documents())
    place.carnet.skew("records", seconds)
    with pytest.raises(Refusal) as refused:
        place.deposit()
    place.carnet.set_right("records")
    assert type(refused.value) is Unauthenticated
    last = place.deposit()
    eventually(lambda: place.all_told({*before, last}), BACK, every=0.2)
    every_event_has_its_leaf(place.carnet)
