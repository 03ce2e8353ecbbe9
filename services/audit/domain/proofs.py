"""Proofs made from the published files alone, as anyone could make them."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from services.audit.domain.batch import Run
from services.audit.domain.growth import Files, Fork, read_hashes
from services.audit.domain.tiles import (
    CHECKPOINT_PATH,
    ENTRIES,
    WIDTH,
    Tile,
    decode_entries,
    nodes_from,
    tile_in,
)
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.errors import InvalidRequest, NotFound, StaleRead, Unavailable
from shared.kernel.merkle import (
    Node,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
)
from shared.kernel.note import CheckSignature, InvalidNote, VerifierKey, open_note


class Places(Protocol):
    def run_of(self, service: str, position: int) -> Run | None:
        """Where an event is in the log, if it is."""
        ...


@dataclass(frozen=True)
class Signed:
    note: str
    checkpoint: Checkpoint


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    epoch: str
    index: int
    size: int
    entry: bytes
    path: Sequence[bytes]
    note: str

    @property
    def text(self) -> str:
        """As C2SP tlog-proof: checkable offline with the log's public key. ``extra`` is the
        entry itself, so that the file proves something by itself."""
        lines = [_HEADER, f"extra {b64encode(self.entry).decode()}", f"index {self.index}"]
        lines += [b64encode(hash_).decode() for hash_ in self.path]
        return "\n".join([*lines, "", self.note])


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What a proof file holds: an entry was in the log that this checkpoint signs."""

    entry: bytes
    index: int
    checkpoint: Checkpoint


_HEADER = "c2sp.org/tlog-proof@v1"
_HASHES_MAX = 63


def check_proof(text: str, verifier: VerifierKey, check: CheckSignature) -> Proved:
    """Needs the file and the log's public key, nothing else. Raise ``InvalidNote`` if it is not
    such a file, or does not hold."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 3 or lines[0] != _HEADER:
        raise InvalidNote("not a C2SP tlog-proof")
    entry, index = _after(lines[1], "extra "), _after(lines[2], "index ")
    if not index.isascii() or not index.isdigit() or len(lines) - 3 > _HASHES_MAX:
        raise InvalidNote("not a C2SP tlog-proof")
    proved = Proved(
        entry=_bytes(entry),
        index=int(index),
        checkpoint=Checkpoint.parse(open_note(note, verifier, check)),
    )
    path, leaf = [_bytes(line) for line in lines[3:]], leaf_hash(proved.entry)
    size, signed = proved.checkpoint.size, proved.checkpoint.root
    if not check_inclusion(proved.index, size, leaf, path, signed):
        raise InvalidNote("the hashes do not lead from the entry to the root that was signed")
    return proved


def _after(line: str, name: str) -> str:
    if not line.startswith(name):
        raise InvalidNote(f"a proof of ours has a line {name.strip()!r}")
    return line.removeprefix(name)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidNote("not base64") from None


@dataclass(frozen=True, kw_only=True)
class Consistency:
    old: int
    new: int
    old_root: bytes
    new_root: bytes
    path: Sequence[bytes]


def read_checkpoint(files: Files, verifier: VerifierKey, check: CheckSignature) -> Signed:
    """The published one, its signature checked; ``Unavailable`` before the first."""
    data = files.get(CHECKPOINT_PATH)
    if data is None:
        raise Unavailable("no checkpoint has been published yet")
    note = data.decode()
    return Signed(note, Checkpoint.parse(open_note(note, verifier, check)))


@dataclass(frozen=True, kw_only=True)
class LogReader:
    files: Files
    places: Places
    verifier: VerifierKey
    check: CheckSignature

    def checkpoint(self) -> Signed:
        return read_checkpoint(self.files, self.verifier, self.check)

    def prove_inclusion(self, service: str, position: int) -> Inclusion:
        run = self.places.run_of(service, position)
        if run is None:
            raise NotFound("the log holds no such event")
        signed, index = self.checkpoint(), run.index_of(position)
        size = signed.checkpoint.size
        if index >= size:
            raise StaleRead("no checkpoint covers this event yet")
        return Inclusion(
            epoch=run.epoch,
            index=index,
            size=size,
            entry=self._entry(index, size),
            path=inclusion_path(index, size, self._node(size)),
            note=signed.note,
        )

    def prove_consistency(self, old: int, new: int) -> Consistency:
        size = self.checkpoint().checkpoint.size
        new = new or size
        if not 0 < old <= new <= size:
            raise InvalidRequest(
                "both trees must be within the published one",
                fields={"from_size": f"from 1 to {size}", "to_size": f"up to {size}"},
            )
        node = self._node(size)
        return Consistency(
            old=old,
            new=new,
            old_root=root(old, node),
            new_root=root(new, node),
            path=consistency_path(old, new, node),
        )

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log ever had this tree: within the published one, with that root."""
        size = self.checkpoint().checkpoint.size
        if not 0 < checkpoint.size <= size:
            return False
        return root(checkpoint.size, self._node(size)) == checkpoint.root

    def _node(self, size: int) -> Node:
        return nodes_from(size, lru_cache(lambda tile: read_hashes(self.files, tile)))

    def _entry(self, index: int, size: int) -> bytes:
        tile = tile_in(size, ENTRIES, index // WIDTH)
        for form in (tile, Tile(ENTRIES, tile.index)):
            data = self.files.get(form.path)
            if data is not None:
                return decode_entries(data, form.width)[index % WIDTH]
        raise Fork(f"{tile.path} is missing")
