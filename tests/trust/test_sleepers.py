"""On the whole of Carnet: a follower sleeps until another took over, and wakes."""

import json
from collections.abc import Iterator

import pytest

from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP, every_event_has_its_leaf, every_view_is_as_rebuilt
from tests.trust.drilled import Drilled, drilled
from tests.trust.faulty import BACK, running_faulty

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drilled]:
    """On PostgreSQL: who sleeps over an SQLite file keeps others from it."""
    with drilled(tmp_path_factory.mktemp("sleepers") / "carnet", running_faulty) as place:
        yield place


@pytest.mark.parametrize(
    ("process", "follower"), [("audit", "audit"), ("letters-follow", "notification")], ids=str
)
def test_who_slept_while_another_took_over_gives_way(
    place: Drilled, process: str, follower: str
) -> None:
    """With messages in hand, which another replica pulled from the log meanwhile: no line of the
    journal and no notice comes twice, and both go on."""
    carnet, queue = place.carnet, f"{follower}.from.vault"
    before, was = set(place.documents()), place.followed(follower)
    carnet.pause(process)
    new = {place.deposit() for _ in range(3)}
    eventually(lambda: place.waiting(queue) >= len(new), CAUGHT_UP, every=1)
    replica = carnet.deployment.replicate(process)
    eventually(lambda: place.followed(follower) > was, CAUGHT_UP)
    assert place.waiting(queue) >= len(new)

    carnet.go_on(process)
    eventually(lambda: queue in gave_way(place, process), CAUGHT_UP)
    eventually(lambda: place.all_told(before | new), BACK, every=1)
    carnet.deployment.processes.pop(replica).stop()
    carnet.serves_again()
    last = place.deposit()
    eventually(lambda: place.all_told({*before, *new, last}), BACK, every=1)
    every_event_has_its_leaf(carnet)
    every_view_is_as_rebuilt(carnet)


def gave_way(place: Drilled, process: str) -> set[str]:
    """Loops of this process that said so."""
    lines = place.carnet.deployment.processes[process].log_file.read_text().splitlines()
    said = [json.loads(line) for line in lines if "gave way to another process" in line]
    return {line["loop"] for line in said}
