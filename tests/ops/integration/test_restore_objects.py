"""The drill with documents' contents: a real object store that loses them."""

import hashlib
import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from scripts.machine.seaweedfs import ObjectStore
from shared.kernel.common import CommonSettings
from shared.stores.objects import Objects, open_objects
from tests.ops.world import Operated


@pytest.fixture
def carnet(carnet: Operated) -> Operated:
    carnet.write("vault", 1)
    return carnet


def bucket(carnet: Operated, name: str = "vault") -> Objects:
    return open_objects(CommonSettings.read(carnet.environ), name)


def stored(objects: Objects) -> Iterator[tuple[str, bytes, str | None]]:
    for key in objects.list():
        stat = objects.stat(key)
        yield key, b"".join(objects.get(key)), stat.sha256 if stat else None


def lose(objects: Objects, *keys: str) -> None:
    for key in keys or tuple(objects.list()):
        objects.delete(key)


def test_objects_come_back_as_they_were(carnet: Operated) -> None:
    """Bytes and digest, in the bucket of each service, larger than what is read at once too."""
    vault, tiles = bucket(carnet), bucket(carnet, "audit")
    contents = {f"{n}/{uuid4()}": os.urandom(size) for n, size in enumerate((1, 70_000, 3 << 20))}
    for key, content in contents.items():
        vault.put_once(key, iter([content]), len(content))
    tiles.put("tile/0", b"hashes")
    assert "4 objects" in carnet.done("backup", str(carnet.folder))
    lose(vault)
    lose(tiles)
    assert "4 objects put back" in carnet.done("restore", str(carnet.folder))
    assert set(stored(vault)) == {
        (key, content, hashlib.sha256(content).hexdigest()) for key, content in contents.items()
    }
    assert tiles.read("tile/0") == b"hashes"
    assert "0 findings" in carnet.done("sweep", str(carnet.folder))


def test_what_is_there_is_left_as_it_is(carnet: Operated) -> None:
    """An object that came after the backup stays, and none is written over."""
    vault = bucket(carnet)
    vault.put("before", b"as backed up")
    carnet.done("backup", str(carnet.folder))
    vault.put("before", b"as it is")
    vault.put("after", b"newer")
    assert "0 objects put back" in carnet.done("restore", str(carnet.folder))
    assert (vault.read("before"), vault.read("after")) == (b"as it is", b"newer")


def test_a_backup_refuses_an_object_that_is_not_what_was_stored(
    carnet: Operated, objects: ObjectStore
) -> None:
    """Or a good copy would be followed by a bad one, and nobody would know which is which."""
    vault = bucket(carnet)
    vault.put_once("a", iter([b"content"]), 7)
    name = carnet.environ["CARNET_S3_BUCKET_PREFIX"] + "vault"
    headers: dict[str, str | list[str] | tuple[str]] = {
        "x-amz-meta-sha256": hashlib.sha256(b"content").hexdigest()
    }
    objects.client()._put_object(name, "a", b"changed", headers=headers)
    refused = carnet.run("backup", str(carnet.folder))
    assert refused.exit_code == 1
    assert "the object a is not what was stored" in refused.stderr
    assert not (carnet.folder / "objects" / "vault" / "a").exists()
    assert list((carnet.folder / "sets").iterdir()) == []
