"""On the whole of Carnet: a log is put back to the past while the others went on."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cli.processes import SERVICES
from services.audit.domain.report import FindingKind
from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP, every_event_has_its_leaf, every_view_is_as_rebuilt
from tests.trust.copied import copied, put_back, start, stop
from tests.trust.drilled import Drilled, drilled
from tests.trust.faulty import BACK

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
FOLLOWERS = ("audit", "messaging", "notification", "prescription", "profile")
"""Of the vault."""
EVENTS = "SELECT COUNT(*) FROM stored_events"
OTHERS = ["keyring", *(name for name in SERVICES if name not in {"audit", "keyring"})]
"""Than the service whose own log was put back too, which says so or gives the log its events."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Drilled]:
    with drilled(tmp_path / "carnet") as place:
        yield place


@pytest.mark.parametrize("once_more", [True, False], ids=["put back once more", "as it was"])
def test_a_service_put_back_stops_with_its_followers_until_an_operator_speaks(
    place: Drilled, once_more: bool
) -> None:
    """It stops by the transparency log, they by what they had applied. What was lost stays lost,
    what it did elsewhere stays done, and what comes after is done as ever. What it saved of itself
    since then stands where the log holds what was lost, unless it is put back once more."""
    common = eventually(lambda: followed_by_all(place), CAUGHT_UP, every=0.5)
    kept, copy = set(place.documents()), copied(place, "vault")
    lost = {place.deposit() for _ in range(4)}
    eventually(lambda: place.all_told(kept | lost), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)

    put_back(place, copy)
    before = place.number("vault", EVENTS)
    start(place, "vault")
    expected = {"vault.checkpoints", *(f"{name}.from.vault" for name in FOLLOWERS)}
    stopped = eventually(lambda: those_stopped(place, expected), BACK, every=1)
    assert "of our events are logged where" in stopped["vault.checkpoints"]
    for follower in FOLLOWERS:
        assert "the log holds nothing there" in stopped[f"{follower}.from.vault"]

    stop(place, "vault")
    if once_more:
        put_back(place, copy)
    place.ops("renew-epoch", "vault")
    place.carnet.messages.lose()
    since = place.number("vault", EVENTS) - before
    logged = place.number("audit", "SELECT position FROM audit_sources WHERE service = 'vault'")
    start(place, "vault")
    for follower in FOLLOWERS:
        place.ops("realign", follower, "vault", str(common), "put_back", "--by=op-1")
    place.carnet.serves_again()
    new = place.deposit()
    eventually(lambda: new in place.journal(), BACK, every=1)
    assert place.documents() == Counter({*kept, new})
    assert place.notices() == Counter({*kept, *lost, new})
    every_event_has_its_leaf(
        place.carnet,
        but={
            FindingKind.EVENT_LOST_BY_RESTORE: logged - before - since,
            FindingKind.EVENT_CHANGED: since,
        },
    )
    assert bool(since) is not once_more
    every_view_is_as_rebuilt(place.carnet)


def followed_by_all(place: Drilled) -> int:
    """The place of the vault's last message, once each of them has applied it. Asked before a copy
    is made: the vault begins to verify what it holds when it is started again, and says so."""
    asked = "SELECT last FROM vault_published WHERE stream = 'messages'"
    last = place.number("vault", asked)
    assert place.published() == place.number("vault", EVENTS)
    assert {place.followed(follower) for follower in FOLLOWERS} == {last}
    return last


def those_stopped(place: Drilled, expected: set[str]) -> dict[str, str]:
    """Somebody reads meanwhile: the log grows, and what it says of the vault comes to it."""
    place.journal()
    stopped = dict(place.stopped())
    assert expected <= stopped.keys(), stopped
    return stopped


def test_a_transparency_log_whose_tables_are_put_back_signs_nothing_until_the_right_ones_are(
    place: Drilled,
) -> None:
    """Its tables alone: what it has published says that they are not the last."""
    kept, copy = set(place.documents()), copied(place, "audit")
    new = {place.deposit() for _ in range(2)}
    eventually(lambda: place.all_told(kept | new), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)
    right = copied(place, "audit")

    put_back(place, copy)
    start(place, "audit")
    stopped = eventually(lambda: those_stopped(place, {"audit.timers"}), BACK, every=1)
    assert "larger than any this log remembers signing" in stopped["audit.timers"]
    before = signed(place)

    put_back(place, right)
    place.ops("renew-epoch", "audit")
    place.carnet.messages.lose()  # what it saved and said meanwhile
    start(place, "audit")
    place.carnet.serves_again()
    last = place.deposit()
    eventually(lambda: place.all_told({*kept, *new, last}), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)
    every_view_is_as_rebuilt(place.carnet)
    assert signed(place) > before


def test_a_transparency_log_put_back_with_its_files_is_believed_by_nobody_who_had_seen_more(
    place: Drilled,
) -> None:
    """It signs what it has grown again, and proves what it can: no service takes that for what it
    saw. Each believes it anew when its operator says so."""
    kept, copy = set(place.documents()), copied(place, "audit")
    new = {place.deposit() for _ in range(2)}
    eventually(lambda: place.all_told(kept | new), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)

    put_back(place, copy, bucket=True)
    start(place, "audit")
    expected = {f"{service}.checkpoints" for service in OTHERS}
    stopped = eventually(lambda: those_stopped(place, expected), BACK, every=1)
    for loop in expected:
        assert "does not continue that of" in stopped[loop]

    for process in place.carnet.deployment.processes.values():
        process.stop()
    place.ops("renew-epoch", "audit")
    for service in OTHERS:  # keyring first: the others ask it for keys
        place.ops("drop-checkpoint", service, "log_restored", "--by=op-1")
        if service == "keyring":
            place.carnet.start("keyring")
    place.carnet.messages.lose()
    place.carnet.serves_again()
    last = place.deposit()
    eventually(lambda: place.all_told({*kept, *new, last}), CAUGHT_UP, every=0.2)
    every_event_has_its_leaf(place.carnet)
    every_view_is_as_rebuilt(place.carnet)


def signed(place: Drilled) -> int:
    """The size of the tree that is published."""
    return int(place.cast.patient(place.record).ask("audit.checkpoint")["size"])
