"""Our log, verified with a Merkle tree from PyPI that shares no code with ours (pymerkle)."""

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from services.audit.adapters.event_stores import SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.domain.proofs import LogReader
from shared.crypto.signatures import check_ed25519
from shared.kernel.merkle import leaf_hash
from shared.kernel.note import VerifierKey
from tests.audit import independent
from tests.audit.ground import EVENTS, Ground
from tests.audit.logs import VERIFIER, folder_files

SIZE = 2 * EVENTS


@pytest.fixture
def theirs(ground: Ground) -> InmemoryTree:
    """Grown from the entries as a stranger reads them from the published files."""
    tree = InmemoryTree(algorithm="sha256")
    for entry in independent.read_log(folder_files(ground.log), str(VERIFIER)):
        tree.append_entry(entry)
    return tree


@pytest.fixture
def ours(ground: Ground) -> LogReader:
    return LogReader(
        files=FolderFiles(ground.log),
        places=SqliteStores(ground.data),
        verifier=VerifierKey.parse(str(VERIFIER)),
        check=check_ed25519,
    )


def test_the_signed_root_is_that_library_s_root(theirs: InmemoryTree, ours: LogReader) -> None:
    """Of the whole tree, and of every tree before it."""
    assert theirs.get_size() == SIZE
    assert ours.checkpoint().checkpoint.root == theirs.get_root()
    for size in range(1, SIZE):
        assert ours.prove_consistency(size, SIZE).old_root == theirs.get_root(size)


@pytest.mark.parametrize("position", [1, 5, EVENTS])
def test_that_library_verifies_what_we_include(
    theirs: InmemoryTree, ours: LogReader, position: int
) -> None:
    """Its proof leads to our root, by the hashes of ours; it counts leaves from 1."""
    proof = ours.prove_inclusion("vault", position)
    root, leaf = ours.checkpoint().checkpoint.root, leaf_hash(proof.entry)

    independent_proof = theirs.prove_inclusion(proof.index + 1, SIZE)

    verify_inclusion(leaf, root, independent_proof)
    assert set(independent_proof.path) == {leaf, *proof.path}


@pytest.mark.parametrize(("old", "new"), [(1, SIZE), (3, SIZE), (8, 23), (23, SIZE), (5, 6)])
def test_that_library_verifies_that_the_log_only_grew(
    theirs: InmemoryTree, ours: LogReader, old: int, new: int
) -> None:
    """From any earlier tree to the published one, and between any two before it."""
    proof = ours.prove_consistency(old, new)

    assert (proof.new, proof.new_root) == (new, theirs.get_root(new))
    verify_consistency(proof.old_root, proof.new_root, theirs.prove_consistency(old, new))
