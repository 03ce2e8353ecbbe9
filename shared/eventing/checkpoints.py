"""Every service keeps the last checkpoint of the transparency log that it saw, and checks that
the next one continues it (DESIGN, section 9): a log that forks cannot show each its own story.

The first key and the first checkpoint heard of are trusted; from then on all is proven. Another
key is believed once the one believed so far has signed that it follows.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.crypto.base64_text import from_base64
from shared.crypto.signatures import check_ed25519
from shared.eventing.discards import CheckpointDropped, refuse_free_text
from shared.eventing.metrics import CHECKPOINTS
from shared.kernel.actor import Actor
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.errors import NotFound
from shared.kernel.merkle import check_consistency
from shared.kernel.needs_operator import NeedsOperator
from shared.kernel.note import InvalidNote, VerifierKey, open_note, succession
from shared.stores.event_log import NOTHING, EventLog, Outcome
from shared.stores.places import Logged, SeenCheckpoint

Prove = Callable[[int, int], Sequence[bytes]]
"""(from size, to size) -> the path of the log's proof that the larger tree continues the smaller
one. Raises a ``Refusal`` if it is not given."""


class Inconsistent(NeedsOperator):
    """A checkpoint that the log's key signed does not continue the one seen before: the log was
    forked or rolled back, or its key was used by someone else. Or it holds another event than
    ours, or one more than we have: our own log was put back. An operator must look."""


@dataclass(frozen=True)
class Heard:
    """One message of ``audit.checkpoints``, its signature checked. ``covered``: how far it holds
    the events of the service that heard it, ``digest`` that of the last of them in hex;
    ``proofs``: by the size they begin at."""

    note: str
    vkey: str
    checkpoint: Checkpoint
    covered: Logged | None
    digest: str | None
    proofs: dict[int, list[bytes]]
    vouched: str = ""
    """A note by which a former key says that ``vkey`` follows it."""


def parse(body: bytes, service: str) -> Heard:
    """Raise ``ValueError``, ``KeyError`` or ``TypeError`` if it is none."""
    data = json.loads(body)["data"]
    note, said = str(data["note"]), VerifierKey.parse(str(data["vkey"]))
    verifier = VerifierKey(said.name, said.key)  # alone: former ones are what nobody vouches for
    text = open_note(note, verifier, check_ed25519)
    place = data["covered"].get(service)
    return Heard(
        note=note,
        vkey=str(verifier),
        checkpoint=Checkpoint.parse(text),
        covered=Logged(str(place["epoch"]), int(place["position"])) if place else None,
        digest=place.get("digest") if place else None,
        proofs={int(proof["from_size"]): _path(proof) for proof in data.get("proofs", ())},
        vouched=str(data.get("vouched") or ""),
    )


def take(service: EventLog, heard: Heard, prove: Prove) -> None:
    """Keep it, once it is known to continue the last one kept: the proof that did not come with it
    is asked for. One of a smaller tree is passed over. Raise :class:`Inconsistent` otherwise."""
    _refuse_another_past(service, heard)
    seen = service.places.seen_checkpoint()
    if seen is None:
        _keep(service, heard, instead_of=None)
        return
    if heard.vkey != seen.vkey and not _vouched_for(heard, seen):
        raise Inconsistent("a checkpoint is signed by another key than the one seen before")
    last = Checkpoint.parse(open_note(seen.note, VerifierKey.parse(seen.vkey), check_ed25519))
    new = heard.checkpoint
    if new.origin != last.origin:
        raise Inconsistent(f"a checkpoint of {new.origin}, not of {last.origin}")
    if new.size < last.size:
        CHECKPOINTS.labels(service.name, "late").inc()
        return
    path = heard.proofs.get(last.size) or _asked(prove, last, new)
    if last.size and not check_consistency(last.size, new.size, path, last.root, new.root):
        CHECKPOINTS.labels(service.name, "inconsistent").inc()
        raise Inconsistent(f"the log of {new.size} does not continue that of {last.size} entries")
    _keep(service, heard, instead_of=last.size)


def drop(service: EventLog, reason: str, by: Actor) -> SeenCheckpoint:
    """Believe the next checkpoint whatever it continues: an operator knows that the log was put
    back. What counts no longer is kept in an event, with ``reason``, a code word; return it."""
    refuse_free_text(reason)
    seen = service.places.seen_checkpoint()
    if seen is None:
        raise NotFound("no checkpoint was seen here")
    decision = CheckpointDropped(seen.size, seen.note, seen.vkey, reason, by.to_event())
    outcome = Outcome(answer=NOTHING.answer, save=[decision])
    service.commit(outcome, service.places.drop_checkpoints())
    return seen


def _refuse_another_past(service: EventLog, heard: Heard) -> None:
    """What the log holds of the epoch at hand, we hold: else ours was put back to an earlier state
    without a new epoch, and what it saves now would be taken for events that are logged."""
    covered, head = heard.covered, service.head()
    if covered is None or covered.epoch != head.epoch:
        return
    if covered.position > head.position:
        CHECKPOINTS.labels(service.name, "inconsistent").inc()
        raise Inconsistent(
            f"{covered.position} of our events are logged where {head.position} are here"
        )
    if heard.digest and not _is_ours(service, covered.position, heard.digest):
        CHECKPOINTS.labels(service.name, "inconsistent").inc()
        raise Inconsistent(f"another event than ours is logged at position {covered.position}")


def _is_ours(service: EventLog, position: int, digest: str) -> bool:
    return [*service.leaves(position - 1, 1).leaves] == [(position, digest)]


def _asked(prove: Prove, last: Checkpoint, new: Checkpoint) -> Sequence[bytes]:
    """None leads from an empty tree, nor from one to itself."""
    return prove(last.size, new.size) if 0 < last.size < new.size else []


def _vouched_for(heard: Heard, seen: SeenCheckpoint) -> bool:
    """The key seen before has signed that this one follows it: the log's owner changes keys."""
    with suppress(InvalidNote):
        text = open_note(heard.vouched, VerifierKey.parse(seen.vkey), check_ed25519)
        return text == succession(VerifierKey.parse(heard.vkey))
    return False


def _keep(service: EventLog, heard: Heard, instead_of: int | None) -> None:
    kept = SeenCheckpoint(size=heard.checkpoint.size, note=heard.note, vkey=heard.vkey)
    service.places.keep_checkpoint(kept, instead_of, heard.covered)
    CHECKPOINTS.labels(service.name, "kept").inc()


def _path(proof: dict[str, Any]) -> list[bytes]:
    return [from_base64(hash_) for hash_ in proof["path"]]
