"""As ``python -m services``, and each answer says in the log what it took: statements to SQLite and
the rows that they gave, requests to the object store, seals opened and made, HMACs.

    python -m tests.trust.attackers.counting_services vault.rpc
"""

import shared.rpc.green  # noqa: F401, I001 - before anything else: it patches

import hmac
import json
import re
import runpy
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any
from unittest.mock import patch

import urllib3

from shared.crypto import sealing, tokens

MARKS = re.compile(r"\(\?(, ?\?)*\)")
_taken: ContextVar[Counter[str] | None] = ContextVar("taken", default=None)
"""By the answer under way."""


def take(what: str, times: int = 1) -> None:
    taken = _taken.get()
    if taken is not None:
        taken[what] += times


def counted(what: str, work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def run(*given: Any, **more: Any) -> Any:
        take(what)
        return work(*given, **more)

    return run


def apart(what: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """Counted as one, whatever it takes."""

    @wraps(work)
    def run(*given: Any, **more: Any) -> Any:
        take(what)
        token = _taken.set(None)
        try:
            return work(*given, **more)
        finally:
            _taken.reset(token)

    return run


class CountedCursor(sqlite3.Cursor):
    """``_shape``: the statement under way, whatever its values are and however many."""

    _shape = ""

    def execute(self, statement: str, values: Any = ()) -> "CountedCursor":
        super().execute(statement, values)
        return self._done(statement)

    def executemany(self, statement: str, several: Any) -> "CountedCursor":
        super().executemany(statement, several)
        return self._done(statement)

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        take(f"rows of {self._shape}", len(rows))
        return rows

    def fetchone(self) -> Any:
        row = super().fetchone()
        take(f"rows of {self._shape}", row is not None)
        return row

    def __next__(self) -> Any:
        row = super().__next__()
        take(f"rows of {self._shape}")
        return row

    def _done(self, statement: str) -> "CountedCursor":
        """Not counted is what was refused, as a lock that another process has."""
        self._shape = " ".join(MARKS.sub("(?…)", statement).split())
        take(self._shape)
        return self


class CountedConnection(sqlite3.Connection):
    def cursor(self, factory: Any = CountedCursor) -> Any:
        return super().cursor(factory)


def asked_of_objects(urlopen: Callable[..., Any]) -> Callable[..., Any]:
    def run(pool: Any, method: str, url: str, **more: Any) -> Any:
        take(f"S3 {method}")
        return urlopen(pool, method, url, **more)

    return run


def saying(reply: Callable[..., Any]) -> Callable[..., Any]:
    """What an answer took is a line that is written before it leaves: that of its call comes after,
    and whoever asked may have looked by then."""
    from shared.telemetry.traces import trace_id  # noqa: PLC0415 - after what it stands on is patched

    @wraps(reply)
    def run(answerer: Any, delivery: Any, line: Any) -> Any:
        token = _taken.set(Counter())
        try:
            made = reply(answerer, delivery, line)
            take(f"answered {line.outcome}")
            said = {
                "event": "taken",
                "trace_id": trace_id(),
                "service": line.service,
                "method": line.method,
                "by_person": line.actor is not None and not line.actor.is_service,
                "taken": _taken.get(),
            }
            print(json.dumps(said), flush=True)  # noqa: T201 - where its lines go
            return made
        finally:
            _taken.reset(token)

    return run


def main() -> None:
    """Whatever takes a name of these in takes the counted one: nothing of ours is imported yet."""
    patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=CountedConnection)).start()
    for where, name, what in (
        (sealing, "unseal_with", "seal opened"),
        (sealing, "seal_with", "sealed"),
        (hmac, "new", "HMAC"),
        (tokens, "token_with", "HMAC"),
    ):
        patch.object(where, name, counted(what, getattr(where, name))).start()
    manager = urllib3.PoolManager
    patch.object(manager, "urlopen", asked_of_objects(manager.urlopen)).start()
    from shared.rpc.answer import Answerer  # noqa: PLC0415 - as above
    from shared.stores.kept_aggregates import KeptAggregates  # noqa: PLC0415 - as above

    patch.object(KeptAggregates, "_keep", apart("kept", KeptAggregates._keep)).start()
    patch.object(Answerer, "_reply", saying(Answerer._reply)).start()
    runpy.run_module("services", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
