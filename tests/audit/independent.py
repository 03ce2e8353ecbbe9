"""A second verifier, written from RFC 6962 and the C2SP texts and sharing no code with ours.

It follows the recursive definitions of the RFC word for word, and reads the log as anyone would
who has the public files and the public key.
"""

import base64
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Files = Callable[[str], bytes]


def mth(entries: list[bytes]) -> bytes:
    """Section 2.1: MTH(D[n])."""
    n = len(entries)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """Section 2.1.1: PATH(m, D[n])."""
    n = len(entries)
    if n == 1:
        return []
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """Section 2.1.2: PROOF(m, D[n])."""
    return _subproof(m, entries, whole=True)


def _subproof(m: int, entries: list[bytes], *, whole: bool) -> list[bytes]:
    n = len(entries)
    if m == n:
        return [] if whole else [mth(entries)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*_subproof(m, entries[:k], whole=whole), mth(entries[k:])]
    return [*_subproof(m - k, entries[k:], whole=False), mth(entries[:k])]


def read_checkpoint(files: Files, vkey: str) -> tuple[str, int, bytes]:
    """Origin, size and root of the checkpoint, its Ed25519 signature checked."""
    name, key_id, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)
    assert public[0] == 1
    assert sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id
    note = files("checkpoint").decode()
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        raw = base64.b64decode(signature)
        if dash == "—" and signer == name and raw[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], text.encode())
            except InvalidSignature:
                continue
            origin, size, root = text.splitlines()[:3]
            return origin, int(size), base64.b64decode(root)
    raise AssertionError("no valid signature of the log's key")


def read_log(files: Files, vkey: str) -> list[bytes]:
    """Every entry, after each tile, bundle and the root were recomputed and compared."""
    _, size, root = read_checkpoint(files, vkey)
    entries: list[bytes] = []
    for start in range(0, size, 256):
        data, width = files(_name("entries", start // 256, size - start)), min(256, size - start)
        found = []
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            assert len(found[-1]) == length
            data = data[2 + length :]
        assert len(found) == width
        entries += found
    level, hashes = 0, [sha256(b"\x00" + e).digest() for e in entries]
    while hashes:
        for start in range(0, len(hashes), 256):
            stored = files(_name(str(level), start // 256, len(hashes) - start))
            assert stored == b"".join(hashes[start : start + 256])
        hashes = [
            _pairwise(hashes[start : start + 256]) for start in range(0, len(hashes) - 255, 256)
        ]
        level += 1
    assert mth(entries) == root
    return entries


def _pairwise(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [
            sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes), 2)
        ]
    return hashes[0]


def _name(level: str, index: int, left: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    number = "/".join([*(f"x{p}" for p in parts[:-1]), parts[-1]])
    return f"tile/{level}/{number}" + ("" if left >= 256 else f".p/{left}")
