"""aiosmtpd on a socket, in a thread with its own loop."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP

from services.messaging.adapters.edge import Edge

IDLE = 120.0
"""Seconds without a word after which a client is let go."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """``max_bytes``: of one mail, as announced (RFC 1870). ``clients_ca_file``: those who may
    connect prove themselves by a certificate it signed (mutual TLS)."""

    host: str
    port: int
    max_bytes: int
    max_clients: int = 200
    cert_file: Path | None = None
    key_file: Path | None = None
    clients_ca_file: Path | None = None
    name: str = "patient.mssante.fr"

    def context(self) -> ssl.SSLContext | None:
        if self.cert_file is None:
            return None
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(self.cert_file, self.key_file)
        if self.clients_ca_file:
            made.load_verify_locations(self.clients_ca_file)
            made.verify_mode = ssl.CERT_REQUIRED
        return made


class SmtpServer:
    def __init__(self, listening: Listening, edge: Edge) -> None:
        self._listening = listening
        self._edge = edge
        self._loop = asyncio.new_event_loop()
        self._started = Event()
        self._thread = Thread(target=self._run, name="smtp", daemon=True)
        self._server: asyncio.Server | None = None
        self._clients: set[SMTP] = set()
        self.port = listening.port

    def start(self) -> "SmtpServer":
        self._server = self._loop.run_until_complete(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread.start()
        self._started.wait()
        return self

    def stop(self) -> None:
        """Connections are cut: what was not acknowledged is sent again."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def check(self) -> str | None:
        return None if self._thread.is_alive() else "the SMTP server has stopped"

    def _run(self) -> None:
        self._loop.call_soon(self._started.set)
        self._loop.run_forever()

    async def _listen(self) -> asyncio.Server:
        at = self._listening
        return await self._loop.create_server(self._client, at.host, at.port)

    def _client(self) -> SMTP:
        at, context = self._listening, self._listening.context()
        full = len(self._clients) >= at.max_clients
        return _Client(
            self._edge,
            clients=self._clients,
            full=full,
            hostname=at.name,
            ident="Carnet",
            data_size_limit=at.max_bytes,
            timeout=IDLE,
            tls_context=context,
            require_starttls=context is not None,
            loop=self._loop,
        )

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for client in list(self._clients):
            if client.transport:
                client.transport.close()
        left = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Client(SMTP):
    """Counted while it is connected; one too many is told to come back."""

    def __init__(self, edge: Edge, *, clients: set[SMTP], full: bool, **others: Any) -> None:
        super().__init__(edge, **others)
        self._clients = clients
        self._full = full

    def connection_made(self, transport: Any) -> None:
        if self._full:
            transport.write(b"421 4.3.2 too many connections: try again later\r\n")
            transport.close()
            return
        self._clients.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._clients.discard(self)
        if not self._full:
            super().connection_lost(error)
