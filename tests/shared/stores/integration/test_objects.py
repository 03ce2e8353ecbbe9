"""Objects on real S3 servers, of two makers, and in the double of other tests."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.machine.seaweedfs import ObjectStore
from shared.kernel.common import CommonSettings
from shared.kernel.errors import TooLarge, Unavailable
from shared.stores.objects import LARGEST, AlreadyThere, NotThere, Objects, Stat, open_objects
from tests.support.memory_objects import MemoryObjects
from tests.support.second_s3 import SecondStore


def settings_of(endpoint: str, store: ObjectStore | SecondStore) -> CommonSettings:
    return CommonSettings(
        environment="development",
        amqp_uri="amqp://",
        service_keys_dir=Path(),
        issuers_file=Path(),
        data_dir=Path(),
        s3_endpoint=endpoint,
        s3_access_key=store.access_key,
        s3_secret_key=store.secret_key,
        s3_bucket_prefix="",
    )


@pytest.fixture(params=["objects", "second_objects", "memory"])
def kept(request: pytest.FixtureRequest) -> Objects:
    """Two real servers, and the double of other tests."""
    if request.param == "memory":
        return MemoryObjects()
    store: ObjectStore | SecondStore = request.getfixturevalue(request.param)
    return open_objects(settings_of(store.endpoint, store), f"test-{uuid4().hex}")


def test_what_is_put_comes_back_byte_for_byte(kept: Objects) -> None:
    """
    Whatever the bytes and the chunks they came in; the digest is of the content.
    """
    content = bytes(range(256)) * 1200

    digest = kept.put_once("a/b", iter([content[:1000], b"", content[1000:]]), len(content))

    assert digest == hashlib.sha256(content).hexdigest()
    chunks = list(kept.get("a/b"))
    assert b"".join(chunks) == content
    assert len(chunks) > 1
    assert kept.stat("a/b") == Stat(len(content), digest)


def test_an_object_is_never_replaced(kept: Objects) -> None:
    """
    A second put of the key, whatever its content, changes nothing.
    """
    kept.put_once("a", [b"first"], 5)

    with pytest.raises(AlreadyThere):
        kept.put_once("a", [b"other"], 5)

    assert kept.read("a") == b"first"


def test_of_racing_puts_one_wins(kept: Objects) -> None:
    """
    The store decides, not a look beforehand: eight writers, one object, seven refusals.
    """

    def put(number: int) -> bool:
        try:
            kept.put_once("raced", [b"%d" % number], 1)
        except AlreadyThere:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(8)))

    assert won.count(True) == 1
    assert kept.read("raced") == b"%d" % won.index(True)


@pytest.mark.parametrize("said", [4, 6])
def test_a_stream_of_another_length_stores_nothing(kept: Objects, said: int) -> None:
    """
    A source cut short is not taken for a document.
    """
    with pytest.raises(ValueError, match="another length"):
        kept.put_once("cut", [b"12345"], said)

    assert kept.stat("cut") is None


def test_a_source_that_breaks_stores_nothing(kept: Objects) -> None:
    """
    Nothing is half written.
    """

    def breaking() -> Iterator[bytes]:
        yield b"12"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.put_once("broken", breaking(), 5)

    assert kept.stat("broken") is None


def test_too_large_is_refused_before_it_is_read(kept: Objects) -> None:
    """
    The limit holds without reading the stream.
    """
    with pytest.raises(TooLarge):
        kept.put_once("large", iter(()), LARGEST + 1)


def test_what_is_not_there(kept: Objects) -> None:
    """
    Each method says so in its own way, and deleting is done when nothing is left.
    """
    with pytest.raises(NotThere):
        next(kept.get("none"))
    assert kept.read("none") is None
    assert kept.stat("none") is None
    kept.delete("none")


def test_deleted_is_gone_and_may_be_put_again(kept: Objects) -> None:
    """
    Erasure of a record removes its objects.
    """
    kept.put_once("a", [b"1"], 1)

    kept.delete("a")

    assert kept.read("a") is None
    kept.put_once("a", [b"2"], 1)


def test_a_small_object_may_be_replaced(kept: Objects) -> None:
    """
    The one mutable file of the transparency log.
    """
    kept.put("checkpoint", b"1")
    kept.put("checkpoint", b"2")

    assert kept.read("checkpoint") == b"2"


def test_lists_a_prefix_in_order_and_all_pages(kept: Objects) -> None:
    """
    Deeper keys are listed too; neighbours of the prefix are not.
    """
    for key in ("r1/b", "r1/a/x", "r10/c", "r2/d"):
        kept.put_once(key, [b"x"], 1)

    assert list(kept.list("r1/")) == ["r1/a/x", "r1/b"]
    assert len(list(kept.list())) == 4


@pytest.mark.parametrize("key", ["", "/a", "a//b", "a/../b", "a/", "a b", "é", "./a"])
def test_a_key_that_could_be_another_is_refused(kept: Objects, key: str) -> None:
    """
    On some stores these are aliases: a check of one key would speak of another object.
    """
    with pytest.raises(ValueError, match="cannot be the key"):
        kept.put_once(key, [b"x"], 1)


def test_more_readers_than_connections_lose_nothing(kept: Objects) -> None:
    """
    A reader that stops in the middle gives its connection back.
    """
    content = b"x" * 300_000
    kept.put_once("big", [content], len(content))
    for _ in range(30):
        next(kept.get("big"))

    with ThreadPoolExecutor(20) as pool:
        sizes = list(pool.map(lambda _: len(kept.read("big") or b""), range(40)))

    assert sizes == [300_000] * 40


def test_a_store_that_is_down_is_unavailable(objects: ObjectStore) -> None:
    """
    A stable code within seconds, not a hanging call.
    """
    with pytest.raises(Unavailable):
        open_objects(settings_of("http://127.0.0.1:1", objects), "any")
