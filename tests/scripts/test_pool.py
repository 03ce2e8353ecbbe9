"""Work over processes: as if one had done it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.cli import pool
from scripts.cli.pool import workers

FACTOR = 3


@contextmanager
def tools() -> Iterator[list[int]]:
    """What is open stays open until the process ends: closed, it holds nothing."""
    held = [FACTOR]
    try:
        yield held
    finally:
        held.clear()


def times(held: list[int], piece: int) -> tuple[int, int]:
    return held[0] * piece, os.getpid()


def test_several_processes_give_what_one_gives_and_in_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever is done first: what is compared with the log must come in the log's order."""
    monkeypatch.setattr(pool, "cores", lambda: 2)
    pieces = range(100)

    with workers(tools, rows=pool.FEW - 1) as here:
        alone = list(here.each(times, pieces))
    with workers(tools, rows=pool.FEW) as there:
        together = list(there.each(times, pieces))

    assert [value for value, _ in together] == [FACTOR * piece for piece in pieces]
    assert [value for value, _ in alone] == [value for value, _ in together]
    assert {process for _, process in alone} == {os.getpid()}
    assert os.getpid() not in {process for _, process in together}


def test_work_is_not_done_far_ahead_of_who_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of millions must not wait in memory for whoever compares it."""
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun: list[int] = []

    def pieces() -> Iterator[int]:
        for piece in range(1_000):
            begun.append(piece)
            yield piece

    with workers(tools, rows=pool.FEW) as there:
        done = there.each(times, pieces())
        next(done)

        assert len(begun) <= pool.AHEAD * 2 + 1
