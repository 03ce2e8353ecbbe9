"""One trace across services; nothing of a failure's text in it."""

import re

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry import traces
from shared.telemetry.exporting import Exporting
from shared.telemetry.traces import SpanKind, span, trace_id, traceparent


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_exporter", Exporting(provider))
    return exporter


def test_the_header_continues_the_trace(spans: InMemorySpanExporter) -> None:
    """What a client sends in nameko.traceparent is what the server starts from."""
    with span("vault.open", SpanKind.CLIENT):
        header, first = traceparent(), trace_id()
    with span("access.decide", SpanKind.SERVER, parent=header):
        assert trace_id() == first
    caller, callee = spans.get_finished_spans()
    assert callee.parent
    assert callee.parent.span_id == caller.context.span_id


@pytest.mark.parametrize("header", ["", "garbage", "00-0-0-00", "é" * 60])
def test_a_header_that_is_none_starts_a_trace(spans: InMemorySpanExporter, header: str) -> None:
    with span("vault.open", SpanKind.SERVER, parent=header):
        assert trace_id()


@pytest.mark.parametrize("header", ["", "garbage", "00-0-0-00", "é" * 60], ids=str.__len__)
def test_a_cause_that_is_none_links_nothing(spans: InMemorySpanExporter, header: str) -> None:
    """Whoever may publish could put anything there."""
    with span("tally notes.note_written", SpanKind.CONSUMER, causes=[header]):
        pass
    (kept,) = spans.get_finished_spans()
    assert not kept.links


def test_without_an_address_a_trace_is_its_ids() -> None:
    """Log lines of one call have one trace id in every service, whether or not anybody keeps it."""
    with span("vault.open", SpanKind.CLIENT):
        header, first = traceparent(), trace_id()
    assert (traceparent(), trace_id()) == (None, None)
    with span("access.decide", SpanKind.SERVER, parent=header):
        assert trace_id() == first
        assert traceparent() != header, "each step has an id of its own"
        with span("identity.resolve", SpanKind.CLIENT):
            assert trace_id() == first
    assert header
    context = TraceContextTextMapPropagator().extract({"traceparent": header})
    assert f"{get_current_span(context).get_span_context().trace_id:032x}" == first


@pytest.mark.parametrize(
    "header", ["", "garbage", "00-0-0-00", "é" * 60, f"00-{'0' * 32}-{'1' * 16}-01"]
)
def test_without_an_address_a_header_that_is_none_starts_a_trace(header: str) -> None:
    with span("vault.open", SpanKind.SERVER, parent=header):
        assert re.fullmatch(r"[0-9a-f]{32}", trace_id() or "")
        assert trace_id() != "0" * 32


def test_a_failure_leaves_its_type_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="KAMARA"), span("vault.open"):
        raise ValueError("KAMARA")
    (kept,) = spans.get_finished_spans()
    assert kept.status.description == "ValueError"
    assert "KAMARA" not in kept.to_json()
