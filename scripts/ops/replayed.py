"""Run as a file with another version's code on its path: what that version makes of events.

``python replayed.py SERVICE AFTER UPTO``, each a position or an instant: a JSON line for each
event and each thing made of it, with a keyed digest of what was made. Nothing that an event says
is printed. Only what has been there since the first version is imported.
"""

import hashlib
import hmac
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

SECRET = bytes.fromhex(os.environ["CARNET_REPLAY_SECRET"])
PAGE = 500


def digest_of(value: object) -> str:
    return hmac.new(SECRET, repr(value).encode(), hashlib.sha256).hexdigest()[:32]


def seal_alike(_key: object, place: str, value: object) -> str:
    """Sealing takes a new nonce each time; here equal values have to look equal."""
    return digest_of((place, value))


def main(service: str, after: str, upto: str) -> None:
    fields = importlib.import_module("shared.crypto.fields")
    fields.seal_field = seal_alike  # type: ignore[attr-defined]  # before any service imports it
    made = importlib.import_module(f"services.{service}.entrypoints.project").SERVICE.build()
    writes = importlib.import_module("shared.eventing.purging").own_writes
    try:
        for row in _rows(made.log, _position(made.log, after), _position(made.log, upto)):
            for name, work in _works(made, writes):
                line = {"position": row.position, "topic": row.topic, "what": name}
                print(json.dumps(line | {"digest": _made(work, row.event)}))  # noqa: T201 - what it is run for
    finally:
        made.close()


def _position(log: Any, given: str) -> int:
    """Of an instant: that of the last event before it, as times grow with positions."""
    if given.isdecimal():
        return int(given)
    instant = datetime.fromisoformat(given)
    low, high = 0, log.head().position
    while low < high:
        middle = (low + high) // 2
        time = _time_above(log, middle)
        if time is not None and time < instant:
            low = middle + 1
        else:
            high = middle
    return int(low)


def _time_above(log: Any, position: int) -> datetime | None:
    """Of the next event that tells it: those of erased records do not."""
    while rows := log.read(position, PAGE):
        times = (getattr(row.event, "timestamp", None) for row in rows)
        found: datetime | None = next((time for time in times if time), None)
        if found:
            return found
        position = rows[-1].position
    return None


def _rows(log: Any, after: int, upto: int) -> Iterator[Any]:
    while rows := [row for row in log.read(after, PAGE) if row.position <= upto]:
        yield from rows
        after = rows[-1].position


def _works(made: Any, writes: Any) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """What is made of an event: the writes to each read model, and the message."""
    for view in made.views:
        yield f"view {view.projection.NAME}", partial(writes, view.projection)
    yield "message", made.message_for


def _made(work: Callable[[Any], object], event: object) -> str:
    if event is None:
        return "erased"
    try:
        return digest_of(work(event))
    except Exception as error:  # noqa: BLE001 - that it fails is what has to be told
        return f"fails: {type(error).__name__}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
