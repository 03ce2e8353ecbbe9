"""OpenTelemetry traces across RPC and events; nothing is exported unless an address is set."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON
from opentelemetry.trace import Link, Status, StatusCode
from opentelemetry.trace import Span as Span
from opentelemetry.trace import SpanKind as SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("carnet")
_exports = False


def set_up_traces(process: str, otlp_endpoint: str | None = None) -> None:
    """``otlp_endpoint``: full address that takes OTLP over HTTP (``.../v1/traces``)."""
    global _exports  # noqa: PLW0603 - as the library's own provider, it is of the process
    trace.set_tracer_provider(provider_of(process, otlp_endpoint))
    _exports = otlp_endpoint is not None


def provider_of(process: str, otlp_endpoint: str | None) -> TracerProvider:
    resource = Resource({"service.name": process})
    # With nowhere to send them spans are not kept, but their ids are: the log lines of one call
    # have one trace id in every service.
    provider = TracerProvider(DEFAULT_ON if otlp_endpoint else ALWAYS_OFF, resource)
    if otlp_endpoint:
        provider.add_span_processor(_sent_to(otlp_endpoint))
    return provider


def _sent_to(otlp_endpoint: str) -> SpanProcessor:
    # Here, since with protobuf it weighs 3 MB in a process that exports nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    return BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp_endpoint))


def exports() -> bool:
    """Whether anybody sees the traces of this process: else nothing is kept for them."""
    return _exports


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    parent: str | None = None,
    causes: Sequence[str] = (),
) -> Iterator[Span]:
    """A step of a trace; ``parent`` is the ``traceparent`` (W3C) it came with. ``causes``: those
    of traces that ended long before, to which this one is linked.

    Of an exception only its type is kept: its text could hold what the request held.
    """
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        name,
        context,
        kind,
        links=_links(causes),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _links(causes: Sequence[str]) -> list[Link]:
    headers = ({"traceparent": cause} for cause in causes)
    spans = (trace.get_current_span(_PROPAGATOR.extract(header)) for header in headers)
    contexts = [span.get_span_context() for span in spans]
    return [Link(context) for context in contexts if context.is_valid]


def traceparent() -> str | None:
    """The header that continues the current trace elsewhere."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def trace_id() -> str | None:
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def attributes(current: Span, values: Mapping[str, str | int]) -> None:
    """Names from our own code only, as for metrics."""
    for name, value in values.items():
        current.set_attribute(f"carnet.{name}", value)
