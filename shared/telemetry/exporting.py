"""Traces that go somewhere, by OpenTelemetry. With protobuf it weighs 6 MB: imported by a process
that was given an address for them, and by no other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


def provider_to(endpoint: str, process: str) -> TracerProvider:
    """``endpoint``: full address that takes OTLP over HTTP (``.../v1/traces``)."""
    provider = TracerProvider(resource=Resource({"service.name": process}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


class Exporting:
    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("carnet")

    @contextmanager
    def span(
        self, name: str, kind: str, parent: str | None, causes: Sequence[str]
    ) -> Iterator[Span]:
        context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context,
            SpanKind[kind],
            links=_links(causes),
            record_exception=False,
            set_status_on_exception=False,
        ) as current:
            try:
                yield current
            except BaseException as error:
                current.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get("traceparent")


def _links(causes: Sequence[str]) -> list[Link]:
    headers = ({"traceparent": cause} for cause in causes)
    spans = (trace.get_current_span(_PROPAGATOR.extract(header)) for header in headers)
    contexts = [span.get_span_context() for span in spans]
    return [Link(context) for context in contexts if context.is_valid]
