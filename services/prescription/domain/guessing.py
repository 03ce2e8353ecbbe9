"""Numbers cannot be tried one after the other: who was wrong too often waits."""

from collections import OrderedDict
from datetime import datetime, timedelta

from shared.kernel.actor import Actor
from shared.kernel.errors import TooMany

REMEMBERED = 10_000
"""Callers; whoever was wrong longest ago is forgotten."""


class Guessing:
    """``most`` wrong numbers of one caller within ``window``, in each replica."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._wrong: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()

    def require_calm(self, by: Actor, now: datetime) -> None:
        """Also before a right number, or its answer would tell it apart: :class:`TooMany`."""
        if len(self._recent(by, now)) >= self._most:
            raise TooMany("Too many numbers that do not exist; wait before the next one.")

    def was_wrong(self, by: Actor, now: datetime) -> None:
        recent = [*self._recent(by, now), now]
        self._wrong.pop(_caller(by), None)
        self._wrong[_caller(by)] = recent
        if len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def _recent(self, by: Actor, now: datetime) -> list[datetime]:
        return [at for at in self._wrong.get(_caller(by), ()) if now - at < self._window]


def _caller(by: Actor) -> tuple[str, str]:
    return by.principal.kind.value, by.principal.id
