"""How green threads wait for PostgreSQL.

Under eventlet psycopg's own wait makes a selector for each answer. This one tells the hub which
connection waits, and sends what is sent together without waiting in between. Loaded only in
processes that run on eventlet.
"""

import select

from eventlet import patcher
from eventlet.hubs import trampoline
from psycopg import Connection
from psycopg.abc import RV, PQGen
from psycopg.rows import DictRow
from psycopg.waiting import Ready, Wait

unpatched = patcher.original("select")


class GreenConnection(Connection[DictRow]):
    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """What psycopg's does; who wants to wait for a bounded time only is left to it."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        socket = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(_ready(socket, wanted))
        except StopIteration as ended:
            answer: RV = ended.value
            return answer


def _ready(socket: int, wanted: Wait) -> Ready:
    """An answer takes its time; but there is nearly always room for a question."""
    if wanted == Wait.R:
        trampoline(socket, read=True)
        return Ready.R
    if _has_room(socket):
        return Ready.W
    to_read, to_write, _ = select.select([socket], [socket] if wanted & Wait.W else [], [])
    return Ready((Ready.R if to_read else 0) | (Ready.W if to_write else 0))


def _has_room(socket: int) -> bool:
    poll = unpatched.poll()
    poll.register(socket, unpatched.POLLOUT)
    return bool(poll.poll(0))
