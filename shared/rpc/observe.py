"""What is kept of each call: one log line, its metrics, its span. Never what was in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Refusal, Unavailable
from shared.telemetry.logs import described, log
from shared.telemetry.metrics import CALL_SECONDS, CALLS, DROPPED, IN_PROGRESS
from shared.telemetry.traces import SpanKind, attributes, span, trace_id


@dataclass(kw_only=True)
class Line:
    """Filled while the call goes on. ``method`` is one of the contract's, or ``unknown``."""

    call_id: str
    service: str
    method: str
    outcome: str = "ok"
    why: str | None = None
    """Of what is ``unavailable``: the types of the refusal and of its cause."""
    actor: Actor | None = None
    record_id: Any = None

    def refuse(self, refusal: Refusal) -> None:
        """Why something is out of reach is for whoever must mend it: types, never the text."""
        self.outcome = refusal.code
        if isinstance(refusal, Unavailable):
            raised = (refusal, refusal.__cause__)
            self.why = " from ".join(type(error).__name__ for error in raised if error)

    def drop(self, reason: str) -> None:
        self.outcome = "dropped"
        DROPPED.labels(self.service, reason).inc()

    def fail(self, error: Exception) -> None:
        """An exception nobody foresaw: its type and place for us, ``unavailable`` outside."""
        self.outcome = "unavailable"
        log.error(
            "unexpected",
            call_id=self.call_id,
            service=self.service,
            method=self.method,
            **described(error),
        )


# Found once: looking a labelled series up takes longer than counting in it.
_in_progress = cache(IN_PROGRESS.labels)
_calls = cache(CALLS.labels)
_seconds = cache(CALL_SECONDS.labels)


@contextmanager
def observed(line: Line, traceparent: Any) -> Iterator[None]:
    started = monotonic()
    parent = traceparent if isinstance(traceparent, str) else None
    with (
        _in_progress(line.service).track_inprogress(),
        span(f"{line.service}.{line.method}", SpanKind.SERVER, parent=parent) as current,
    ):
        try:
            yield
        finally:
            seconds = monotonic() - started
            attributes(current, {"call_id": line.call_id, "outcome": line.outcome})
            _calls(line.service, line.method, line.outcome).inc()
            _seconds(line.service, line.method).observe(seconds)
            _log(line, seconds)


def _log(line: Line, seconds: float) -> None:
    actor, principal = line.actor, line.actor.principal if line.actor else None
    log.info(
        "call",
        call_id=line.call_id,
        trace_id=trace_id(),
        service=line.service,
        method=line.method,
        actor=principal.kind.value if principal else None,
        via=actor.id if actor and actor.is_service else None,
        record_id=line.record_id if isinstance(line.record_id, UUID) else None,
        outcome=line.outcome,
        why=line.why,
        ms=round(seconds * 1000, 1),
    )
