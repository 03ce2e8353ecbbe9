"""Traces across RPC and events: OpenTelemetry's where an address for them is set, else their ids
alone, so that the log lines of one call have one trace id in every service."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from enum import StrEnum
from os import urandom
from typing import Protocol

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, 3.2: version, trace, the step that calls, flags."""
_UNSAMPLED = "00"
_here: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""Of the step under way, where nothing is exported."""


class SpanKind(StrEnum):
    """OpenTelemetry's names."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"


class Span(Protocol):
    """A step that is kept."""

    def set_attribute(self, key: str, value: str | int) -> None: ...


class Exporter(Protocol):
    """See ``exporting.py``."""

    def span(
        self, name: str, kind: str, parent: str | None, causes: Sequence[str]
    ) -> AbstractContextManager[Span]: ...

    def traceparent(self) -> str | None: ...


_exporter: Exporter | None = None


def set_up_traces(process: str, otlp_endpoint: str | None = None) -> None:
    """``otlp_endpoint``: full address that takes OTLP over HTTP (``.../v1/traces``)."""
    global _exporter  # noqa: PLW0603 - of the process, as the library's own provider would be
    if otlp_endpoint:
        from shared.telemetry import exporting  # noqa: PLC0415 - 6 MB, and see there

        _exporter = exporting.Exporting(exporting.provider_to(otlp_endpoint, process))


def exports() -> bool:
    """Whether anybody sees the traces of this process: else nothing is kept for them."""
    return _exporter is not None


def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: str | None = None,
    causes: Sequence[str] = (),
) -> AbstractContextManager[Span | None]:
    """A step of a trace; ``parent`` is the ``traceparent`` (W3C) it came with. ``causes``: those
    of traces that ended long before, to which this one is linked.

    Of an exception only its type is kept: its text could hold what the request held.
    """
    if _exporter is not None:
        return _exporter.span(name, kind, parent, causes)
    return _numbered(parent)


@contextmanager
def _numbered(parent: str | None) -> Iterator[None]:
    before = _here.get() if parent is None else parent
    known = _TRACEPARENT.fullmatch(before) if before else None
    trace = known[1] if known else urandom(16).hex()
    token = _here.set(f"00-{trace}-{urandom(8).hex()}-{_UNSAMPLED}")
    try:
        yield
    finally:
        _here.reset(token)


def traceparent() -> str | None:
    """The header that continues the current trace elsewhere."""
    return _exporter.traceparent() if _exporter is not None else _here.get()


def trace_id() -> str | None:
    header = traceparent()
    return header.split("-")[1] if header else None


def attributes(current: Span | None, values: Mapping[str, str | int]) -> None:
    """Names from our own code only, as for metrics."""
    if current is not None:
        for name, value in values.items():
            current.set_attribute(f"carnet.{name}", value)
