"""The published log in a real S3 store, read by a stranger with the public key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from minio.error import S3Error

from scripts.machine.seaweedfs import ObjectStore
from services.audit.adapters.files import BucketFiles, FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.domain.growth import Fork
from services.audit.domain.proofs import LogReader
from shared.crypto.signatures import check_ed25519
from shared.kernel.errors import InvalidRequest, NotFound, StaleRead, Unavailable
from shared.kernel.merkle import check_consistency, check_inclusion, leaf_hash
from shared.stores.objects import Objects
from shared.stores.settings import EventStoreSettings
from tests.audit import independent
from tests.audit.logs import VERIFIER, batch, digest, open_tree, publisher


@pytest.fixture
def files(objects: ObjectStore, bucket: str) -> BucketFiles:
    return BucketFiles(Objects(objects.client(), bucket))


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[SqlTree]:
    home, tree = open_tree(EventStoreSettings(data_dir=tmp_path))
    with home:
        yield tree


@pytest.fixture
def reader(files: BucketFiles, tree: SqlTree) -> LogReader:
    return LogReader(files=files, places=tree, verifier=VERIFIER, check=check_ed25519)


def test_a_stranger_reads_and_checks_the_bucket(
    tree: SqlTree, files: BucketFiles, objects: ObjectStore, bucket: str
) -> None:
    """With an S3 client, the specifications and the public key; our code has no part in it."""
    tree.append(batch("vault", 0, 300))
    publisher(tree, files).publish()
    tree.append(batch("access", 0, 30))
    publisher(tree, files).publish()
    client = objects.client()

    def read(path: str) -> bytes:
        answer = client.get_object(bucket, path)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    assert independent.read_log(read, str(VERIFIER)) == [
        *(digest("vault", n) for n in range(1, 301)),
        *(digest("access", n) for n in range(1, 31)),
    ]
    with pytest.raises(S3Error):
        read("tile/1/001.p/1")


def test_what_is_stored_stays(files: BucketFiles) -> None:
    """A tile that is there with another content stops the log; the same content is no matter."""
    files.put_once("tile/0/000.p/1", bytes(32))
    files.put_once("tile/0/000.p/1", bytes(32))

    with pytest.raises(Fork):
        files.put_once("tile/0/000.p/1", bytes(31) + b"\x01")

    assert files.get("tile/0/000.p/1") == bytes(32)
    assert files.get("tile/0/001") is None


def test_proofs_from_the_bucket(tree: SqlTree, files: BucketFiles, reader: LogReader) -> None:
    """Inclusion of an event, and consistency of two trees, from published files alone."""
    tree.append(batch("vault", 0, 290))
    publisher(tree, files).publish()
    tree.append(batch("access", 0, 20))
    publisher(tree, files).publish()
    signed = reader.checkpoint()

    proof = reader.prove_inclusion("access", 7)
    consistency = reader.prove_consistency(290, 0)

    assert proof.index == 296
    assert proof.entry == digest("access", 7)
    leaf = leaf_hash(digest("access", 7))
    assert check_inclusion(296, 310, leaf, proof.path, signed.checkpoint.root)
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert "\nindex 296\n" in proof.text
    assert proof.text.endswith(f"\n\n{signed.note}")
    entries = [digest("vault", n) for n in range(1, 291)]
    assert consistency.old_root == independent.mth(entries)
    assert check_consistency(
        290, 310, consistency.path, consistency.old_root, signed.checkpoint.root
    )


def test_what_cannot_be_proven_is_said(
    tree: SqlTree, files: BucketFiles, reader: LogReader
) -> None:
    """No checkpoint yet, no such event, not covered yet, sizes out of range."""
    with pytest.raises(Unavailable):
        reader.checkpoint()
    tree.append(batch("vault", 0, 2))
    publisher(tree, files).publish()
    tree.append(batch("vault", 2, 3))

    with pytest.raises(NotFound):
        reader.prove_inclusion("vault", 4)
    with pytest.raises(StaleRead):
        reader.prove_inclusion("vault", 3)
    with pytest.raises(InvalidRequest):
        reader.prove_consistency(1, 3)


def test_exported_is_the_same_log(tree: SqlTree, files: BucketFiles, tmp_path: Path) -> None:
    """A folder in the same layout serves as well as the bucket."""
    tree.append(batch("vault", 0, 5))
    to = FolderFiles(tmp_path / "exported")
    publisher(tree, files).publish()
    for path in ("checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"):
        to.put(path, files.get(path) or b"")

    def read(path: str) -> bytes:
        return (tmp_path / "exported" / path).read_bytes()

    assert len(independent.read_log(read, str(VERIFIER))) == 5
