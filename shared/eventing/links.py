"""The rules of following a log, as a function of what was applied last and what has come.

Pure: no broker, no store. What a broker delivers may be lost, repeated, late or out of order,
and decides nothing alone but *apply* and *drop*; for whatever else the log itself is asked
(``Pulled``), and only its answer may stop a follower.

A place is epoch, position and digest of a row, and the digest covers the epoch the row was
written in. A log restored to an earlier position therefore still holds the row of a follower
that had not passed it, who goes on; whoever had passed it finds another row, or none, and stops.
"""

from collections.abc import Sequence
from enum import StrEnum

from shared.eventing.messages import Envelope, Head, Pulled
from shared.kernel.needs_operator import NeedsOperator
from shared.stores.outcome import Link


class Mismatch(NeedsOperator):
    """The publisher's log is not the one that was followed so far: nobody may guess on."""


class Verdict(StrEnum):
    APPLY = "apply"
    DROP = "drop"
    PULL = "pull"


def link_of(message: Envelope | Head) -> Link:
    return Link(message.epoch, message.position, message.digest)


def judge(at: Link | None, envelope: Envelope) -> Verdict:
    """What to do with a delivered message; ``at`` is ``None`` before the first.

    Another epoch is never believed from the broker: it may be a late message of the past. At
    the very position applied last, another digest is another history. Below it the row is not
    remembered; a publisher restored that far is found by its head. A void message, which moves
    us on without an effect, holds nothing sealed that proves where it comes from: the log says.
    """
    if at is None or envelope.epoch != at.epoch:
        return Verdict.PULL
    if envelope.position < at.position or link_of(envelope) == at:
        return Verdict.DROP
    follows = (envelope.previous, envelope.previous_digest) == (at.position, at.digest)
    return Verdict.APPLY if follows and not envelope.is_void else Verdict.PULL


def judge_head(at: Link | None, head: Head) -> Verdict:
    """What to do with an announced head: ask the log unless it is exactly where we are."""
    here = link_of(head) == at or (at is None and head.position == 0)
    return Verdict.DROP if here else Verdict.PULL


def check(at: Link | None, pulled: Pulled) -> Sequence[Envelope]:
    """The messages to apply after ``at``.

    Raises :class:`Mismatch` unless the answer continues the very log that was followed: the row
    applied last still there and the same, and every message linked to the one before.
    """
    if at and pulled.after != at.digest:
        found = "another event" if pulled.after else "nothing"
        raise Mismatch(f"position {at.position} was applied, and the log holds {found} there")
    position, digest = (at.position, at.digest) if at else (0, "")
    for number, envelope in enumerate(pulled.envelopes):
        _check_next(position, digest, envelope, first=number == 0)
        position, digest = envelope.position, envelope.digest
    return pulled.envelopes


def _check_next(position: int, digest: str, envelope: Envelope, *, first: bool) -> None:
    """The first may name an older predecessor, if ours was a message once and is no more: its
    row was compared by digest already, so the history is the same.
    """
    if envelope.position <= position:
        raise Mismatch(f"position {envelope.position} does not come after {position}")
    linked = (envelope.previous, envelope.previous_digest) == (position, digest)
    if not linked and not (first and 0 <= envelope.previous < position):
        raise Mismatch(f"position {envelope.position} is not linked to {position}")
