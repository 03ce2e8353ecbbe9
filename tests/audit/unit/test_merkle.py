"""The tree of RFC 6962: published vectors, then proofs of trees of every shape."""

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel import merkle
from tests.audit import independent
from tests.support.damage import one_bit_off

# Inputs and roots published with the certificate-transparency reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def nodes(entries: list[bytes]) -> merkle.Node:
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    return lambda height, index: merkle.subtree_root(
        hashes[index << height : (index + 1) << height]
    )


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    """Whoever hashes as the RFC says must find these roots."""
    frontier = merkle.Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(merkle.leaf_hash(leaf))

    assert merkle.root(size, nodes(LEAVES)).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_published_inclusion_paths(index: int, size: int) -> None:
    """The proof of a leaf is a list that other implementations print too."""
    path = merkle.inclusion_path(index, size, nodes(LEAVES))

    assert [hash_.hex() for hash_ in path] == PATHS[index, size]
    leaf = merkle.leaf_hash(LEAVES[index])
    assert merkle.check_inclusion(index, size, leaf, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_paths(old: int, new: int) -> None:
    """The proof between two trees is a list that other implementations print too."""
    path = merkle.consistency_path(old, new, nodes(LEAVES))

    assert [hash_.hex() for hash_ in path] == CONSISTENCY[old, new]
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    assert merkle.check_consistency(old, new, path, *roots)


def test_consistency_of_a_log_nobody_here_made(argon2020: dict[str, Any]) -> None:
    """Proofs served by Google's Argon 2020 log at 961,984,013 leaves check with our code."""
    root = b64decode("dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=")
    old_root = b64decode("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=")
    size, old = 961_984_013, 3_654_490
    consistency = [b64decode(text) for text in argon2020["consistency"]]
    path = [b64decode(text) for text in argon2020["audit_path"]]
    leaf = b64decode(argon2020["leaf_hash"][0])

    assert merkle.check_consistency(old, size, consistency, old_root, root)
    assert merkle.check_inclusion(10_000, size, leaf, path, root)
    assert not merkle.check_inclusion(10_001, size, leaf, path, root)
    assert not merkle.check_consistency(old + 1, size, consistency, old_root, root)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
@settings(max_examples=150, deadline=None)
def test_proofs_are_those_of_the_definitions(entries: list[bytes], data: st.DataObject) -> None:
    """Paths equal what the RFC's recursive definitions give, and check."""
    size = len(entries)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = independent.mth(entries), independent.mth(entries[:old])

    inclusion = merkle.inclusion_path(index, size, nodes(entries))
    consistency = merkle.consistency_path(old, size, nodes(entries))

    assert inclusion == independent.path(index, entries)
    assert consistency == independent.proof(old, entries)
    leaf = merkle.leaf_hash(entries[index])
    assert merkle.check_inclusion(index, size, leaf, inclusion, root)
    assert merkle.check_consistency(old, size, consistency, old_root, root)


@given(st.integers(1, 40), st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_proof_proves_nothing(size: int, data: st.DataObject) -> None:
    """One bit of any hash, one hash more or less: refused."""
    entries = [bytes([n]) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    root, leaf = independent.mth(entries), merkle.leaf_hash(entries[index])
    path = merkle.inclusion_path(index, size, nodes(entries))
    bad = list(path)
    change = data.draw(st.sampled_from(["flip", "drop", "add"] if path else ["add"]))
    at = data.draw(st.integers(0, max(0, len(path) - 1)))
    if change == "flip":
        bad[at] = one_bit_off(bad[at], 0)
    elif change == "drop":
        del bad[at]
    else:
        bad.insert(at, root)

    assert not merkle.check_inclusion(index, size, leaf, bad, root)


@given(st.integers(2, 40), st.data())
@settings(max_examples=150, deadline=None)
def test_a_fork_has_no_proof(size: int, data: st.DataObject) -> None:
    """If one early leaf was other, no consistency path of ours makes the two trees agree."""
    entries = [bytes([n]) for n in range(size)]
    old = data.draw(st.integers(1, size - 1))
    forked = list(entries)
    forked[data.draw(st.integers(0, old - 1))] = b"other"
    path = merkle.consistency_path(old, size, nodes(forked))

    old_root, new_root = independent.mth(entries[:old]), independent.mth(forked)
    assert not merkle.check_consistency(old, size, path, old_root, new_root)
