"""A log as others see it: listed events, linked; every event's digest; where it ends."""

import hashlib
import json
from uuid import uuid4

import pytest

from shared.eventing.messages import Envelope, LeafBatch, Pulled
from shared.eventing.outbox import PAGE
from shared.kernel.errors import InvalidRequest
from shared.stores.guard import Row
from tests.shared.eventing.world import World


def pulled(world: World, after: int = 0, limit: int = 100) -> Pulled:
    return Pulled.model_validate(world.outbox.events(after, limit))


def test_listed_events_are_linked_and_private_ones_are_not_told(world: World) -> None:
    """Each names the message before it, whatever private events lie between."""
    record = uuid4()
    for text in "abc":
        world.notes.write(record, text, reads=2)
    envelopes = pulled(world).envelopes
    assert [e.position for e in envelopes] == [1, 4, 7]
    assert [e.previous for e in envelopes] == [0, 1, 4]
    assert [e.previous_digest for e in envelopes] == ["", *(e.digest for e in envelopes[:2])]


@pytest.mark.parametrize("reads", [0, 1, 30, 500])
def test_pages_from_anywhere_are_the_same_chain(world: World, reads: int) -> None:
    """Whoever asks from a private position, or in small pages, gets the same links."""
    record = uuid4()
    for text in "abcd":
        world.notes.write(record, text, reads=reads)
    links = [(e.position, e.digest, e.previous, e.previous_digest) for e in pulled(world).envelopes]
    found, after = [], 0
    while page := pulled(world, after, 1).envelopes:
        found += [(e.position, e.digest, e.previous, e.previous_digest) for e in page]
        after = page[-1].position
    assert found == links
    beyond = links[1][0] + min(reads, 1)
    assert [
        (e.position, e.digest, e.previous, e.previous_digest)
        for e in pulled(world, beyond).envelopes
    ] == links[2:]


def test_the_row_asked_from_is_named_by_its_digest(world: World) -> None:
    """So that a follower sees whether the log still is the one it followed."""
    world.notes.write(uuid4(), "a", reads=1)
    leaves = LeafBatch.model_validate(world.outbox.leaves(0, 10)).leaves
    assert pulled(world, 1).after == leaves[0][1]
    assert pulled(world, 2).after == leaves[1][1]
    assert pulled(world, 0).after is None
    assert pulled(world, 3).after is None


def test_the_head_is_the_last_message(world: World) -> None:
    """Private events after it are nobody's business, and would look like a message missed."""
    assert world.outbox.head()["position"] == 0
    world.notes.write(uuid4(), "a", reads=300)
    last = pulled(world).envelopes[-1]
    assert world.outbox.head() == {
        "epoch": last.epoch,
        "position": 1,
        "digest": last.digest,
    }
    assert pulled(world, 1).head.position == 1
    world.notes.write(uuid4(), "b")
    assert world.outbox.head()["position"] == world.notes.head().position


@pytest.mark.parametrize("after", [1_900, 2**62])
def test_who_stands_beyond_the_end_has_little_read_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """A follower of a log that was put back, or whoever writes a number: the whole log in memory,
    opened, would be the end of the process that answers."""
    world.notes.write(uuid4(), "a")
    for _ in range(3):
        world.notes.write(uuid4(), "b", reads=300)
    rows, read = world.notes.guarded.rows, list[int]()

    def counting(after: int, limit: int) -> list[Row]:
        found = rows(after, limit)
        read.append(len(found))
        return found

    monkeypatch.setattr(world.notes.guarded, "rows", counting)
    answer = pulled(world, after)

    assert (answer.envelopes, answer.after, answer.head.position) == ([], None, 604)
    assert max(read) <= PAGE
    assert len(read) < 40


def test_a_leaf_is_the_digest_of_clear_header_and_sealed_bytes(world: World) -> None:
    """Computed here from the row alone, as an auditor would (no key at hand)."""
    world.notes.write(uuid4(), "a", reads=1)
    batch = LeafBatch.model_validate(world.outbox.leaves(0, 10))
    assert (batch.after, batch.to) == (0, 2)
    for (position, digest), row in zip(
        batch.leaves, world.notes.recorder.select_notifications(1, 10), strict=True
    ):
        header = {
            "epoch": batch.epoch,
            "originator_id": str(row.originator_id),
            "originator_version": row.originator_version,
            "position": row.id,
            "service": "notes",
            "topic": row.topic,
        }
        text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        expected = hashlib.sha256(text.encode() + b"\0" + row.state).hexdigest()
        assert (position, digest) == (row.id, expected)


def test_an_erased_record_is_void_and_its_links_and_leaves_stay(world: World) -> None:
    """Nothing can be read and nothing is missing: every other proof still verifies."""
    erased, kept = uuid4(), uuid4()
    world.notes.write(erased, "a")
    world.notes.write(kept, "b")
    before, leaves = pulled(world).envelopes, world.outbox.leaves(0, 10)
    world.notes_keys.erase(erased)
    after = pulled(world).envelopes
    assert [(e.position, e.digest, e.previous) for e in after] == [
        (e.position, e.digest, e.previous) for e in before
    ]
    assert [(e.is_void, e.record) for e in after] == [(True, erased), (False, kept)]
    assert world.outbox.leaves(0, 10) == leaves


def test_a_renewed_epoch_changes_no_row_that_is_left(world: World) -> None:
    """Rows keep the epoch they were written in; only what follows is of the new one."""
    world.notes.write(uuid4(), "a")
    before = pulled(world).envelopes
    renewed = world.notes.renew_epoch()
    world.notes.write(uuid4(), "b")
    after: list[Envelope] = pulled(world).envelopes
    assert (after[0].epoch, after[0].digest) == (before[0].epoch, before[0].digest)
    assert after[1].epoch == renewed != before[0].epoch
    assert pulled(world).epoch == renewed


@pytest.mark.parametrize(
    ("after", "limit", "field"), [(-1, 10, "after"), (0, 0, "limit"), (0, 501, "limit")]
)
def test_a_senseless_question_is_refused(world: World, after: int, limit: int, field: str) -> None:
    """It names the field, as any request does."""
    for ask in (world.outbox.events, world.outbox.leaves):
        with pytest.raises(InvalidRequest) as refusal:
            ask(after, limit)
        assert field in refusal.value.fields
