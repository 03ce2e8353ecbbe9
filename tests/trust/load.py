"""People at work while parts of Carnet fail: each does one thing again and again, and remembers
what was answered, and when."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

from shared.kernel.errors import (
    Conflict,
    DeadlineExceeded,
    Refusal,
    StaleRead,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from tests.trust.history import UNKNOWN, Act

AGAIN = (Unavailable, DeadlineExceeded, TooMany, StaleRead, Unauthenticated)
"""What a caller sees of a part that died, or of clocks that differ: the outcome is not known, or
nothing happened. Ask again, with the same ``request_id``."""
PATIENCE = 300.0
"""Seconds after which a command that nobody answers counts as lost."""
PAUSE = 0.2


@dataclass
class Seen:
    """What was acknowledged. ``broken``: promises that an answer did not keep. ``histories``: by
    what is promised and of what; ``places``: by service, the places in its log that were told."""

    deposited: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    opened: list[tuple[str, str]] = field(default_factory=list)
    boxes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    histories: dict[tuple[str, str], list[Act]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))
    tries: int = 0
    broken: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Desk:
    """Where all of them work: asks until there is an answer, and writes it down."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.closed = Event()
        self.given_up = Event()
        self._lock = Lock()

    def insist(self, ask: Callable[..., Any], method: str, **arguments: Any) -> Act:
        """The same command until it is answered or refused: once, however often it was sent.
        The answer is the refusal where it was refused."""
        request_id, asked = str(uuid4()), time.monotonic()
        while time.monotonic() < asked + PATIENCE and not self.given_up.is_set():
            answer = self._once(ask, method, request_id=request_id, **arguments)
            if answer is not None:
                act = Act(method, None, answer, asked, time.monotonic())
                self._note_place(act)
                return act
            time.sleep(PAUSE)
        if not self.given_up.is_set():
            self.seen.lost.append(method)
        return Act(method, None, UNKNOWN, asked)

    def look(self, ask: Callable[..., Any], method: str, **arguments: Any) -> Act | None:
        """A question, asked once; ``None`` if it was not answered. A refusal is an answer."""
        asked = time.monotonic()
        answer = self._once(ask, method, **arguments)
        return None if answer is None else Act(method, None, answer, asked, time.monotonic())

    def note(self, promise: str, of: str, act: Act) -> None:
        with self._lock:
            self.seen.histories[promise, of].append(act)

    def _once(self, ask: Callable[..., Any], method: str, **arguments: Any) -> Any:
        with self._lock:
            self.seen.tries += 1
        try:
            return ask(method, **arguments)
        except AGAIN:
            return None
        except Conflict as conflict:
            return None if type(conflict) is Conflict else conflict
        except Refusal as refusal:
            return refusal

    def _note_place(self, act: Act) -> None:
        if isinstance(act.answer, dict) and act.answer.get("position"):
            place = Act(act.what, None, act.answer["position"], act.asked, act.answered)
            with self._lock:
                self.seen.places[act.what.partition(".")[0]].append(place)


Work = Callable[[Desk], None]


class Load:
    """Every work in a thread of its own, from ``start`` to ``stop``; each ends after the act it
    is at."""

    def __init__(self, works: Sequence[Work]) -> None:
        self.desk = Desk()
        self._failed: list[BaseException] = []
        self._threads = [Thread(target=self._repeat, args=(work,)) for work in works]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def give_up(self) -> None:
        """What is asked need not be answered any more: the test has failed already."""
        self.desk.given_up.set()

    def stop(self) -> Seen:
        self.desk.closed.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]
        return self.desk.seen

    def _repeat(self, work: Work) -> None:
        try:
            while not self.desk.closed.is_set():
                work(self.desk)
        except BaseException as error:  # noqa: BLE001 - a thread's own failure is the test's
            self._failed.append(error)
