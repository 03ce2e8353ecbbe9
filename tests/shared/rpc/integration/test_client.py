"""The one long-lived client: many callers, a broker that comes and goes."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.rabbitmq import Broker, running_broker
from shared.kernel.errors import DeadlineExceeded, Refusal, Unavailable
from shared.rpc.client import RpcClient
from shared.rpc.deadline import bounded, until
from tests.shared.rpc.place import Place, serving
from tests.support.deadline import eventually


def test_concurrent_callers_get_their_own_answers(place: Place) -> None:
    """One connection, forty callers on plain threads: no reply may go to another."""
    with place.client() as client, ThreadPoolExecutor(40) as pool:
        names = [uuid4().hex for _ in range(400)]
        texts = list(pool.map(lambda n: place.greet(client, name=n)["text"], names))
        assert texts == [f"hello {name} " for name in names]


def test_an_absent_service_is_unavailable_at_once(place: Place) -> None:
    """Mandatory publishing: nobody should wait out a deadline for nobody."""
    with place.client() as client:
        place.greet(client)
        started = time.monotonic()
        with pytest.raises(Unavailable, match="no absent service"):
            client.call("absent", "anything", {}, token="x", timeout=10)
        assert time.monotonic() - started < 1


def test_a_late_reply_is_dropped(place: Place) -> None:
    """Its caller has gone; the next call must not get it."""
    with place.client() as client:
        with pytest.raises(DeadlineExceeded):
            client.call("greeter", "nap", {"seconds": 0.8}, token=place.patient(), timeout=0.2)
        eventually(lambda: "nap" in place.ran())
        assert place.greet(client)["text"] == "hello you "
        assert client._waiting == {}


def test_a_deadline_is_carried_to_the_calls_it_leads_to_and_no_further() -> None:
    """Nested calls never outlive the caller who waits for them; the next request is another."""
    with until(time.time() + 0.5):
        assert bounded(10) < time.time() + 0.6
    assert bounded(10) > time.time() + 9


def test_no_broker_is_unavailable(tmp_path: Path) -> None:
    with RpcClient("pyamqp://guest:guest@127.0.0.1:1//") as client, pytest.raises(Unavailable):
        client.call("greeter", "greet", {}, token="x", timeout=2)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    with running_broker(tmp_path / "rabbitmq") as broker:
        yield broker


def test_the_broker_dies_and_comes_back(own_broker: Broker, tmp_path: Path) -> None:
    """Calls under way are told so at once; both sides connect again by themselves."""
    uri = own_broker.uri(own_broker.new_vhost())
    with serving(uri, tmp_path) as place, place.client() as client:
        place.greet(client)
        with ThreadPoolExecutor(1) as pool:
            nap = {"seconds": 30}
            waiting = pool.submit(
                client.call, "greeter", "nap", nap, token=place.patient(), timeout=40
            )
            eventually(lambda: place.metric("carnet_rpc_calls_in_progress", service="greeter") == 1)
            own_broker.crash()
            with pytest.raises(Unavailable, match="the outcome is unknown"):
                waiting.result(timeout=10)
        with pytest.raises(Unavailable):
            place.greet(client)
        own_broker.start()
        eventually(lambda: _greeted(place, client), within=30)
        place.process.kill()  # its nap is not over; the polite stop is for the other tests
        place.process.wait()
        place.process.returncode = 0


def test_a_blocked_broker_is_unavailable_and_recovers(own_broker: Broker, tmp_path: Path) -> None:
    """RabbitMQ out of memory stops reading from publishers: callers must not hang on a socket."""
    uri = own_broker.uri(own_broker.new_vhost())
    with serving(uri, tmp_path) as place, place.client() as client:
        place.greet(client)
        own_broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
        started = time.monotonic()
        assert eventually(partial(_is_unavailable, place, client, 0), within=5)
        for large in (0, 40_000_000):
            with place.client() as fresh:  # not told yet: it learns in the middle of a message
                eventually(partial(_is_unavailable, place, fresh, large), within=5)
        assert time.monotonic() - started < 10, "unavailable comes before the deadline"
        own_broker.control("set_vm_memory_high_watermark", "0.4")
        eventually(lambda: _greeted(place, client), within=30)


def _is_unavailable(place: Place, client: RpcClient, size: int) -> bool:
    """The first publish may still get through, before the broker has said anything."""
    try:
        place.greet(client, name="x" * size, times=0)
    except Unavailable:
        return True
    return False


def _greeted(place: Place, client: RpcClient) -> bool:
    try:
        return bool(place.greet(client))
    except Refusal:
        return False
