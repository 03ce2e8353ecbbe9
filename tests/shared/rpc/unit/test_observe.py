"""When the line of a call is written, and what it says of what is out of reach."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from shared.kernel.errors import Forbidden, Refusal, Unauthenticated, Unavailable
from shared.rpc.answer import Answerer, Delivery, Served
from shared.rpc.contract import Contract
from shared.rpc.intake import Taken
from shared.rpc.observe import Line, observed
from shared.rpc.serve import Answers
from shared.rpc.settings import RpcSettings
from shared.telemetry.logs import set_up_logs
from tests.support.settings import settings_in

CONTRACT = Contract("vault", ())


class KeyLost(Unavailable):
    """A kind of its own."""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    lines, handlers, level = io.StringIO(), logging.root.handlers[:], logging.root.level
    set_up_logs("info", lines)
    yield lines
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize(
    ("refusal", "cause", "why"),
    [
        (KeyLost("the text is not told"), None, "KeyLost"),
        (Unavailable("nor is this"), OSError("nor this"), "Unavailable from OSError"),
        (KeyLost(), Unauthenticated(), "KeyLost from Unauthenticated"),
        (Forbidden(), OSError(), None),
    ],
    ids=["alone", "from outside", "of another service", "a refusal"],
)
def test_a_call_that_could_not_be_answered_says_for_want_of_what(
    written: io.StringIO, refusal: Refusal, cause: Exception | None, why: str | None
) -> None:
    """By the types alone: whoever is woken looks for them, and a text might hold what was sent."""
    refusal.__cause__ = cause
    line = Line(call_id="c", service="vault", method="open")
    with observed(line, None):
        line.refuse(refusal)
    [said] = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (said["event"], said["outcome"], said["why"]) == ("call", refusal.code, why)


class Broker:
    """Takes a reply, or not, and sees what was written until then."""

    def __init__(self, written: io.StringIO, *, takes: bool) -> None:
        self._written, self._takes = written, takes
        self.saw: list[tuple[bytes | None, str]] = []

    def finish(self, _taken: Taken, reply: bytes | None) -> None:
        self.saw.append((reply, self._written.getvalue()))
        if not self._takes:
            raise ConnectionResetError


@pytest.mark.parametrize("takes", [True, False])
def test_nobody_waits_for_the_line_of_their_call(
    written: io.StringIO, tmp_path: Path, takes: bool
) -> None:
    """The reply leaves first; of one that the broker did not take there is a line as well."""
    (tmp_path / "issuers.json").write_text("[]")
    served = Served(settings=settings_in(tmp_path), handlers={})
    answers: Any = Answers(CONTRACT, lambda: served)
    answers._answerer = Answerer(CONTRACT, served, RpcSettings())
    answers._intake = broker = Broker(written, takes=takes)
    delivery = Delivery(method="open", body=b"{}", headers={})
    taken = Taken(delivery=delivery, reply_to="a", correlation_id="b", channel=None, tag=1)
    if takes:
        answers._answer(taken)
    else:
        with pytest.raises(ConnectionResetError):
            answers._answer(taken)
    [(reply, before)] = broker.saw
    assert (b'"unauthenticated"' in (reply or b""), before) == (True, "")
    [said] = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (said["event"], said["outcome"]) == ("call", "unauthenticated")
