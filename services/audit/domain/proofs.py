"""Proofs made from the published files alone, as anyone could make them."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from services.audit.domain.batch import Run
from services.audit.domain.checkpoint import Checkpoint
from services.audit.domain.growth import Files, Fork, read_hashes
from services.audit.domain.merkle import Node, consistency_path, inclusion_path, root
from services.audit.domain.note import CheckSignature, VerifierKey, open_note
from services.audit.domain.tiles import (
    CHECKPOINT_PATH,
    ENTRIES,
    WIDTH,
    Tile,
    decode_entries,
    nodes_from,
    tile_in,
)
from shared.kernel.errors import InvalidRequest, NotFound, StaleRead, Unavailable


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
        """As C2SP tlog-proof: checkable offline with the log's public key."""
        lines = ["c2sp.org/tlog-proof@v1", f"index {self.index}"]
        lines += [b64encode(hash_).decode() for hash_ in self.path]
        return "\n".join([*lines, "", self.note])


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

    def _node(self, size: int) -> Node:
        return nodes_from(size, lru_cache(lambda tile: read_hashes(self.files, tile)))

    def _entry(self, index: int, size: int) -> bytes:
        tile = tile_in(size, ENTRIES, index // WIDTH)
        for form in (tile, Tile(ENTRIES, tile.index)):
            data = self.files.get(form.path)
            if data is not None:
                return decode_entries(data, form.width)[index % WIDTH]
        raise Fork(f"{tile.path} is missing")
