"""Connections to PostgreSQL: of which kind, when one is asked whether it lives, and the one that
holds a lock of leadership.
"""

import sys
import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import psycopg_pool
from psycopg.rows import DictRow

IDLE = 1.0
"""Seconds after which a connection that was not used is asked."""
SILENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""For libpq, seconds but of the last: when a server whose machine or network is gone is given up.
Without, Linux asks after two hours, and whoever saves waits, with all who wait for their turn."""
SILENCE_THERE = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=15000"
)
"""The same for the server, of us: what we had locked is free again then."""
_used: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()


def connection_class() -> type[psycopg.Connection[DictRow]]:
    """Under eventlet one that waits as green threads do."""
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("select"):
        return psycopg.Connection[DictRow]
    from shared.stores.green_connection import GreenConnection  # noqa: PLC0415 - see there

    return GreenConnection


def not_silent(given: Mapping[str, str]) -> dict[str, str]:
    """Parameters of a connection; what an operator gives counts."""
    options = f"{SILENCE_THERE} {given.get('options', '')}".strip()
    return {**SILENCE, **given, "options": options}


def check_if_idle(connection: psycopg.Connection[Any]) -> None:
    """Ask the server only of a connection that was not in use a moment ago: asking costs as much
    as most of what it is wanted for. One that broke since says so when it is used.
    """
    now = time.monotonic()
    if now - _used.get(connection, 0.0) > IDLE:
        psycopg_pool.ConnectionPool.check_connection(connection)
    _used[connection] = now


class ConnectionLeadership:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], *, leads: bool) -> None:
        self._connection = connection
        self._leads = leads
        self._asked = time.monotonic()

    def held(self) -> bool:
        """False also when the connection, and the lock with it, was lost. That a server ended it is
        seen at once; one that is only silent is asked, now and then.
        """
        try:
            self._leads = self._leads and self._is_open()
        except psycopg.OperationalError:
            self._leads = False
        return self._leads

    def _is_open(self) -> bool:
        self._connection.pgconn.consume_input()
        if time.monotonic() - self._asked > IDLE:
            self._connection.execute("SELECT 1")
            self._asked = time.monotonic()
        return True
