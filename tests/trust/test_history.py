"""The checker finds what is wrong, and nothing where all is right: it is a test's own judge."""

from itertools import permutations
from random import Random

import pytest

from tests.trust.history import BLOCKING, UNKNOWN, Act, Model, dispensing, explained, out_of_order


def block(asked: float, answered: float) -> Act:
    return Act("block", None, "done", asked, answered)


def unblock(asked: float, answered: float) -> Act:
    return Act("unblock", None, "done", asked, answered)


def opened(let_in: bool, asked: float, answered: float) -> Act:
    return Act("open", None, let_in, asked, answered)


def took(given: bool, asked: float, answered: float, quantity: int = 1) -> Act:
    return Act("dispense", quantity, given, asked, answered)


GOOD = {
    "nothing": [],
    "one after the other": [opened(True, 0, 1), block(2, 3), opened(False, 4, 5)],
    "at the same time, before": [block(0, 3), opened(True, 1, 2)],
    "at the same time, after": [block(0, 3), opened(False, 1, 2)],
    "both ways while it is under way": [block(0, 5), opened(True, 1, 2), opened(False, 3, 4)],
    "blocked and unblocked": [block(0, 1), unblock(2, 3), opened(True, 4, 5)],
    "unblocked and blocked at once": [unblock(0, 9), block(0, 9), opened(True, 10, 11)],
    "never known, and it happened": [Act("block", None, UNKNOWN, 0), opened(False, 5, 6)],
    "never known, and it did not": [Act("block", None, UNKNOWN, 0), opened(True, 5, 6)],
    "never known, and late": [
        Act("block", None, UNKNOWN, 0),
        opened(True, 5, 6),
        opened(False, 7, 8),
    ],
}
BAD = {
    "let in after a block": [block(0, 1), opened(True, 2, 3)],
    "kept out after an unblock": [block(0, 1), unblock(2, 3), opened(False, 4, 5)],
    "let in again while it is under way": [
        block(0, 9),
        opened(False, 1, 2),
        opened(True, 3, 4),
    ],
    "kept out by nothing": [opened(False, 0, 1), block(2, 3)],
    "never known, and forgotten again": [
        Act("block", None, UNKNOWN, 0),
        opened(False, 5, 6),
        opened(True, 7, 8),
    ],
}


@pytest.mark.parametrize("name", GOOD)
def test_what_one_hand_could_have_done_is_explained(name: str) -> None:
    assert explained(GOOD[name], BLOCKING)


@pytest.mark.parametrize("name", BAD)
def test_what_no_order_explains_is_found(name: str) -> None:
    assert not explained(BAD[name], BLOCKING)


def test_a_box_leaves_once() -> None:
    """One of one: two cannot have it, and nobody is refused it while it is there."""
    assert explained([took(True, 0, 9), took(False, 0, 9)], dispensing(1))
    assert not explained([took(True, 0, 9), took(True, 0, 9)], dispensing(1))
    assert not explained([took(False, 0, 1), took(True, 2, 3)], dispensing(1))
    lost = Act("dispense", 1, UNKNOWN, 0)
    assert explained([lost, took(False, 1, 2)], dispensing(1))
    assert not explained([lost, took(False, 1, 2), took(True, 3, 4)], dispensing(1))


@pytest.mark.parametrize("seed", range(40))
def test_it_judges_as_trying_every_order_does(seed: int) -> None:
    """Small histories of chance: about half of them are wrong."""
    chance = Random(seed)
    acts = [made_up(chance) for _ in range(6)]
    assert explained(acts, BLOCKING) == any_order_fits(acts)


def made_up(chance: Random) -> Act:
    asked = chance.uniform(0, 4)
    answered = asked + chance.uniform(0.1, 2)
    kind = chance.choice(["block", "unblock", "open", "open"])
    return Act(kind, None, chance.random() < 0.5 if kind == "open" else "done", asked, answered)


def any_order_fits(acts: list[Act]) -> bool:
    def fits(order: tuple[Act, ...]) -> bool:
        blocked = False
        for n, act in enumerate(order):
            if any(later.answered < act.asked for later in order[n:]):
                return False
            if act.what == "open":
                if act.answer is blocked:
                    return False
            else:
                blocked = act.what == "block"
        return True

    return any(map(fits, permutations(acts)))


def test_a_long_history_of_many_hands_is_judged_soon() -> None:
    """A thousand acts, eight at a time; and the one lie at its end is found."""
    chance, acts, blocked = Random(3), list[Act](), False
    for n in range(1000):
        kind = chance.choice(["block", "unblock", "open", "open"])
        answer = (not blocked) if kind == "open" else "done"
        blocked = blocked if kind == "open" else kind == "block"
        acts.append(Act(kind, None, answer, n - chance.uniform(0, 4), n + chance.uniform(0, 4)))
    assert explained(acts, BLOCKING)
    end = [block(2000, 2001), opened(True, 2002, 2003)]
    assert not explained([*acts, *end], BLOCKING)


def test_places_in_a_log_follow_one_another_as_their_answers_did() -> None:
    """At the same time any order will do; one after the other, only that one."""

    def saved(place: int, asked: float, answered: float) -> Act:
        return Act("save", None, place, asked, answered)

    assert out_of_order([saved(1, 0, 5), saved(3, 1, 2), saved(2, 1, 4), saved(9, 6, 7)]) == []
    early, late = saved(3, 0, 1), saved(2, 2, 3)
    assert out_of_order([saved(1, 0, 5), early, late]) == [(late, early)]


def test_a_model_of_ones_own() -> None:
    """A register that must be read as it was written last."""
    register: Model[int] = Model(
        begins=0,
        after=lambda state, act: (
            act.argument if act.what == "write" else state if act.answer == state else None
        ),
    )
    written = Act("write", 7, "done", 0, 1)
    assert explained([written, Act("read", None, 7, 2, 3)], register)
    assert not explained([written, Act("read", None, 0, 2, 3)], register)
