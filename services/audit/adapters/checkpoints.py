"""Signs and publishes checkpoints: the file first, then the message that tells of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.anomaly import AnomalyKind
from services.audit.domain.batch import Place
from services.audit.domain.growth import Fork, Publisher, read_hashes
from services.audit.domain.tiles import VKEY_PATH, nodes_from
from services.audit.messages import CheckpointPublished, Covered, Proof
from shared.crypto.base64_text import to_base64
from shared.eventing import broker
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.clock import Clock, instant
from shared.kernel.merkle import consistency_path

EXCHANGE = "audit.checkpoints"
"""Not the exchange of audit's events: a checkpoint has no position that one could follow."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """``covered``: how far it holds each service at least. ``proofs``: by the size they begin
    at, that it continues the trees told of before."""

    checkpoint: Checkpoint
    note: str
    covered: Mapping[str, Place]
    proofs: Mapping[int, Sequence[bytes]]


Tell = Callable[[Telling], None]


class CheckpointMessages:
    """Plain JSON: a checkpoint is for everybody. One lost is made up for by the next."""

    def __init__(self, amqp_uri: str, clock: Clock, vkey: str) -> None:
        self._amqp_uri = amqp_uri
        self._clock = clock
        self._vkey = vkey
        self._publisher: broker.Publisher | None = None

    def __call__(self, telling: Telling) -> None:
        data = CheckpointPublished(
            size=telling.checkpoint.size,
            root=to_base64(telling.checkpoint.root),
            note=telling.note,
            vkey=self._vkey,
            covered={
                service: Covered(epoch=place.epoch, position=place.position, digest=place.digest)
                for service, place in telling.covered.items()
            },
            proofs=[
                Proof(from_size=size, path=[to_base64(hash_) for hash_ in path])
                for size, path in telling.proofs.items()
            ],
        )
        body = {
            "type": data.TYPE,
            "version": data.VERSION,
            "occurred_at": instant(self._clock.now()),
            "data": data.model_dump(mode="json", exclude={"record_id", "by", "secret"}),
        }
        if self._publisher is None:
            self._publisher = broker.Publisher(self._amqp_uri, EXCHANGE, "fanout")
        try:
            self._publisher.publish([broker.Outgoing("checkpoint_published", json.dumps(body))])
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._publisher is not None:
            with suppress(OSError):
                self._publisher.close()
            self._publisher = None


class CheckpointSweep:
    """One round of a timer: publish what is new, tell of it, raise an alarm at a fork."""

    def __init__(self, audit: Audit, tree: SqlTree, publisher: Publisher, tell: Tell) -> None:
        self._audit = audit
        self._tree = tree
        self._publisher = publisher
        self._tell = tell
        self._vkey_is_out = False

    def __call__(self) -> None:
        if not self._vkey_is_out:
            self._publisher.files.put(VKEY_PATH, f"{self._publisher.verifier}\n".encode())
            self._vkey_is_out = True
        covered = self._publisher.tree.places()  # read first: what is signed then holds them all
        try:
            checkpoint = self._publisher.publish()
        except Fork:
            self._alarm()
            raise
        note = self._publisher.tree.signed()
        if checkpoint and note:
            self._tell(
                Telling(
                    checkpoint=checkpoint,
                    note=note,
                    covered=covered,
                    proofs=self._proofs(checkpoint.size),
                )
            )
            self._tree.note_told(checkpoint.size)

    def _proofs(self, size: int) -> dict[int, list[bytes]]:
        node = nodes_from(size, lru_cache(lambda tile: read_hashes(self._publisher.files, tile)))
        before = [old for old in self._tree.told() if 0 < old < size]
        return {old: consistency_path(old, size, node) for old in before}

    def _alarm(self) -> None:
        """One anomaly per signed tree, however often the round is tried again."""
        last = self._publisher.last_signed()
        self._audit.raise_anomaly(
            AnomalyKind.FORK,
            service=self._audit.name,
            epoch=self._audit.head().epoch,
            position=last.size if last else 0,
        )
