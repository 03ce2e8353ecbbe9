"""ClamAV's daemon, asked over a socket: command INSTREAM of its protocol (man clamd)."""

import socket
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

from shared.kernel.errors import Unavailable
from shared.kernel.settings import SettingsError

CHUNK = 64 * 1024
MAX_ANSWER = 4096
"""Bytes of an answer; a longer one is no answer of clamd."""


class Clamd:
    """``address``: ``tcp://host:port`` or ``unix:///path``. ``timeout``: seconds of each step.

    A daemon that is away, slow, or that answers anything but a verdict raises ``Unavailable``.
    """

    def __init__(self, address: str, timeout: float) -> None:
        parts = urlsplit(address)
        if not (
            (parts.scheme == "tcp" and parts.hostname and parts.port)
            or (parts.scheme == "unix" and parts.path)
        ):
            raise SettingsError("CARNET_VAULT_CLAMD is tcp://host:port or unix:///path")
        self._parts = parts
        self._timeout = timeout

    def infection(self, data: bytes) -> str | None:
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for chunk in _chunks(data):
                    connection.sendall(struct.pack(">I", len(chunk)) + chunk)
                connection.sendall(struct.pack(">I", 0))
                answer = _answer(connection)
        except OSError as error:
            raise Unavailable("The antivirus is out of reach; nothing is taken meanwhile.") from (
                error
            )
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise Unavailable("The antivirus did not say whether the content is clean.")

    def _connected(self) -> socket.socket:
        if self._parts.scheme == "tcp":
            address = (self._parts.hostname or "", self._parts.port or 0)
            return socket.create_connection(address, timeout=self._timeout)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._timeout)
        try:
            connection.connect(self._parts.path)
        except OSError:
            connection.close()
            raise
        return connection


def _chunks(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), CHUNK):
        yield data[at : at + CHUNK]


def _answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < MAX_ANSWER:
        part = connection.recv(MAX_ANSWER)
        if not part:
            break
        answer += part
    return answer.split(b"\0", 1)[0].decode("ascii", "replace").strip()
