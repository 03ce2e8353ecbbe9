"""Was there one order of all that was done, as if by one hand, that explains every answer?

Linearizability (Herlihy and Wing, 1990), searched as Wing and Gong do (1993), with the states seen
before remembered (Lowe, 2017). Each record has a history of its own: nothing that is promised here
spans two, and so each can be searched alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

S = TypeVar("S")
UNKNOWN = object()
"""The answer nobody has seen: the act may have happened, at any time since, or never."""


@dataclass(frozen=True)
class Act:
    """``asked`` and ``answered``: instants of one clock. Somewhere between it happened, if it was
    answered at all."""

    what: str
    argument: Any
    answer: Any
    asked: float
    answered: float = math.inf

    @property
    def is_known(self) -> bool:
        return self.answer is not UNKNOWN


@dataclass(frozen=True)
class Model(Generic[S]):
    """What one hand would do. ``after``: the state after an act with that answer, or ``None`` when
    it could not have been answered so; an answer may be :data:`UNKNOWN`. States are hashable."""

    begins: S
    after: Callable[[S, Act], S | None]


def explained(history: Sequence[Act], model: Model[S]) -> bool:
    """Whether some order of the acts, each between its asking and its answer, fits the model."""
    acts = sorted((a for a in history), key=lambda act: act.asked)
    seen: set[tuple[int, S]] = set()
    stack = [(0, model.begins)]
    all_known = sum(1 << n for n, act in enumerate(acts) if act.is_known)
    while stack:
        done, state = stack.pop()
        if done & all_known == all_known:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        for n in _next(acts, done):
            then = model.after(state, acts[n])
            if then is not None:
                stack.append((done | 1 << n, then))
    return False


def _next(acts: Sequence[Act], done: int) -> Iterator[int]:
    """Those not done that were asked before any other not done was answered."""
    first = _lowest_unset(done)
    soonest = math.inf
    waiting: list[int] = []
    for n in range(first, len(acts)):
        if acts[n].asked > soonest:
            break
        if not done >> n & 1:
            waiting.append(n)
            soonest = min(soonest, acts[n].answered)
    return (n for n in waiting if acts[n].asked <= soonest)


def _lowest_unset(done: int) -> int:
    return (~done & (done + 1)).bit_length() - 1


def _after_block(blocked: bool, act: Act) -> bool | None:
    """``block``, ``unblock``, and ``open``, whose answer is whether it was let in."""
    if act.what == "open":
        return blocked if act.answer is not blocked else None
    return act.what == "block"


def _after_dispense(left: int, act: Act) -> int | None:
    """``dispense`` of a quantity, whose answer is whether it was given."""
    if act.answer is False:
        return left if left < act.argument else None
    return left - act.argument if left >= act.argument else None


BLOCKING = Model(begins=False, after=_after_block)


def dispensing(quantity: int) -> Model[int]:
    return Model(begins=quantity, after=_after_dispense)


def out_of_order(positions: Sequence[Act]) -> list[tuple[Act, Act]]:
    """Pairs of which the second was answered before the first was asked, and yet has a later place
    in the log: ``answer`` is the place. Where places are all different that is all there is to
    linearizability of a sequence."""
    found = []
    latest: Act | None = None
    for act in sorted(positions, key=lambda act: act.answer):
        if latest and act.answered < latest.asked:
            found.append((latest, act))
        if latest is None or act.asked > latest.asked:
            latest = act
    return found
