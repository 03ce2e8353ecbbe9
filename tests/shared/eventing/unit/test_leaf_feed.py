"""Batches of leaves that continue one another are taken in one write, and no others are."""

import pytest

from shared.eventing.leaf_feed import joined
from shared.eventing.messages import LeafBatch


def batch(after: int, to: int, epoch: str = "1") -> LeafBatch:
    leaves = [(position, f"{position:064x}") for position in range(after + 1, to + 1)]
    return LeafBatch(service="notes", epoch=epoch, after=after, to=to, leaves=leaves)


def test_what_continues_is_one_batch_with_every_leaf_in_its_order() -> None:
    """A log that writes fast is not logged row by row."""
    assert list(joined([batch(0, 2), batch(2, 3), batch(3, 7)])) == [batch(0, 7)]


@pytest.mark.parametrize(
    "apart",
    [
        [batch(0, 2), batch(3, 4)],
        [batch(0, 2), batch(1, 4)],
        [batch(0, 2), batch(0, 2)],
        [batch(2, 4), batch(0, 2)],
        [batch(0, 2), batch(2, 4, epoch="2")],
    ],
    ids=["hole", "overlap", "twice", "late", "another epoch"],
)
def test_what_does_not_continue_stays_apart(apart: list[LeafBatch]) -> None:
    """Whoever takes them sees the hole, and asks the log itself."""
    assert list(joined(apart)) == apart


def test_ranges_that_meet_again_are_joined_again() -> None:
    """One hole does not make single rows of all that follows."""
    found = joined([batch(0, 1), batch(5, 6), batch(6, 8)])
    assert list(found) == [batch(0, 1), batch(5, 8)]


def test_nothing_is_made_of_nothing() -> None:
    assert list(joined([])) == []
