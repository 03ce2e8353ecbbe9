"""A log from a position on, event by event: for auditors, rebuilds and re-decisions."""

from collections.abc import Iterator

from shared.stores.event_log import EventLog, Recorded

PAGE = 500


def replay(log: EventLog, *, after: int = 0, upto: int | None = None) -> Iterator[Recorded]:
    """Every event above ``after`` up to and with ``upto``, in order.

    The event of an erased record is ``None``; its row, digest and epoch are there. Raises
    ``KeyUnavailable`` when a key is out of reach, ``NotAuthentic`` for a row that was changed.
    """
    while upto is None or after < upto:
        rows = log.read(after, PAGE if upto is None else min(PAGE, upto - after))
        if not rows:
            return
        for row in rows:
            if upto is not None and row.position > upto:
                return
            yield row
        after = rows[-1].position
