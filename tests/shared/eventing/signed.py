"""Checkpoints as audit publishes them, of small trees, signed by a key of the tests."""

import json
from base64 import b64encode
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import Node, consistency_path, leaf_hash, node_hash, root
from shared.kernel.note import VerifierKey, countersign, sign_note, succession

ORIGIN = "log.carnet.example/seen"
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def message(
    entries: Sequence[bytes],
    *proven_from: int,
    key: Ed25519PrivateKey = KEY,
    former: Ed25519PrivateKey | None = None,
    vouches: bool = True,
    origin: str = ORIGIN,
    position: int = 0,
    epoch: str = "e",
    digest: str | None = None,
) -> bytes:
    """What audit publishes of a tree of these entries. ``former`` signs it too, and ``vouches`` for
    the key that follows."""
    node, size = _nodes(entries), len(entries)
    verifier = VerifierKey(origin, key.public_key().public_bytes_raw())
    text = Checkpoint(origin, size, root(size, node)).text
    proofs = [
        {
            "from_size": old,
            "path": [b64encode(h).decode() for h in path_between(entries, old, size)],
        }
        for old in proven_from
    ]
    note, vouched = sign_note(text, verifier, key.sign), None
    if former:
        before = VerifierKey(origin, former.public_key().public_bytes_raw())
        note = countersign(note, before, former.sign)
        vouched = sign_note(succession(verifier), before, former.sign) if vouches else None
    data = {
        "note": note,
        "vouched": vouched,
        "vkey": str(verifier),
        "covered": {"notes": {"epoch": epoch, "position": position or size, "digest": digest}},
        "proofs": proofs,
    }
    return json.dumps({"data": data}).encode()


def path_between(entries: Sequence[bytes], old: int, new: int) -> Sequence[bytes]:
    """What audit answers that is asked for a proof, of a tree of these entries."""
    return consistency_path(old, new, _nodes(entries))


def _nodes(entries: Sequence[bytes]) -> Node:
    def node(height: int, index: int) -> bytes:
        if height == 0:
            return leaf_hash(entries[index])
        return node_hash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1))

    return node
