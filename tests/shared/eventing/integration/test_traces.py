"""From the trace of a call to those of what followed from its events, seen where traces go."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import amqp
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from shared.eventing.entrypoints import following_loops, projecting_loops
from shared.eventing.follow import queue_of
from shared.stores.event_log import NOTHING, Outcome
from shared.telemetry import traces
from shared.telemetry.exporting import Exporting, provider_to
from shared.telemetry.traces import SpanKind, span
from tests.shared.eventing.integration.test_end_to_end import channel
from tests.shared.eventing.sample import Note, records
from tests.shared.eventing.world import World, running
from tests.support.collector import Collector, collecting
from tests.support.deadline import eventually


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Collector]:
    """The tracing of this process goes there, by the exporter that processes use."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")  # milliseconds until a batch leaves
    with collecting(tmp_path) as server:
        provider = provider_to(server.endpoint, "notes")
        monkeypatch.setattr(traces, "_exporter", Exporting(provider))
        yield server
        provider.shutdown()


def consumed(amqp_uri: str) -> bool:
    """What is published from now on is delivered, not pulled."""
    connection = channel(amqp_uri)
    connection.connect()
    with suppress(amqp.NotFound), connection, connection.channel() as asking:
        queue = asking.queue_declare(queue_of("tally", "notes"), passive=True)
        return bool(queue.consumer_count)
    return False


def kept(world: World) -> int:
    with world.notes.guarded.reading() as sql:
        return int(sql("SELECT count(*) FROM notes_causes")[0][0])


def test_what_follows_from_an_event_is_linked_to_the_call_that_saved_it(
    wired: World, collector: Collector
) -> None:
    """Over the broker, to where traces are exported; once it is published nothing is kept."""
    mine, other, before = records(3)
    wired.notes.write(before, "the first one is pulled")
    with running(*following_loops(wired.following()), *projecting_loops(wired.projecting())):
        eventually(lambda: wired.tally.texts(before) and consumed(wired.amqp_uri), within=30)
        with span("notes.write", SpanKind.SERVER):
            wired.notes.commit(
                Outcome(answer=NOTHING.answer, save=[Note(mine, "a"), Note(mine, "b")])
            )
        with span("notes.write", SpanKind.SERVER):
            wired.notes.write(other, "c")
        eventually(lambda: len(collector.named("tally notes.note_written")) == 4, within=30)
        eventually(lambda: len(collector.named("notes.write")) == 2, within=30)
        eventually(lambda: kept(wired) == 0, within=30)
    first, second = ((s.trace_id, s.span_id) for s in collector.named("notes.write"))
    handled = collector.named("tally notes.note_written")[1:]
    assert {s.kind for s in handled} == {Span.SPAN_KIND_CONSUMER}
    links = [(link.trace_id, link.span_id) for s in handled for link in s.links]
    assert links == [first, first, second]
    assert first[0] not in {s.trace_id for s in handled}


def test_a_digest_is_the_same_whoever_traces(world: World, collector: Collector) -> None:
    """What is proven of an event does not depend on who looked at it."""
    (mine,) = records(1)
    with span("notes.write", SpanKind.SERVER):
        world.notes.write(mine, "a")
    assert kept(world) == 1
    [row] = world.notes.read(0, 10)
    envelope = world.outbox.envelope(row, None).model_dump_json()
    header = world.notes.causes.of([1])[1]
    assert header.split("-")[1] not in envelope
    [(position, digest)] = world.notes.leaves(0, 10).leaves
    with world.notes.guarded.writing() as sql:
        sql("DELETE FROM notes_causes")
    assert world.notes.leaves(0, 10).leaves == [(position, digest)]
    assert len(bytes.fromhex(digest)) == hashlib.sha256().digest_size


def test_where_nothing_is_exported_nothing_is_kept(world: World) -> None:
    """Not a row more in a transaction."""
    (mine,) = records(1)
    with span("notes.write", SpanKind.SERVER):
        world.notes.write(mine, "a")
    assert kept(world) == 0
