"""Run as a file with another version's code on its path: what that version makes of events.

``python replayed.py SERVICE AFTER UPTO``: a JSON line for each event and each thing made of it,
with a keyed digest of what was made. Nothing that an event says is printed. Only what has been
there since the first version is imported.
"""

import hashlib
import hmac
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

SECRET = bytes.fromhex(os.environ["CARNET_REPLAY_SECRET"])
PAGE = 500


def digest_of(value: object) -> str:
    return hmac.new(SECRET, repr(value).encode(), hashlib.sha256).hexdigest()[:32]


def seal_alike(_key: object, place: str, value: object) -> str:
    """Sealing takes a new nonce each time; here equal values have to look equal."""
    return digest_of((place, value))


def main(service: str, after: int, upto: int) -> None:
    fields = importlib.import_module("shared.crypto.fields")
    fields.seal_field = seal_alike  # type: ignore[attr-defined]  # before any service imports it
    made = importlib.import_module(f"services.{service}.entrypoints.project").SERVICE.build()
    writes = importlib.import_module("shared.eventing.purging").own_writes
    try:
        for row in _rows(made.log, after, upto):
            for name, work in _works(made, writes):
                line = {"position": row.position, "topic": row.topic, "what": name}
                print(json.dumps(line | {"digest": _made(work, row.event)}))  # noqa: T201
    finally:
        made.close()


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
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
