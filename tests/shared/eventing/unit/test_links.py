"""Following as a model: a log, a broker that does what it likes, and what was applied."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.eventing.links import Mismatch, Verdict, check, judge, judge_head, link_of
from shared.eventing.messages import Envelope, Head, Pulled
from shared.stores.outcome import Link

STREAM = UUID(int=7)


@dataclass
class Row:
    epoch: str
    position: int
    digest: str
    listed: bool


@dataclass
class Publisher:
    """A log as it is on disk: rows may be lost by a restore, never changed."""

    epoch: str = "e0"
    rows: list[Row] = field(default_factory=list)

    def save(self, *, listed: bool) -> None:
        self.rows.append(Row(self.epoch, len(self.rows) + 1, uuid4().hex, listed))

    def restore(self, position: int, *, renew: bool) -> None:
        del self.rows[position:]
        if renew:
            self.epoch = uuid4().hex

    def envelopes(self) -> list[Envelope]:
        found: list[Envelope] = []
        for row in self.rows:
            if row.listed:
                found.append(envelope(row, found[-1] if found else None))
        return found

    def head(self) -> Head:
        last = self.envelopes()[-1:]
        if not last:
            return Head(epoch=self.epoch, position=0, digest="")
        return Head(epoch=last[0].epoch, position=last[0].position, digest=last[0].digest)

    def pulled(self, after: int, limit: int) -> Pulled:
        known = {row.position: row.digest for row in self.rows}
        later = [e for e in self.envelopes() if e.position > after]
        return Pulled(
            epoch=self.epoch, head=self.head(), after=known.get(after), envelopes=later[:limit]
        )


def envelope(row: Row, last: Envelope | None, data: str = "c2VhbGVk") -> Envelope:
    return Envelope(
        type="notes.note_written",
        version=1,
        key=f"{STREAM}.{row.position}",
        epoch=row.epoch,
        position=row.position,
        digest=row.digest,
        previous=last.position if last else 0,
        previous_digest=last.digest if last else "",
        occurred_at=None,
        record=None,
        data=data,
    )


class FollowingMachine(RuleBasedStateMachine):
    """Whatever the broker does with what was ever published, the messages applied are those of
    one history, each once, in order, none missing; and if the publisher was restored below
    what was applied, the follower stops before it applies anything of another history.
    """

    def __init__(self) -> None:
        super().__init__()
        self.publisher = Publisher()
        self.ever_sent: list[Envelope | Head] = []
        self.at: Link | None = None
        self.applied: list[tuple[int, str]] = []
        self.stopped = False
        self.must_stop = False

    @rule(listed=st.booleans())
    def save(self, listed: bool) -> None:
        self.publisher.save(listed=listed)
        if listed:
            self.ever_sent.append(self.publisher.envelopes()[-1])

    @rule()
    def announce(self) -> None:
        self.ever_sent.append(self.publisher.head())

    @precondition(lambda self: self.publisher.rows)
    @rule(data=st.data(), renew=st.booleans())
    def restore(self, data: st.DataObject, renew: bool) -> None:
        position = data.draw(st.integers(0, len(self.publisher.rows) - 1))
        self.publisher.restore(position, renew=renew)
        self.must_stop = self.must_stop or (self.at is not None and self.at.position > position)

    @precondition(lambda self: self.ever_sent and not self.stopped)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """Anything ever sent, in any order, any number of times, or never."""
        message = data.draw(st.sampled_from(self.ever_sent))
        if isinstance(message, Head):
            verdict = judge_head(self.at, message)
        else:
            verdict = judge(self.at, message)
        if verdict is Verdict.APPLY:
            assert isinstance(message, Envelope)
            self._apply(message)
        elif verdict is Verdict.PULL:
            self._catch_up()

    @precondition(lambda self: not self.stopped)
    @rule()
    def hear_the_head_of_now(self) -> None:
        """What an idle second brings: the last message lost is found, and a restore too."""
        if judge_head(self.at, self.publisher.head()) is Verdict.PULL:
            self._catch_up()
        if not self.stopped:
            assert not self.must_stop
            assert self.applied == self._sent()

    def _catch_up(self) -> None:
        try:
            while envelopes := check(
                self.at, self.publisher.pulled(self.at.position if self.at else 0, 2)
            ):
                for each in envelopes:
                    self._apply(each)
        except Mismatch:
            assert self.must_stop, "stopped although its history still stands"
            self.stopped = True

    def _apply(self, message: Envelope) -> None:
        """Every message applied is the next of the history that was followed so far.

        One that the publisher has lost, and the broker not, may still be: it is the next of
        the old history. From then on the follower is past what was restored, and must stop.
        """
        last = self.applied[-1] if self.applied else (0, "")
        assert (message.previous, message.previous_digest) == last
        if (message.position, message.digest) not in self._sent():
            self.must_stop = True
        self.applied.append((message.position, message.digest))
        self.at = link_of(message)

    def _sent(self) -> list[tuple[int, str]]:
        return [(e.position, e.digest) for e in self.publisher.envelopes()]

    @invariant()
    def in_order_and_once(self) -> None:
        positions = [position for position, _ in self.applied]
        assert positions == sorted(set(positions))

    @invariant()
    def nothing_missing_in_between(self) -> None:
        if not self.must_stop:
            assert self.applied == self._sent()[: len(self.applied)]


FollowingMachine.TestCase.settings = settings(
    max_examples=400, stateful_step_count=40, deadline=None
)
TestFollowing = FollowingMachine.TestCase


def two_messages() -> tuple[Envelope, Envelope, Publisher]:
    publisher = Publisher()
    publisher.save(listed=True)
    publisher.save(listed=True)
    first, second = publisher.envelopes()
    return first, second, publisher


def test_a_message_linked_to_the_last_is_applied() -> None:
    """The common case asks nobody."""
    first, second, _ = two_messages()
    assert judge(link_of(first), second) is Verdict.APPLY


def test_a_message_linked_to_another_row_at_our_position_is_not_applied() -> None:
    """A publisher restored and grown again, whose epoch nobody renewed: the digest tells."""
    first, _, publisher = two_messages()
    publisher.restore(0, renew=False)
    publisher.save(listed=True)
    publisher.save(listed=True)
    assert judge(link_of(first), publisher.envelopes()[1]) is Verdict.PULL


def test_the_first_message_is_believed_from_the_log_alone() -> None:
    """A follower that knows no history yet takes none from a broker."""
    first, _, _ = two_messages()
    assert judge(None, first) is Verdict.PULL


def test_a_void_message_is_believed_from_the_log_alone() -> None:
    """It moves us on without an effect and nothing in it is sealed: anyone could write it."""
    first, second, _ = two_messages()
    forged = second.model_copy(update={"data": ""})
    assert judge(link_of(first), forged) is Verdict.PULL


def test_another_digest_at_the_position_applied_asks_the_log() -> None:
    """A publisher restored and grown again repeats positions, never digests."""
    first, _, _ = two_messages()
    other = first.model_copy(update={"digest": "0" * 64})
    assert judge(link_of(first), other) is Verdict.PULL


@pytest.mark.parametrize("renew", [True, False])
def test_a_publisher_restored_below_us_stops_us(renew: bool) -> None:
    """Even if nobody renewed the epoch, and even once the log has grown past us again."""
    _, second, publisher = two_messages()
    publisher.restore(1, renew=renew)
    for _ in range(3):
        with pytest.raises(Mismatch):
            check(link_of(second), publisher.pulled(2, 10))
        publisher.save(listed=True)


def test_a_publisher_restored_to_where_we_are_does_not_stop_us() -> None:
    """The row applied last is still there, so is all before it: nothing we know was lost."""
    first, _, publisher = two_messages()
    publisher.restore(1, renew=True)
    publisher.save(listed=True)
    assert [e.position for e in check(link_of(first), publisher.pulled(1, 10))] == [2]


def test_an_answer_with_a_hole_stops_us() -> None:
    """A range that does not hold together is no word of a log."""
    _, _, publisher = two_messages()
    publisher.save(listed=True)
    answer = publisher.pulled(0, 10)
    holed = answer.model_copy(update={"envelopes": [answer.envelopes[0], answer.envelopes[2]]})
    with pytest.raises(Mismatch):
        check(None, holed)


@pytest.mark.parametrize("previous", [0, 2])
def test_only_the_first_may_name_an_older_one(previous: int) -> None:
    """Ours may be no message any more; between two of one answer nothing can have been."""
    _, _, publisher = two_messages()
    publisher.save(listed=True)
    answer = publisher.pulled(0, 10)
    first, _, third = answer.envelopes
    unlinked = third.model_copy(update={"previous": previous})
    with pytest.raises(Mismatch):
        check(None, answer.model_copy(update={"envelopes": [first, unlinked]}))


def test_a_message_that_became_private_does_not_stop_us() -> None:
    """A later version of the publisher may list less: the row is the same, so is its history."""
    _, second, publisher = two_messages()
    publisher.rows[1].listed = False
    publisher.save(listed=True)
    assert [e.position for e in check(link_of(second), publisher.pulled(2, 10))] == [3]
