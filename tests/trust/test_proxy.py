"""The proxy does to connections what it says: else the faults that it makes are none."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.trust.proxy import Proxy, proxied


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    while heard := peer.recv(100):
                        peer.sendall(heard)

        server = Thread(target=serve)
        server.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        server.join(10)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with proxied(lambda: ("127.0.0.1", echo)) as between:
        yield between


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def test_what_is_said_passes_and_a_cut_ends_it(proxy: Proxy) -> None:
    """Old connections and new ones; and it can be mended."""
    with connect(proxy) as old:
        old.sendall(b"a")
        assert old.recv(10) == b"a"
        proxy.cut()
        assert not_heard(old)
    with connect(proxy) as new:
        assert not_heard(new)
    proxy.mend()
    with connect(proxy) as mended:
        mended.sendall(b"b")
        assert mended.recv(10) == b"b"


def test_silence_holds_back_and_loses_nothing(proxy: Proxy) -> None:
    with connect(proxy) as peer:
        peer.sendall(b"a")
        assert peer.recv(10) == b"a"
        proxy.silence()
        peer.sendall(b"b")
        peer.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.recv(10)
        proxy.mend()
        peer.settimeout(10)
        assert peer.recv(10) == b"b"


def not_heard(peer: socket.socket) -> bool:
    try:
        return peer.recv(10) == b""
    except ConnectionError:
        return True
