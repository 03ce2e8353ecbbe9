"""Signs and publishes checkpoints: the file first, then the message that tells of it."""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from amqp.exceptions import AMQPError

from services.audit.adapters.tree import Measured, SqlTree
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
from shared.kernel.note import Sign, VerifierKey, sign_note, succession

EXCHANGE = "audit.checkpoints"
"""Not the exchange of audit's events: a checkpoint has no position that one could follow."""
LOST = (OSError, AMQPError)
"""What it looks like when the broker is gone, or ends a connection: the next needs a new one."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """``covered``: how far it holds each service at least. ``proofs``: by the size they begin
    at, that it continues the trees told of before."""

    checkpoint: Checkpoint
    note: str
    covered: Mapping[str, Place]
    proofs: Mapping[int, Sequence[bytes]]


Tell = Callable[[Telling], None]
REMEMBERED = 1_000
"""Rounds whose places wait to be covered, where much waits to be signed."""


class CheckpointMessages:
    """Plain JSON: a checkpoint is for everybody. ``former``: the key before, while it changes."""

    def __init__(
        self,
        amqp_uri: str,
        clock: Clock,
        verifier: VerifierKey,
        former: tuple[VerifierKey, Sign] | None = None,
    ) -> None:
        self._amqp_uri = amqp_uri
        self._clock = clock
        self._vkey = str(verifier)
        self._vouched = sign_note(succession(verifier), *former) if former else None
        self._publisher: broker.Publisher | None = None

    def __call__(self, telling: Telling) -> None:
        data = CheckpointPublished(
            size=telling.checkpoint.size,
            root=to_base64(telling.checkpoint.root),
            note=telling.note,
            vkey=self._vkey,
            vouched=self._vouched,
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
        outgoing = broker.Outgoing("checkpoint_published", json.dumps(body))
        try:
            self._publish(outgoing)
        except LOST:  # between two checkpoints a connection may be silent for longer than it may
            self._publish(outgoing)

    def _publish(self, outgoing: broker.Outgoing) -> None:
        if self._publisher is None:
            self._publisher = broker.Publisher(self._amqp_uri, EXCHANGE, "fanout")
        try:
            self._publisher.publish([outgoing])
        except LOST:
            self.close()
            raise

    def close(self) -> None:
        if self._publisher is not None:
            with suppress(*LOST):
                self._publisher.close()
            self._publisher = None


class CheckpointSweep:
    """One round of a timer: publish what is new, tell of it, raise an alarm at a fork.

    Told is also what was published before and not told yet: the broker was away, or events were
    found to be covered only later. Who waits for that would wait for the next event of anybody.
    """

    def __init__(self, audit: Audit, tree: SqlTree, publisher: Publisher, tell: Tell) -> None:
        self._audit = audit
        self._tree = tree
        self._publisher = publisher
        self._tell = tell
        self._vkey_is_out = False
        self._measured: deque[Measured] = deque(maxlen=REMEMBERED)
        """Ascending; those that a signed tree holds are forgotten but for the last."""
        self._told: Mapping[str, Place] | None = None
        """What was told to be covered last."""

    def __call__(self) -> None:
        if not self._vkey_is_out:
            self._publisher.files.put(VKEY_PATH, f"{self._publisher.verifier}\n".encode())
            self._vkey_is_out = True
        self._measured.append(self._tree.measured())
        try:
            new = self._publisher.publish()
        except Fork:
            self._alarm()
            raise
        note, checkpoint = self._tree.signed(), self._publisher.last_signed()
        if note is None or checkpoint is None:
            return
        covered = self._covered(checkpoint.size)
        if new or covered != self._told:
            proofs = self._proofs(checkpoint.size)
            self._tell(Telling(checkpoint=checkpoint, note=note, covered=covered, proofs=proofs))
            self._tree.note_told(checkpoint.size)
            self._told = covered

    def _covered(self, size: int) -> Mapping[str, Place]:
        """The last places measured that a tree of that size holds. What was appended later, or is
        in a full tile that waits for its turn, is in the tree and not in what was signed."""
        while len(self._measured) > 1 and self._measured[1].size <= size:
            self._measured.popleft()
        last = self._measured[0]
        return last.places if last.size <= size else {}

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
