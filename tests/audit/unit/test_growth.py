"""The log grows, is killed, and goes on: it never forks and never loses a leaf."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.domain.batch import Hole, OtherEpoch, Place
from services.audit.domain.growth import Fork, Publisher
from shared.stores.guard import Sql
from shared.stores.settings import EventStoreSettings
from tests.audit import independent
from tests.audit.logs import (
    PRIVATE,
    VERIFIER,
    Fragile,
    Killed,
    Plan,
    batch,
    digest,
    folder_files,
    open_tree,
    publisher,
)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[SqlTree]:
    home, tree = open_tree(EventStoreSettings(data_dir=tmp_path / "data"))
    with home:
        yield tree


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "log")


def published(tmp_path: Path) -> list[bytes]:
    """What a stranger reads and checks, with nothing but the files and the public key."""
    return independent.read_log(folder_files(tmp_path / "log"), str(VERIFIER))


def test_every_leaf_is_published_in_order(
    tree: SqlTree, files: FolderFiles, tmp_path: Path
) -> None:
    """Two services, interleaved: each keeps its own order, and a stranger can check all."""
    tree.append(batch("vault", 0, 3))
    tree.append(batch("access", 0, 2))
    tree.append(batch("vault", 3, 5))

    publisher(tree, files).publish()

    assert published(tmp_path) == [
        *(digest("vault", n) for n in (1, 2, 3)),
        *(digest("access", n) for n in (1, 2)),
        *(digest("vault", n) for n in (4, 5)),
    ]
    assert [tree.run_of("vault", n).index_of(n) for n in (3, 4)] == [2, 5]  # type: ignore[union-attr]  # they were appended


def test_a_proof_reads_each_file_once(tree: SqlTree, files: FolderFiles) -> None:
    """Every second, from an object store: a tile holds most of what a proof is made of."""
    read: list[str] = []

    class Reading(FolderFiles):
        def get(self, path: str) -> bytes | None:
            read.append(path)
            return super().get(path)

        def put_once(self, path: str, data: bytes) -> None:
            already = len(read)
            super().put_once(path, data)
            del read[already:]  # it looks what is there

    tree.append(batch("vault", 0, 300))
    publisher(tree, files).publish()
    tree.append(batch("vault", 300, 350))

    publisher(tree, Reading(files._folder)).publish()

    proven = [path for path in read if path.startswith("tile/")]
    assert sorted(proven) == ["tile/0/001.p/94", "tile/1/000.p/1"]


def test_nothing_new_signs_nothing(tree: SqlTree, files: FolderFiles) -> None:
    """A checkpoint is published when something is new, and only then."""
    tree.append(batch("vault", 0, 1))
    first = publisher(tree, files).publish()

    assert first is not None
    assert first.size == 1
    assert publisher(tree, files).publish() is None


@pytest.mark.parametrize("sizes", [[255, 1, 1], [256], [257, 300], [700, 70_000 - 700]])
def test_tiles_at_their_borders(
    tree: SqlTree, files: FolderFiles, tmp_path: Path, sizes: list[int]
) -> None:
    """Partial tiles become full ones, levels rise; every tree signed is the one of its leaves."""
    position, expected = 0, []
    for size in sizes:
        tree.append(batch("vault", position, position + size))
        expected += [digest("vault", n) for n in range(position + 1, position + size + 1)]
        position += size
        while publisher(tree, files).publish():
            pass
        assert published(tmp_path) == expected


def test_repeated_batches_add_nothing(tree: SqlTree) -> None:
    """A message that comes twice, or overlaps what was pulled, is one leaf per event."""
    assert tree.append(batch("vault", 0, 4)) == 4
    assert tree.append(batch("vault", 0, 4)) == 0
    assert tree.append(batch("vault", 2, 6)) == 2
    assert tree.size() == 6


def test_a_hole_is_refused(tree: SqlTree) -> None:
    """Ranges must meet: nothing is appended above events that are not in the log."""
    tree.append(batch("vault", 0, 4))

    with pytest.raises(Hole) as hole:
        tree.append(batch("vault", 5, 6))

    assert hole.value.at == 4
    assert tree.size() == 4


def test_positions_a_store_skipped_are_no_hole(tree: SqlTree) -> None:
    """PostgreSQL spends a position on a save that was refused; the range says it is empty."""
    tree.append(batch("vault", 0, 6, skip=[3, 6]))
    tree.append(batch("vault", 6, 8))

    assert tree.size() == 6
    assert tree.run_of("vault", 3) is None
    assert [tree.run_of("vault", n).index_of(n) for n in (2, 4, 7)] == [1, 2, 4]  # type: ignore[union-attr]  # they were appended


def test_a_restored_log_is_noticed(tree: SqlTree) -> None:
    """Another epoch is never taken for a continuation; once begun, both stay in the log."""
    tree.append(batch("vault", 0, 4))

    with pytest.raises(OtherEpoch):
        tree.append(batch("vault", 4, 5, epoch="e2"))
    tree.begin_epoch("vault", Place("e1", 4), "e2", after=2)
    tree.append(batch("vault", 2, 3, epoch="e2"))

    run = tree.run_of("vault", 3)
    assert run is not None
    assert (run.epoch, run.index_of(3)) == ("e2", 4)
    assert tree.size() == 5


def test_a_tile_carried_twice_counts_once(tree: SqlTree) -> None:
    """A process that lost its lead while it wrote a tile does no harm when it comes back."""
    tree.append(batch("vault", 0, 300))
    tile = tree.oldest_full()
    assert tile is not None

    tree.carry(tile, bytes(32))
    tree.carry(tile, bytes(32))

    edge = tree.edge()
    assert edge.size == 300
    assert [len(level) for level in edge.levels[:2]] == [44, 1]


def test_leaves_out_of_order_are_refused(tree: SqlTree) -> None:
    """A publisher that lists an event outside the range it names is not believed."""
    good = batch("vault", 0, 2)

    for leaves in (good.leaves[::-1], [*good.leaves, (3, bytes(32))], [(1, b"short")]):
        with pytest.raises(ValueError, match="order"):
            tree.append(replace(good, leaves=leaves))


def count_points(tmp_path: Path, sizes: tuple[int, int]) -> int:
    plan = Plan()
    grow(tmp_path, sizes, plan)
    return plan.passed


def grow(folder: Path, sizes: tuple[int, int], plan: Plan) -> None:
    """Append and publish twice, with a possible death before and after every write."""
    home, real = open_tree(EventStoreSettings(data_dir=folder / "data"))
    with home:
        tree = Fragile(real, iter(["append", "carry", "keep_signed"]), plan)
        files = Fragile(FolderFiles(folder / "log"), iter(["put_once", "put"]), plan)
        first, second = sizes
        tree.append(batch("vault", 0, first))
        publisher(tree, files).publish()
        tree.append(batch("vault", first, first + second))
        publisher(tree, files).publish()


@pytest.mark.parametrize("sizes", [(3, 4), (250, 10), (256, 260)])
def test_killed_anywhere_it_neither_forks_nor_loses(tmp_path: Path, sizes: tuple[int, int]) -> None:
    """Die at every write in turn, start again: same log, and every signed tree is its beginning."""
    total = sum(sizes)
    expected = [digest("vault", n) for n in range(1, total + 1)]
    for point in range(1, count_points(tmp_path / "whole", sizes) + 1):
        folder = tmp_path / str(point)
        with pytest.raises(Killed):
            grow(folder, sizes, Plan(die_at=point))
        seen = signed_trees(folder)

        grow(folder, sizes, Plan())

        assert published(folder) == expected
        for size, root in seen:
            assert independent.mth(expected[:size]) == root


def signed_trees(folder: Path) -> list[tuple[int, bytes]]:
    """The checkpoint that the world could see when the process died."""
    if not (folder / "log" / "checkpoint").exists():
        return []
    _, size, root = independent.read_checkpoint(folder_files(folder / "log"), str(VERIFIER))
    return [(size, root)]


@pytest.mark.parametrize("size", [1, 3])
def test_a_forked_tree_is_not_signed(
    tree: SqlTree, files: FolderFiles, tmp_path: Path, size: int
) -> None:
    """If the tables were changed behind our back, publication stops instead of signing a lie.
    Also behind a tree of one leaf, whose root is its hash."""
    tree.append(batch("vault", 0, size))
    publisher(tree, files).publish()
    before = published(tmp_path)
    with tree._recorder.writing() as sql:
        sql("UPDATE audit_edge SET hash = ?", bytes(32).hex())
    tree.append(batch("vault", size, size + 1))

    with pytest.raises(Fork):
        publisher(tree, files).publish()

    assert published(tmp_path) == before


def test_what_is_made_public_was_on_the_disk_before(
    tree: SqlTree, files: FolderFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that dies takes back what was appended last, and then it comes in another order:
    a file that held it would never fit the tree again."""
    writing, put_once = tree._recorder.writing, files.put_once
    unsettled: list[int] = []
    made: list[list[int]] = []

    @contextmanager
    def watched(*, synced: bool = True) -> Iterator[Sql]:
        with writing(synced=synced) as sql:
            yield sql
        if synced:
            unsettled.clear()

    def put(path: str, data: bytes) -> None:
        made.append([*unsettled])
        put_once(path, data)

    monkeypatch.setattr(tree._recorder, "writing", watched)
    monkeypatch.setattr(files, "put_once", put)
    unsettled.extend(tree.append(batch("vault", n, n + 200)) for n in (0, 200, 400))
    assert unsettled == [200, 200, 200], "appending itself does not wait"

    publisher(tree, files).publish()

    assert len(made) >= 5  # two full tiles, a partial one, and their entries
    assert made == [[]] * len(made)


def test_a_restored_tree_signs_no_second_history(
    tree: SqlTree, files: FolderFiles, tmp_path: Path
) -> None:
    """Tables put back to an older state must not sign over what the world has seen."""
    home, other = open_tree(EventStoreSettings(data_dir=tmp_path / "backup"))
    with home:
        other.append(batch("vault", 0, 2))
        tree.append(batch("vault", 0, 5))
        publisher(tree, files).publish()

        other.append(batch("access", 0, 9))  # larger than what was seen, and another history
        with pytest.raises(Fork):
            publisher(other, files).publish()
        assert len(published(tmp_path)) == 5


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 200)), min_size=1, max_size=8))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_growth_is_a_log(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Whatever comes in whatever sizes: each position is where the log says it is."""
    folder = tmp_path_factory.mktemp("growth")
    home, tree = open_tree(EventStoreSettings(data_dir=folder / "data"))
    with home:
        at: dict[str, int] = {}
        for service, size in steps:
            start = at.get(service, 0)
            at[service] = start + size
            tree.append(batch(service, start, start + size))
            publisher(tree, FolderFiles(folder / "log")).publish()
        entries = published(folder)
        for service, last in at.items():
            for position in range(1, last + 1):
                run = tree.run_of(service, position)
                assert run is not None
                assert entries[run.index_of(position)] == digest(service, position)
        assert sum(run.size for run in tree.runs()) == len(entries)


def test_what_is_stored_stays(files: FolderFiles) -> None:
    """A tile is written again alike, or it is another log's."""
    for _ in range(2):
        files.put_once("tile/0/000", b"hashes")

    with pytest.raises(Fork):
        files.put_once("tile/0/000", b"others")
    assert files.get("tile/0/000") == b"hashes"


def test_the_largest_tree_signed_is_remembered(tree: SqlTree) -> None:
    """A process that lost its lead comes back with an older note; the same tree may be signed
    again, by another key."""
    for size, note in ((5, "five"), (3, "three")):
        tree.keep_signed(size, note)
    assert tree.signed() == "five"

    tree.keep_signed(5, "five, by both keys")
    assert tree.signed() == "five, by both keys"


def test_while_its_key_changes_a_log_is_signed_by_both(
    tree: SqlTree, files: FolderFiles, tmp_path: Path
) -> None:
    """What is published is signed anew at once; whoever knows either key reads it, and once the
    former key is gone, whoever knows the new one."""
    tree.append(batch("vault", 0, 3))
    publisher(tree, files).publish()
    key = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    verifier = VERIFIER.replaced_by(key.public_key().public_bytes_raw(), 3)
    both = Publisher(
        tree=tree, files=files, verifier=verifier, sign=key.sign, former=(VERIFIER, PRIVATE.sign)
    )
    assert both.publish()
    read = folder_files(tmp_path / "log")
    for vkey in (str(VERIFIER), str(verifier)):
        assert len(independent.read_log(read, vkey)) == 3
    assert both.publish() is None

    tree.append(batch("vault", 3, 4))
    alone = replace(both, former=None)
    assert alone.publish()
    assert len(independent.read_log(read, str(verifier))) == 4
    with pytest.raises(AssertionError, match="no valid signature"):
        independent.read_log(read, str(VERIFIER))
