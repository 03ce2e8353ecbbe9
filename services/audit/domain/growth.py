"""How the log grows: leaves first, then files, then a signature, then the published checkpoint.

Each step can be repeated: killed between any two, the next attempt does the rest and signs the
same tree. What was signed is kept before it is published, and nothing is ever signed that does
not begin with what was signed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from services.audit.domain.tiles import (
    CHECKPOINT_PATH,
    ENTRIES,
    WIDTH,
    Tile,
    decode_hashes,
    encode_entries,
    encode_hashes,
    nodes_from,
)
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import (
    EMPTY_ROOT,
    check_consistency,
    consistency_path,
    leaf_hash,
    node_hash,
    subtree_root,
)
from shared.kernel.needs_operator import NeedsOperator
from shared.kernel.note import InvalidNote, Sign, VerifierKey, countersign, is_signed_by, sign_note

_AT_ONCE = 64
"""Full tiles written before a checkpoint, so that one follows within seconds even in a flood."""


class Fork(NeedsOperator):
    """What would be signed does not continue what was signed or stored: stop, tell an operator."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The right edge of the tree: what is in no full tile yet.

    ``levels[0]`` holds entries, the others hashes of full tiles below; each begins where a
    tile begins.
    """

    size: int
    levels: Sequence[Sequence[bytes]]

    def hashes(self, level: int) -> Sequence[bytes]:
        return [leaf_hash(e) for e in self.levels[0]] if level == 0 else self.levels[level]

    def root(self) -> bytes:
        """The root of the whole tree, known from its edge alone."""
        hash_: bytes | None = None
        for level in range(len(self.levels)):
            hashes = self.hashes(level)
            for left in _complete_subtrees(hashes):
                hash_ = left if hash_ is None else node_hash(left, hash_)
        return EMPTY_ROOT if hash_ is None else hash_


@dataclass(frozen=True)
class FullTile:
    level: int
    index: int
    content: Sequence[bytes]
    """256 entries (level 0) or hashes."""


class Tree(Protocol):
    """The state of the log; every method is one transaction."""

    def oldest_full(self) -> FullTile | None:
        """A full tile that was not carried up yet; the highest level first, then the oldest."""
        ...

    def carry(self, tile: FullTile, tile_root: bytes) -> None:
        """Forget a tile whose files are stored; keep its root one level up."""
        ...

    def edge(self) -> Edge: ...

    def settle(self) -> None:
        """Return once no crash takes back anything that was read here before."""
        ...

    def signed(self) -> str | None:
        """The last note signed."""
        ...

    def keep_signed(self, size: int, note: str) -> None:
        """Keep a note before it is published; never one of a smaller tree."""
        ...


class Files(Protocol):
    """The published files of the log."""

    def put_once(self, path: str, data: bytes) -> None:
        """Store an immutable file; :class:`Fork` if another content is there."""
        ...

    def put(self, path: str, data: bytes) -> None: ...

    def get(self, path: str) -> bytes | None:
        """The bytes, or None if there is no such file."""
        ...


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """``origin`` is the verifier key's name too, as the specification advises.

    ``former``: the key that signed before, which signs too until everybody has heard of the new.
    """

    tree: Tree
    files: Files
    verifier: VerifierKey
    sign: Sign
    former: tuple[VerifierKey, Sign] | None = None

    def publish(self) -> Checkpoint | None:
        """Sign and publish what is new, or was signed by a former key alone; None when nothing
        is, and everything is out."""
        last, there = self.tree.signed(), self.files.get(CHECKPOINT_PATH)
        _refuse_forgotten(there, last)
        self._write_full_tiles()
        edge = _closed(self.tree.edge())
        if (
            last is None
            or _checkpoint_of(last).size < edge.size
            or not is_signed_by(last, self.verifier)
        ):
            self.tree.settle()
            self._write_partial_tiles(edge)
            checkpoint = Checkpoint(self.verifier.name, edge.size, edge.root())
            self._refuse_fork(checkpoint, last)
            last = self._signed(checkpoint)
            self.tree.keep_signed(edge.size, last)
        if there == last.encode():
            return None
        self.files.put(CHECKPOINT_PATH, last.encode())
        return _checkpoint_of(last)

    def last_signed(self) -> Checkpoint | None:
        note = self.tree.signed()
        return _checkpoint_of(note) if note else None

    def _signed(self, checkpoint: Checkpoint) -> str:
        note = sign_note(checkpoint.text, self.verifier, self.sign)
        return countersign(note, *self.former) if self.former else note

    def _write_full_tiles(self) -> None:
        bundles = 0
        while tile := self.tree.oldest_full():
            bundles += tile.level == 0
            if bundles > _AT_ONCE:
                return
            self.tree.settle()
            hashes = self._write(tile.level, tile.index, tile.content)
            self.tree.carry(tile, subtree_root(hashes))

    def _write_partial_tiles(self, edge: Edge) -> None:
        for level, content in enumerate(edge.levels):
            if content:
                self._write(level, (edge.size >> 8 * level) // WIDTH, content)

    def _write(self, level: int, index: int, content: Sequence[bytes]) -> Sequence[bytes]:
        hashes = content
        if level == 0:
            bundle = Tile(ENTRIES, index, len(content))
            self.files.put_once(bundle.path, encode_entries(content))
            hashes = [leaf_hash(entry) for entry in content]
        self.files.put_once(Tile(level, index, len(content)).path, encode_hashes(hashes))
        return hashes

    def _refuse_fork(self, checkpoint: Checkpoint, last: str | None) -> None:
        """Prove from the stored files, as a stranger would, that the last signed tree is in it."""
        before = _checkpoint_of(last) if last else None
        if before is None or before.size == 0:
            return
        node = nodes_from(checkpoint.size, lru_cache(lambda tile: read_hashes(self.files, tile)))
        path = consistency_path(before.size, checkpoint.size, node)
        if not check_consistency(before.size, checkpoint.size, path, before.root, checkpoint.root):
            raise Fork("the tree does not begin with the one signed last")


def read_hashes(files: Files, tile: Tile) -> list[bytes]:
    """A tile's hashes, from the file or from the full one it has grown into."""
    for form in (tile, tile.full):
        data = files.get(form.path)
        if data is not None:
            return decode_hashes(data, form.width)[: tile.width]
    raise Fork(f"{tile.path} is missing")


def _refuse_forgotten(there: bytes | None, last: str | None) -> None:
    """What the world sees must be what we remember signing, or older.

    Otherwise our tables were put back to an earlier state, and would grow another history.
    """
    if there and (last is None or _checkpoint_of(there.decode()).size > _checkpoint_of(last).size):
        raise Fork("the published checkpoint is larger than any this log remembers signing")


def _checkpoint_of(note: str) -> Checkpoint:
    try:
        return Checkpoint.parse(note.rpartition("\n\n")[0] + "\n")
    except InvalidNote:
        raise Fork("the published checkpoint is not one of this log") from None


def _closed(edge: Edge) -> Edge:
    """The edge with no full tile on any level: what came meanwhile waits for the next time."""
    levels, size = list(edge.levels), edge.size
    if levels and len(levels[0]) >= WIDTH:
        size -= len(levels[0])
        levels[0] = []
    if any(len(level) >= WIDTH for level in levels):
        raise Fork("a full tile of hashes was not carried up")
    return Edge(size=size, levels=levels)


def _complete_subtrees(hashes: Sequence[bytes]) -> list[bytes]:
    """Roots of the complete subtrees of a partial tile, rightmost first."""
    roots, end = [], len(hashes)
    while end:
        width = end & -end
        roots.append(subtree_root(hashes[end - width : end]))
        end -= width
    return roots
