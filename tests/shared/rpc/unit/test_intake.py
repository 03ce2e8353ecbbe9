"""Replies that are ready at the same moment leave in one write, none before its turn or twice."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shared.rpc.answer import Delivery
from shared.rpc.intake import Intake, Taken
from shared.rpc.publishing import Outgoing, ack, publish
from shared.rpc.settings import RpcSettings
from shared.telemetry.metrics import LOST_REPLIES


def a_channel() -> Any:
    return SimpleNamespace(channel_id=1, connection=SimpleNamespace(frame_max=131_072))


class Written:
    """A link whose socket keeps what it is given; ``channel`` is the one that is open."""

    def __init__(self) -> None:
        self.channel: Any = a_channel()
        self.writes: list[bytes] = []

    def write(self, _channel: Any, frames: bytes) -> None:
        self.writes.append(frames)


@pytest.fixture
def link() -> Written:
    return Written()


@pytest.fixture
def turns() -> list[Callable[[], None]]:
    """What was put off until the others had their turn."""
    return []


@pytest.fixture
def intake(link: Written, turns: list[Callable[[], None]]) -> Intake:
    made = Intake("amqp://127.0.0.1:1//", "x", RpcSettings(), lambda _: None, later=turns.append)
    made._link = link  # type: ignore[assignment]  # nothing is connected here
    return made


def taken(number: int, channel: Any) -> Taken:
    delivery = Delivery(method="m", body=b"", headers={})
    return Taken(
        delivery=delivery, reply_to="r", correlation_id=f"{number}", channel=channel, tag=number
    )


def reply(number: int, channel: Any) -> bytes:
    """A reply and the acknowledgement of its request, as they are written for one alone."""
    message = Outgoing(body=b"{}", correlation_id=f"{number}")
    return publish("r", message, channel, mandatory=False) + ack(channel, number)


def lost() -> float:
    return float(LOST_REPLIES.labels("x")._value.get())


def test_what_is_ready_together_is_written_together(
    intake: Intake, link: Written, turns: list[Callable[[], None]]
) -> None:
    for number in (1, 2, 3):
        intake.finish(taken(number, link.channel), b"{}")
    assert len(turns) == 1
    assert not link.writes
    turns.pop()()
    assert link.writes == [b"".join(reply(number, link.channel) for number in (1, 2, 3))]
    intake.finish(taken(4, link.channel), b"{}")
    turns.pop()()
    assert link.writes[1:] == [reply(4, link.channel)], "each once"


def test_what_was_made_for_a_lost_channel_is_counted_not_written(
    intake: Intake, link: Written, turns: list[Callable[[], None]]
) -> None:
    """The broker gives those requests to another: an acknowledgement here would be another's."""
    before = lost()
    intake.finish(taken(1, link.channel), b"{}")
    link.channel = a_channel()
    intake.finish(taken(1, link.channel), b"{}")
    turns.pop()()
    assert link.writes == [reply(1, link.channel)]
    link.channel = None
    intake.finish(taken(2, a_channel()), b"{}")
    assert lost() - before == 2
