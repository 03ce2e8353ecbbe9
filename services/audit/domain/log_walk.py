"""Reads a published log from its first entry to its last, recomputing every hash on the way.

Memory is bounded by the height of the tree, not by its size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.audit.domain.growth import Files
from services.audit.domain.report import Finding, FindingKind
from services.audit.domain.tiles import (
    ENTRIES,
    WIDTH,
    MalformedLog,
    Tile,
    decode_entries,
    decode_hashes,
    encode_hashes,
    tile_in,
)
from shared.kernel.merkle import Frontier, leaf_hash, subtree_root


@dataclass(frozen=True)
class Leaf:
    """``entry``: None if its bundle cannot be read. ``hash``: what the tree's own tile says."""

    index: int
    entry: bytes | None
    hash: bytes


class LogWalk:
    """``tell`` is given what is wrong with the files; :meth:`root` is of what was walked."""

    def __init__(self, files: Files, size: int, tell: Callable[[Finding], None]) -> None:
        self._files = files
        self._size = size
        self._tell = tell
        self._frontier = Frontier()
        self._rising: list[list[bytes]] = [[]]

    def root(self) -> bytes:
        return self._frontier.root()

    def leaves(self) -> Iterator[Leaf]:
        for start in range(0, self._size, WIDTH):
            width = min(WIDTH, self._size - start)
            entries = self._entries(start // WIDTH, width)
            hashes = self._hashes(start // WIDTH, width, entries)
            for offset in range(width):
                self._frontier.append(hashes[offset])
                yield Leaf(start + offset, entries[offset], hashes[offset])
            if width == WIDTH:
                self._rise(1, subtree_root(hashes))
        for level, hashes in enumerate(self._rising):
            if level and hashes:
                self._compare(tile_in(self._size, level, self._count(level) // WIDTH), hashes)

    def _entries(self, index: int, width: int) -> list[bytes] | list[None]:
        found = self._read(Tile(ENTRIES, index, width))
        if found is None:
            return [None] * width
        tile, data = found
        try:
            return decode_entries(data, tile.width)[:width]
        except MalformedLog:
            self._tell(Finding(kind=FindingKind.LOG_FILE_CHANGED, path=tile.path))
            return [None] * width

    def _hashes(self, index: int, width: int, entries: list[bytes] | list[None]) -> list[bytes]:
        """The tile's hashes, or those of the entries if the tile cannot be read."""
        sums = [leaf_hash(entry or b"") for entry in entries]
        found = self._read(Tile(0, index, width))
        if found is None:
            return sums
        tile, data = found
        try:
            hashes = decode_hashes(data, tile.width)[:width]
        except MalformedLog:
            self._tell(Finding(kind=FindingKind.LOG_FILE_CHANGED, path=tile.path))
            return sums
        wrong = [i for i in range(width) if entries[i] is not None and sums[i] != hashes[i]]
        for offset in wrong:
            self._tell(
                Finding(
                    kind=FindingKind.LOG_FILE_CHANGED,
                    path=Tile(ENTRIES, index, width).path,
                    leaf_index=index * WIDTH + offset,
                    detail="the entry does not hash to its leaf",
                )
            )
        return hashes

    def _rise(self, level: int, hash_: bytes) -> None:
        """A full tile below was walked; its root belongs in a tile of this level."""
        if level == len(self._rising):
            self._rising.append([])
        self._rising[level].append(hash_)
        if len(self._rising[level]) == WIDTH:
            full = self._rising[level]
            index = (self._frontier.size >> 8 * level) // WIDTH - 1
            self._compare(Tile(level, index), full)
            self._rising[level] = []
            self._rise(level + 1, subtree_root(full))

    def _compare(self, tile: Tile, hashes: list[bytes]) -> None:
        found = self._read(tile)
        if found and found[1][: tile.width * 32] != encode_hashes(hashes):
            self._tell(Finding(kind=FindingKind.LOG_FILE_CHANGED, path=found[0].path))

    def _count(self, level: int) -> int:
        return self._size >> 8 * level

    def _read(self, tile: Tile) -> tuple[Tile, bytes] | None:
        """The file, or the full one it has grown into."""
        for form in dict.fromkeys((tile, tile.full)):
            data = self._files.get(form.path)
            if data is not None:
                return form, data
        self._tell(Finding(kind=FindingKind.LOG_FILE_MISSING, path=tile.path))
        return None
