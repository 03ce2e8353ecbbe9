"""Merkle trees as RFC 6962 section 2.1 defines them; checks of proofs as in RFC 9162 section 2.1.

A *node* is the hash of a complete subtree: ``node(height, index)`` covers the leaves
``[index * 2**height, (index + 1) * 2**height)``. Whoever can answer that can prove anything.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of equal, complete subtrees; :data:`EMPTY_ROOT` of none."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = _split(len(hashes))
    return node_hash(subtree_root(hashes[:split]), subtree_root(hashes[split:]))


def root(size: int, node: Node) -> bytes:
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]): the hashes that lead from a leaf to the root, lowest first."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in a tree of that size")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(middle, high, node))
            high = middle
        else:
            path.append(_range_hash(low, middle, node))
            low = middle
    return path[::-1]


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(old, D[new]): that the first ``old`` leaves of the tree are still the same."""
    if not 0 < old <= new:
        raise ValueError("a proof goes from a tree that is not empty to one as large or larger")
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_hash(middle, high, node))
            high = middle
        else:
            path.append(_range_hash(low, middle, node))
            low, whole = middle, False
    if not whole:  # when the old tree is a subtree on the left, its root is known already
        path.append(_range_hash(low, high, node))
    return path[::-1]


def check_inclusion(
    index: int, size: int, leaf: bytes, path: Sequence[bytes], root_hash: bytes
) -> bool:
    """Whether ``path`` leads from the leaf's hash at ``index`` to the root of ``size`` leaves."""
    if not 0 <= index < size:
        return False
    position, last, hash_ = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            hash_ = node_hash(sibling, hash_)
            position, last = _up_right_edge(position, last)
        else:
            hash_ = node_hash(hash_, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and hash_ == root_hash


def check_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether ``path`` shows the tree of ``old`` leaves to be the beginning of the other."""
    if not 0 < old < new or not path:
        return old == new > 0 and not path and old_root == new_root
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    seen_old = seen_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            seen_old, seen_new = node_hash(sibling, seen_old), node_hash(sibling, seen_new)
            position, last = _up_right_edge(position, last)
        else:
            seen_new = node_hash(seen_new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and seen_old == old_root and seen_new == new_root


class Frontier:
    """A tree that is only appended to: 64 hashes at most, whatever its size."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        carry, bit = leaf, self.size
        while bit & 1:
            carry = node_hash(self._stack.pop(), carry)
            bit >>= 1
        self._stack.append(carry)
        self.size += 1

    def root(self) -> bytes:
        if not self._stack:
            return EMPTY_ROOT
        hash_ = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            hash_ = node_hash(left, hash_)
        return hash_


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _up_right_edge(position: int, last: int) -> tuple[int, int]:
    """Past the levels where the right edge has no sibling."""
    while not position & 1 and position:
        position, last = position >> 1, last >> 1
    return position, last


def _range_hash(low: int, high: int, node: Node) -> bytes:
    """MTH(D[low:high]); ``low`` is a multiple of the largest power of two in the range."""
    width = high - low
    if width & (width - 1) == 0:
        height = width.bit_length() - 1
        return node(height, low >> height)
    middle = low + _split(width)
    return node_hash(_range_hash(low, middle, node), _range_hash(middle, high, node))
