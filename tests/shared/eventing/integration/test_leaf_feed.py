"""Leaves over a real broker: what is none of its publisher's is dropped and counted."""

from dataclasses import replace

import pytest

from shared.eventing.broker import Outgoing, Publisher
from shared.eventing.entrypoints import FollowingLeaves
from shared.eventing.leaf_feed import leaf_loop
from shared.eventing.messages import LeafBatch
from shared.eventing.metrics import MALFORMED
from shared.eventing.relay import leaves_exchange
from tests.shared.eventing.world import running
from tests.support.deadline import eventually


def batch(service: str, after: int) -> str:
    made = LeafBatch(service=service, epoch="1", after=after, to=after + 1, leaves=[])
    return made.model_dump_json()


def test_what_is_no_batch_of_its_publisher_moves_nothing_and_holds_nothing_up(
    amqp_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write to that exchange must not speak for another log; an operator sees it."""
    monkeypatch.setattr("shared.eventing.leaf_feed.IDLE", 0.05)
    taken: list[tuple[str, int]] = []
    asked: list[str] = []
    following = FollowingLeaves(
        follower="watcher",
        sources=("notes",),
        handle=lambda one: taken.append((one.service, one.after)),
        idle=asked.append,
        amqp_uri=amqp_uri,
    )
    dropped = MALFORMED.labels("watcher", "notes")
    before = dropped._value.get()
    publisher = Publisher(amqp_uri, leaves_exchange("notes"), "fanout")
    loop = leaf_loop(following, "notes")
    with running(loop):
        eventually(lambda: asked, within=10)
        bodies = ["no batch", batch("vault", 0), batch("notes", 7)]
        publisher.publish([Outgoing("leaves", body) for body in bodies])
        eventually(lambda: taken, within=10)
        assert loop.check() is None
        before_rest = len(asked)
        eventually(lambda: len(asked) > before_rest, within=10)
    assert taken == [("notes", 7)]
    assert set(asked) == {"notes"}
    assert dropped._value.get() - before == 2

    in_order: list[object] = []
    again = replace(following, handle=lambda one: in_order.append(one.after), idle=in_order.append)
    publisher.publish([Outgoing("leaves", batch("notes", 8))])
    publisher.close()
    with running(leaf_loop(again, "notes")):
        eventually(lambda: 8 in in_order, within=10)
    assert in_order[:2] == ["notes", 8], "what was lost is asked for first; what was taken is gone"
