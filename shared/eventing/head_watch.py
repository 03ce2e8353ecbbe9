"""One look at a log for all the loops of a process that wait for something new in it."""

from threading import Condition, Event

from shared.eventing.loop import Loop
from shared.stores.event_log import EventLog

POLL = 0.05
"""Seconds between two looks."""
GATHER = 0.2
"""Seconds that who found something new and has done with it waits before it takes more: what is
saved meanwhile goes in one batch, which costs about as much as one event."""
LONGEST = 1.0
"""Seconds after which who waits looks by itself, whatever became of the one who looks for all."""


class HeadWatch:
    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._head = -1
        self._moved = Condition()

    def wait(self, seen: int) -> None:
        """Return once the head is above what was seen, or after a second. Who has seen more than
        we have waits for our next look."""
        with self._moved:
            if self._head <= seen:
                self._moved.wait(LONGEST)

    def look(self) -> None:
        head = self._log.recorder.max_notification_id() or 0
        if head != self._head:
            self._head = head
            self.wake()

    def wake(self) -> None:
        with self._moved:
            self._moved.notify_all()


def watch_loop(watch: HeadWatch, service: str) -> Loop:
    def work(stop: Event, loop: Loop) -> None:
        try:
            while not stop.is_set():
                watch.look()
                loop.turned()
                stop.wait(POLL)
        finally:
            watch.wake()

    return Loop(f"{service}.head", work)
