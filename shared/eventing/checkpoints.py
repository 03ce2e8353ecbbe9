"""Every service keeps the last checkpoint of the transparency log that it saw, and checks that
the next one continues it (DESIGN, section 9): a log that forks cannot show each its own story.

The first key and the first checkpoint heard of are trusted; from then on all is proven. Another
key is believed once a note is signed by it and by the one believed so far.
"""

import json
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.crypto.signatures import check_ed25519
from shared.eventing.metrics import CHECKPOINTS
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.merkle import check_consistency
from shared.kernel.note import InvalidNote, VerifierKey, open_note
from shared.stores.event_log import EventLog
from shared.stores.places import Logged, SeenCheckpoint
from shared.telemetry.logs import log


class Inconsistent(Exception):
    """A checkpoint that the log's key signed does not continue the one seen before: the log was
    forked or rolled back, or its key was used by someone else. An operator must look."""


@dataclass(frozen=True)
class Heard:
    """One message of ``audit.checkpoints``, its signature checked. ``covered``: how far it holds
    the events of the service that heard it; ``proofs``: by the size they begin at."""

    note: str
    vkey: str
    checkpoint: Checkpoint
    covered: Logged | None
    proofs: dict[int, list[bytes]]


def parse(body: bytes, service: str) -> Heard:
    """Raise ``ValueError``, ``KeyError`` or ``TypeError`` if it is none."""
    data = json.loads(body)["data"]
    note, vkey = str(data["note"]), str(data["vkey"])
    text = open_note(note, VerifierKey.parse(vkey), check_ed25519)
    place = data["covered"].get(service)
    return Heard(
        note=note,
        vkey=vkey,
        checkpoint=Checkpoint.parse(text),
        covered=Logged(str(place["epoch"]), int(place["position"])) if place else None,
        proofs={int(proof["from_size"]): _path(proof) for proof in data.get("proofs", ())},
    )


def take(service: EventLog, heard: Heard) -> None:
    """Keep it, once it is known to continue the last one kept; one of an older tree that begins
    the last one is passed over. Raise :class:`Inconsistent` otherwise."""
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
    path = [] if new.size == last.size else heard.proofs.get(last.size)
    if path is None:
        CHECKPOINTS.labels(service.name, "unproven").inc()
        log.warning("no proof leads to this checkpoint: both are kept", loop=service.name)
        _keep(service, heard, instead_of=None)
        return
    if last.size and not check_consistency(last.size, new.size, path, last.root, new.root):
        CHECKPOINTS.labels(service.name, "inconsistent").inc()
        raise Inconsistent(f"the log of {new.size} does not continue that of {last.size} entries")
    _keep(service, heard, instead_of=last.size)


def _vouched_for(heard: Heard, seen: SeenCheckpoint) -> bool:
    """The key seen before has signed this very note too: the log's owner changes keys."""
    with suppress(InvalidNote):
        return bool(open_note(heard.note, VerifierKey.parse(seen.vkey), check_ed25519))
    return False


def _keep(service: EventLog, heard: Heard, instead_of: int | None) -> None:
    kept = SeenCheckpoint(size=heard.checkpoint.size, note=heard.note, vkey=heard.vkey)
    service.places.keep_checkpoint(kept, instead_of, heard.covered)
    CHECKPOINTS.labels(service.name, "kept").inc()


def _path(proof: dict[str, Any]) -> list[bytes]:
    return [b64decode(hash_, validate=True) for hash_ in proof["path"]]
