"""The plan of one person on one day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.agenda.domain.prevention.acts import Acts
from services.agenda.domain.prevention.person import Answer, History, Person, State
from services.agenda.domain.prevention.rule import Requirement, Rule, Table

AHEAD = timedelta(days=365)
"""What begins later is not in the plan yet; what was done that long ago is there no more."""
_DAY = timedelta(days=1)


class Timing(StrEnum):
    """``late``: its time has passed, and it may still be done; ``waiting``: another comes first;
    ``past``: nothing can be done any more.
    """

    UPCOMING = "upcoming"
    DUE = "due"
    LATE = "late"
    WAITING = "waiting"
    PAST = "past"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to do, or done. ``end`` and ``limit`` are excluded."""

    rule: Rule
    start: date
    end: date
    limit: date
    timing: Timing
    state: State
    done_on: date | None
    requirement: Requirement

    @property
    def id(self) -> str:
        return item_id(self.rule, self.start)

    @property
    def last_day(self) -> date:
        return max(self.start, self.end - _DAY)

    @property
    def last_day_at_all(self) -> date:
        return max(self.start, self.limit - _DAY)

    @property
    def is_open(self) -> bool:
        """It may be told of: the time has come, and nobody said yes or no."""
        return self.timing is Timing.DUE and self.state in {State.NOT_SPECIFIED, State.TO_PLAN}

    @property
    def is_current(self) -> bool:
        return self.state is not State.DONE and self.timing is not Timing.PAST


@dataclass(frozen=True)
class _Window:
    start: date
    end: date
    limit: date
    waits: bool = False


def item_id(rule: Rule, start: date) -> str:
    return f"{rule.id}:{start.isoformat()}"


def plan(table: Table, person: Person, history: History, today: date) -> list[Item]:
    """Everything that concerns the person from birth to a year ahead, by day, then rule."""
    found = [
        item
        for rule in table.rules
        for item in _Planner(table, person, history, today).items(rule)
        if item.start <= today + AHEAD
    ]
    return sorted(found, key=lambda item: (item.start, item.rule.id))


def next_look(table: Table, person: Person, history: History, today: date) -> date:
    """The first day on which something may have become due that is not today."""
    ahead = (item.start for item in plan(table, person, history, today))
    return min((day for day in ahead if day > today), default=today + AHEAD)


class _Planner:
    def __init__(self, table: Table, person: Person, history: History, today: date) -> None:
        self._table = table
        self._acts = Acts(table, person, history, today)
        self._person = person
        self._history = history
        self._today = today

    def items(self, rule: Rule) -> Iterator[Item]:
        anchor = self._acts.anchor(rule)
        if anchor is None or not self._acts.concerns(rule):
            return
        if rule.season:
            yield from self._seasonal(rule, anchor)
        elif rule.every:
            yield from self._repeated(rule, anchor)
        else:
            yield self._once(rule, self._window(rule, anchor))

    def _window(self, rule: Rule, anchor: date) -> _Window:
        """Where it comes after another rule it begins no earlier than that one allows."""
        start, end = rule.start.after(anchor), rule.end.after(anchor)
        limit = max(end, rule.catch_up.after(anchor)) if rule.catch_up else end
        if rule.after is None:
            return _Window(start, end, limit)
        first = self._table.by_id[rule.after.of]
        before = self._acts.done_on(first)
        if before is None:
            own_age = self._today < start and start > first.start.after(anchor)
            return _Window(start, end, limit, waits=not own_age)
        start = max(start, rule.after.least.after(before))
        if rule.after.most:
            end = rule.after.most.after(before)
        return _Window(start, max(end, start), max(end, start, limit))

    def _once(self, rule: Rule, window: _Window) -> Item:
        answers = list(self._history.answers_to(rule).values())
        done_on = self._acts.done_on(rule)
        return self._item(rule, window, answers[-1] if answers else None, done_on)

    def _repeated(self, rule: Rule, anchor: date) -> Iterator[Item]:
        """Those done, then the next one, counted from the last."""
        window = self._window(rule, anchor)
        for item, answer in self._history.answers_to(rule).items():
            if answer.state is State.DONE:
                then = date.fromisoformat(item.partition(":")[2])
                yield self._item(rule, _Window(then, window.end, window.limit), answer, answer.on)
        days = self._acts.all_of(rule.code)
        start = (
            max(window.start, rule.every.after(days[-1])) if days and rule.every else (window.start)
        )
        start = max(start, self._spaced_until(rule) or start)
        if start < window.limit:
            following = _Window(start, window.end, window.limit)
            yield self._item(rule, following, self._history.answers.get(item_id(rule, start)), None)

    def _seasonal(self, rule: Rule, anchor: date) -> Iterator[Item]:
        """The season before, this one and the next, as far as the person is of that age."""
        window = self._window(rule, anchor)
        for year in range(self._today.year - 2, self._today.year + 2):
            assert rule.season  # noqa: S101 - asked before
            first, after = rule.season.of(year)
            start, end = max(first, window.start), min(after, window.limit)
            done = [day for day in self._acts.all_of(rule.code) if first <= day < after]
            if not done:
                start = max(start, self._spaced_until(rule) or start)
            if start < end:
                answer = self._history.answers.get(item_id(rule, start))
                yield self._item(rule, _Window(start, end, end), answer, done[0] if done else None)

    def _spaced_until(self, rule: Rule) -> date | None:
        if rule.spaced is None:
            return None
        days = self._acts.all_of(rule.spaced.of)
        return rule.spaced.least.after(days[-1]) if days else None

    def _item(
        self, rule: Rule, window: _Window, answer: Answer | None, done_on: date | None
    ) -> Item:
        said = answer.state if answer else State.NOT_SPECIFIED
        return Item(
            rule=rule,
            start=window.start,
            end=window.end,
            limit=window.limit,
            timing=self._timing(window),
            state=State.DONE if done_on else said,
            done_on=done_on,
            requirement=self._requirement(rule),
        )

    def _timing(self, window: _Window) -> Timing:
        if self._today >= window.limit:
            return Timing.PAST
        if window.waits:
            return Timing.WAITING
        if self._today < window.start:
            return Timing.UPCOMING
        return Timing.DUE if self._today < window.end else Timing.LATE

    def _requirement(self, rule: Rule) -> Requirement:
        """What is mandatory for some is recommended to the others."""
        born, since, until = self._person.born, rule.mandatory_born_from, rule.mandatory_until
        binding = (since is None or born >= since) and (
            until is None or self._today < until.after(born)
        )
        if rule.requirement is Requirement.MANDATORY and not binding:
            return Requirement.RECOMMENDED
        return rule.requirement
