"""How a process ends whose stores do not answer when it starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from greenlet import GreenletExit

from shared.kernel.errors import Refusal, Unavailable
from shared.telemetry.logs import log


class NotStarted(GreenletExit):  # type: ignore[misc]  # greenlet has no types
    """It was said why; all there is to do is to end with ``code``.

    Stores are opened in green threads, and eventlet prints the trace of whatever leaves one: of
    this alone it does not, yet hands it on to who waits for the start.
    """

    code = os.EX_UNAVAILABLE
    """69, of sysexits.h: whoever supervises the process starts it again."""


@contextmanager
def starting(name: str) -> Iterator[None]:
    """One line that says what is out of reach, and :class:`NotStarted`. Anything else that is
    raised is a mistake, and shows where.
    """
    try:
        yield
    except Unavailable as outage:
        log.error("not_started", services=[name], error=outage.code, why=_why(outage))
        raise NotStarted from None


def _why(outage: Unavailable) -> str:
    """What was asked, and what lies between: keyring is asked through the broker."""
    behind = outage.__cause__
    return f"{outage.message} ({behind.message})" if isinstance(behind, Refusal) else outage.message
