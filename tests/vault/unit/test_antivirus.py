"""The antivirus: what it finds is refused, and nothing is taken while it does not answer."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.vault.adapters.clamd import CHUNK, Clamd
from shared.kernel.errors import InvalidRequest, Unavailable
from shared.kernel.settings import SettingsError
from tests.vault.cda import PDF, carrying, cda, enclosing
from tests.vault.world import METADATA, RECORD, World


@contextmanager
def peer(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """One call of clamd's protocol, played: its address, and the content it was sent."""
    taken: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack(">I", stream.read(4))[0]:
                taken.append(stream.read(size))
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        server = threading.Thread(target=serve, args=(listening,))
        server.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}", taken
        server.join(10)


def test_all_of_the_content_is_sent() -> None:
    """In chunks, each with its length, ended by an empty one (man clamd, INSTREAM)."""
    data = bytes(range(256)) * 1000

    with peer(b"stream: OK\0") as (address, taken):
        assert Clamd(address, 5).infection(data) is None

    assert b"".join(taken) == data
    assert max(map(len, taken)) == CHUNK


def test_what_was_found_is_named() -> None:
    with peer(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (address, _):
        assert Clamd(address, 5).infection(PDF) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"stream: OK but",
        b"",
    ],
)
def test_anything_but_a_verdict_stops_the_deposit(answer: bytes) -> None:
    """A daemon that did not look says nothing good of a content."""
    with peer(answer) as (address, _), pytest.raises(Unavailable):
        Clamd(address, 5).infection(PDF)


def test_a_daemon_that_is_away_stops_the_deposit(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/none.sock"):
        with pytest.raises(Unavailable):
            Clamd(address, 5).infection(PDF)


def test_a_daemon_that_hangs_stops_the_deposit() -> None:
    """It accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        Clamd(f"tcp://127.0.0.1:{silent.getsockname()[1]}", 0.2).infection(PDF)


@pytest.mark.parametrize("address", ["localhost:3310", "tcp://host", "unix:", "http://x:1/y"])
def test_a_wrong_address_stops_the_start(address: str) -> None:
    with pytest.raises(SettingsError):
        Clamd(address, 5)


class FoundIn:
    """Finds one word, in what it is given as it is."""

    def __init__(self, word: bytes) -> None:
        self._word = word

    def infection(self, data: bytes) -> str | None:
        return "Test.Word" if self._word in data else None


class Away:
    def infection(self, data: bytes) -> str | None:
        raise Unavailable


@pytest.mark.parametrize("body", [None, enclosing, carrying])
def test_the_infected_are_refused(tmp_path: Path, body: Callable[[bytes], str] | None) -> None:
    """Also inside a level 1 CDA and beside the words of others, where the bytes are in base64."""
    infected = PDF.replace(b"Catalog", b"Catalog%EVIL")
    world = World(tmp_path, scanner=FoundIn(b"EVIL"))
    content = cda(body=body(infected)) if body else infected
    where: dict[str, Any] = {} if body else {"record_id": str(RECORD), "metadata": METADATA}
    with pytest.raises(InvalidRequest) as refused:
        world.deposit(content, **where)
    world.vault.close()

    field = "content.body" if body else "content"
    assert refused.value.fields == {field: "is infected: Test.Word"}
    assert world.objects.kept == {}


def test_nothing_is_taken_while_nobody_looks(tmp_path: Path) -> None:
    """It fails closed."""
    world = World(tmp_path, scanner=Away())
    with pytest.raises(Unavailable):
        world.deposit(cda())
    world.vault.close()

    assert world.objects.kept == {}
