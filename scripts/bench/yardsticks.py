"""The same hop without us: raw AMQP, and nameko as it comes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from time import monotonic, perf_counter
from typing import Any

import amqp
import kombu
from faststream.rabbit import RabbitBroker
from nameko.exceptions import RpcTimeout
from nameko.standalone.rpc import ClusterRpcProxy

from scripts.bench.echoes import echoing

STOCK, FASTSTREAM = "scripts.bench.stock", "scripts.bench.faststream_echo"
ECHO = "bench.echo"
BODY = b'{"args": [], "kwargs": {"text": "essai"}}'
SECONDS = 3.0
CALLERS = 16


def raw_sequential(uri: str) -> float:
    """Round trips a second through two exclusive queues: the least an RPC over AMQP can cost."""
    with kombu.Connection(uri) as server, kombu.Connection(uri) as caller:
        answering: amqp.Channel = server.default_channel
        asking: amqp.Channel = caller.default_channel
        answering.queue_declare(ECHO, exclusive=True)
        reply_to = asking.queue_declare("", exclusive=True).queue
        answered: list[amqp.Message] = []

        def echo(message: amqp.Message) -> None:
            answering.basic_publish(amqp.Message(message.body), routing_key=message.reply_to)

        answering.basic_consume(ECHO, no_ack=True, callback=echo)
        asking.basic_consume(reply_to, no_ack=True, callback=answered.append)

        def trip() -> None:
            asking.basic_publish(amqp.Message(BODY, reply_to=reply_to), routing_key=ECHO)
            server.drain_events(timeout=10)
            caller.drain_events(timeout=10)

        return rate_of(trip)


def stock_sequential(uri: str) -> float:
    with echoing(STOCK, uri), ClusterRpcProxy({"AMQP_URI": uri}, timeout=SECONDS) as cluster:
        cluster.bench_stock.echo(text="essai")
        return rate_of(lambda: cluster.bench_stock.echo(text="essai"))


def stock_concurrent(uri: str) -> float:
    """Each caller has a proxy of its own, as stock nameko's callers have."""

    def call(done: list[int]) -> None:
        with ClusterRpcProxy({"AMQP_URI": uri}, timeout=SECONDS) as cluster:
            until, count = monotonic() + SECONDS, 0
            with suppress(RpcTimeout):  # one in many runs never gets an answer; its calls count
                while monotonic() < until:
                    cluster.bench_stock.echo(text="essai")
                    count += 1
            done.append(count)

    with echoing(STOCK, uri):
        return float(sum(together(call))) / SECONDS


def faststream_sequential(uri: str) -> float:
    return asyncio.run(_faststream(uri, 1))


def faststream_concurrent(uri: str) -> float:
    return asyncio.run(_faststream(uri, CALLERS))


async def _faststream(uri: str, callers: int) -> float:
    """One connection, as many requests under way as callers."""
    count = 0

    async def call(broker: RabbitBroker, until: float) -> None:
        nonlocal count
        while monotonic() < until:
            await broker.request("essai", queue="bench_faststream", timeout=SECONDS)
            count += 1

    with echoing(FASTSTREAM, uri):
        async with RabbitBroker(uri, logger=None) as broker:
            await broker.start()
            await call(broker, monotonic() + 0.3)
            count = 0
            until = monotonic() + SECONDS
            await asyncio.gather(*(call(broker, until) for _ in range(callers)))
    return count / SECONDS


def rate_of(work: Callable[[], object], warm_up: int = 100) -> float:
    """How often a second, one after another; the first ones warm up and do not count."""
    for _ in range(warm_up):
        work()
    began, count = perf_counter(), 0
    while perf_counter() - began < SECONDS:
        work()
        count += 1
    return count / (perf_counter() - began)


def together(work: Callable[[list[Any]], None]) -> list[Any]:
    """What :data:`CALLERS` threads put in the list they are given."""
    done: list[Any] = []
    threads = [Thread(target=work, args=(done,)) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
