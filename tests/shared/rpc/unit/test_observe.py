"""What the line of a call says of what is out of reach."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.kernel.errors import Forbidden, Refusal, Unauthenticated, Unavailable
from shared.rpc.observe import Line, observed
from shared.telemetry.logs import set_up_logs


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
