"""Whom a plan is for, and what is known to have been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.agenda.domain.prevention.rule import Fact, Rule


class State(StrEnum):
    """What the person said of an item."""

    TO_PLAN = "to_plan"
    NOT_SPECIFIED = "not_specified"
    DONE = "done"
    NOT_DONE = "not_done"


@dataclass(frozen=True)
class Answer:
    """``on``: the day it was done."""

    state: State
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """``sex``: M, F, or I (indeterminate), to whom every rule may apply. ``facts``: each with
    the day it began where that matters (first day of the last period of a pregnancy).
    ``born``: the day that ages are counted from, the last that may be, so that nobody is told
    before they are of that age; ``earliest``: the first that may be.
    """

    born: date
    earliest: date
    sex: str
    facts: Mapping[Fact, date | None] = field(default_factory=dict)

    def may_be(self, sexes: str) -> bool:
        return sexes == "*" or self.sex in {sexes, "I"}


@dataclass(frozen=True, kw_only=True)
class History:
    """``answers``: by item, ``<rule>:<first day>``. ``vaccinations``: days by act, ascending."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    vaccinations: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    def answers_to(self, rule: Rule) -> dict[str, Answer]:
        """By item, those of one rule; the newest item last."""
        of_rule = sorted(item for item in self.answers if item.partition(":")[0] == rule.id)
        return {item: self.answers[item] for item in of_rule}

    def doses(self, code: str) -> tuple[date, ...]:
        return self.vaccinations.get(code, ())


def united(histories: Sequence[History]) -> History:
    """Of one person whose records were merged: the first answer to an item counts, and every
    vaccination."""
    answers: dict[str, Answer] = {}
    days: dict[str, set[date]] = {}
    for history in histories:
        answers = {**history.answers, **answers}
        for act, found in history.vaccinations.items():
            days.setdefault(act, set()).update(found)
    vaccinations = {act: tuple(sorted(found)) for act, found in days.items()}
    return History(answers=answers, vaccinations=vaccinations)
