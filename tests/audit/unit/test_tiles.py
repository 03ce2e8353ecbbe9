"""Files of the log, as C2SP tlog-tiles says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.tiles import (
    ENTRIES,
    MalformedLog,
    Tile,
    decode_entries,
    decode_hashes,
    encode_entries,
    nodes_from,
    parse_path,
    tiles_of,
)
from shared.kernel import merkle


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 273, 112), "tile/3/273.p/112"),
        (Tile(ENTRIES, 1000, 1), "tile/entries/x001/000.p/1"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    """The first is the specification's own example: a path is read back as it is written."""
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/123/456",
        "tile/x/000",
        "tile/0/000/",
        "checkpoint",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    """Two names for one file would let one of them be another file."""
    with pytest.raises(MalformedLog):
        parse_path(path)


def test_the_specification_s_example_of_70000_leaves() -> None:
    """273 full tiles and one of 112; one full and one of 17; one of 1."""
    tiles = [t for t in tiles_of(70_000) if t.level != ENTRIES]

    assert sum(t.level == 0 and t.width == 256 for t in tiles) == 273
    assert [t for t in tiles if t.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert sum(t.level == 1 and t.width == 256 for t in tiles) == 1
    assert [t.width for t in tiles_of(256) if t.level == 1] == [1]
    assert list(tiles_of(0)) == []


@given(st.lists(st.binary(max_size=70), min_size=1, max_size=20))
def test_bundles_give_their_entries_back(entries: list[bytes]) -> None:
    """And refuse to be read as more or fewer."""
    data = encode_entries(entries)

    assert decode_entries(data, len(entries)) == entries
    with pytest.raises(MalformedLog):
        decode_entries(data, len(entries) + 1)
    with pytest.raises(MalformedLog):
        decode_entries(data + b"\x00", len(entries))
    with pytest.raises(MalformedLog, match="cut short"):
        decode_entries(data[:-1], len(entries))
    with pytest.raises(MalformedLog):
        decode_hashes(bytes(33), 1)


@given(st.integers(1, 70_000), st.data())
@settings(max_examples=25, deadline=None)
def test_tiles_prove_what_leaves_prove(size: int, data: st.DataObject) -> None:
    """Proofs made from tiles alone check against the root of the leaves."""
    levels = [[merkle.leaf_hash(n.to_bytes(3, "big")) for n in range(size)]]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        levels.append(
            [merkle.subtree_root(below[i : i + 256]) for i in range(0, len(below) - 255, 256)]
        )
    frontier = merkle.Frontier()
    for leaf in levels[0]:
        frontier.append(leaf)

    def hashes_of(tile: Tile) -> list[bytes]:
        assert tile in wanted, "only files that the log serves at this size may be read"
        start = tile.index * 256
        return levels[tile.level][start : start + tile.width]

    wanted = set(tiles_of(size))
    node = nodes_from(size, hashes_of)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(index, size, node)

    assert merkle.root(size, node) == frontier.root()
    assert merkle.check_inclusion(index, size, levels[0][index], path, frontier.root())
