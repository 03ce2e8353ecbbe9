"""Stands between the services and one server: cuts, silences and slows what passes."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from ssl import SSLContext
from threading import Thread
from typing import Any

CHUNK = 65536
Address = tuple[str, int]


class Proxy:
    """``upstream``: asked at each connection, since a server that starts anew may have moved.
    ``tls``: callers speak TLS to us; what is behind does not.

    All of it happens in one thread, that of ``loop``; others ask it to.
    """

    def __init__(self, upstream: Callable[[], Address], tls: SSLContext | None = None) -> None:
        self._upstream = upstream
        self._delay = 0.0
        self._cut = False
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxy")
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=tls))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection ends, and no new one lasts: the network is gone."""
        self._run(self._set(cut=True))

    def silence(self) -> None:
        """Connections stay, and nothing passes: nobody is told."""
        self._run(self._set(silent=True))

    def slow(self, seconds: float) -> None:
        """Everything takes so long to pass, each way."""
        self._run(self._set(delay=seconds))

    def mend(self) -> None:
        """What was held back passes."""
        self._run(self._set())

    def close(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _set(self, *, cut: bool = False, silent: bool = False, delay: float = 0.0) -> None:
        self._cut, self._delay = cut, delay
        if silent:
            self._open.clear()
        else:
            self._open.set()
        if cut:
            self._drop()

    async def _end(self) -> None:
        self._server.close()
        self._drop()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._cut:
                raise OSError("cut")
            there, back = await asyncio.open_connection(*self._upstream())
        except OSError:
            writer.transport.abort()
            return
        for end in (writer, back):
            self._writers.add(end)
        for source, target in ((reader, back), (there, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                while data := await source.read(CHUNK):
                    if self._delay:
                        await asyncio.sleep(self._delay)
                    await self._open.wait()
                    target.write(data)
                    await target.drain()
        finally:
            self._writers.discard(target)
            target.close()


@contextmanager
def proxied(upstream: Callable[[], Address], tls: SSLContext | None = None) -> Iterator[Proxy]:
    proxy = Proxy(upstream, tls)
    try:
        yield proxy
    finally:
        proxy.close()
