"""Names and bytes of a log's static files, as C2SP tlog-tiles says (c2sp.org/tlog-tiles).

A tile is 256 hashes of 32 bytes, or fewer at the right edge of the tree (*partial*); an entry
bundle holds the entries of a tile of level 0, each after its length on two bytes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.kernel.merkle import Node, subtree_root

WIDTH = 256
_HEIGHT = 8
_HASH = 32
ENTRIES = -1
"""The level of entry bundles, which stand beside the tiles of level 0."""

CHECKPOINT_PATH = "checkpoint"
COSIGNED_PATH = "cosigned"
"""Beside the log: the newest checkpoint that a witness has signed too."""
VKEY_PATH = "vkey"
"""Beside the log, for who has no better way to learn its key; not part of the specification."""
_PATH = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/){0,6}\d{3})(?:\.p/(\d{1,3}))?")


class MalformedLog(ValueError):
    """A file of the log does not have the form its name promises."""


@dataclass(frozen=True, order=True)
class Tile:
    """One file; ``width`` under 256 is partial. ``level`` is :data:`ENTRIES` for a bundle."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_digits(self.index)}{partial}"

    @property
    def full(self) -> "Tile":
        """The tile that a partial one grows into."""
        return Tile(self.level, self.index)


def parse_path(path: str) -> Tile:
    """Read a path back; :class:`MalformedLog` unless it is exactly what is written."""
    if found := _PATH.fullmatch(path):
        level, index, width = found.groups()
        tile = Tile(
            ENTRIES if level == "entries" else int(level),
            int(re.sub(r"[x/]", "", index)),
            int(width) if width else WIDTH,
        )
        if tile.path == path and tile.level < 64 and tile.width > 0:
            return tile
    raise MalformedLog("not a path of the log")


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle of a tree of that size, lowest level first."""
    for level, count in _counts(size):
        for index in range(count // WIDTH):
            yield Tile(level, index)
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)


def tile_in(size: int, level: int, index: int) -> Tile:
    """The widest form of a tile in a tree of that size."""
    count = size >> _HEIGHT * max(level, 0)
    return Tile(level, index, min(WIDTH, count - index * WIDTH))


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    return b"".join(hashes)


def decode_hashes(data: bytes, width: int) -> list[bytes]:
    if len(data) != width * _HASH:
        raise MalformedLog(f"a tile of {width} hashes has {width * _HASH} bytes")
    return [data[i : i + _HASH] for i in range(0, len(data), _HASH)]


def encode_entries(entries: Sequence[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_entries(data: bytes, width: int) -> list[bytes]:
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            raise MalformedLog("an entry is cut short")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise MalformedLog(f"the bundle holds {len(entries)} entries, not {width}")
    return entries


def nodes_from(size: int, hashes_of: Callable[[Tile], Sequence[bytes]]) -> Node:
    """Any node of a tree of that size, given a reader of its tiles."""

    def node(height: int, index: int) -> bytes:
        level, inside = divmod(height, _HEIGHT)
        first = index << inside
        hashes = hashes_of(tile_in(size, level, first // WIDTH))
        return subtree_root(hashes[first % WIDTH : first % WIDTH + (1 << inside)])

    return node


def _counts(size: int) -> Iterator[tuple[int, int]]:
    yield ENTRIES, size
    level = 0
    while count := size >> _HEIGHT * level:
        yield level, count
        level += 1


def _digits(index: int) -> str:
    """1234067 is ``x001/x234/067``: no folder ever holds more than a thousand names."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
