"""What was done, as rules look at it: doses, last times, conditions of either."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.agenda.domain.prevention.person import History, Person, State
from services.agenda.domain.prevention.rule import Fact, Rule, Table
from shared.kernel.periods import Period

_DOSE_CONDITIONS = {"no_dose_before", "first_dose_before", "first_dose_from"}


class Acts:
    """The past of one person, against one table."""

    def __init__(self, table: Table, person: Person, history: History, today: date) -> None:
        self._table = table
        self._person = person
        self._history = history
        self._today = today

    def done_on(self, rule: Rule) -> date | None:
        """When a rule that is met once was met: as answered, else by the dose that is its own.

        Answers and vaccinations are not added up: one dose told twice would count as two.
        """
        for answer in reversed(self._history.answers_to(rule).values()):
            if answer.state is State.DONE:
                return answer.on
        counted = self._counted_from(rule)
        doses = [day for day in self._history.doses(rule.code) if day >= counted]
        return doses[rule.dose - 1] if len(doses) >= rule.dose else None

    def _counted_from(self, rule: Rule) -> date:
        """From the first day on which they may have been of that age."""
        anchor = self.anchor(rule) if rule.from_pregnancy else None
        return rule.counted_from.after(anchor or self._person.earliest)

    def all_of(self, name: str) -> list[date]:
        """Every known day of an act, or of one rule, ascending."""
        found = set(self._history.doses(name))
        for rule in self._rules(name):
            answers = self._history.answers_to(rule).values()
            found |= {a.on for a in answers if a.state is State.DONE and a.on}
        return sorted(found)

    def anchor(self, rule: Rule) -> date | None:
        """Where the ages of a rule begin; ``None`` for a pregnancy nobody dated."""
        if rule.from_pregnancy:
            return self._person.facts.get(Fact.PREGNANT)
        return self._person.born

    def concerns(self, rule: Rule) -> bool:
        """Whether a rule is about this person at all, at any age."""
        born = self._person.born
        return (
            self._person.may_be(rule.sexes)
            and (rule.born_from is None or born >= rule.born_from)
            and all(self._holds(term, rule) for term in rule.needs)
            and not any(self._holds(term, rule) for term in rule.unless)
        )

    def _holds(self, term: str, rule: Rule) -> bool:
        """``a|b``: one of these facts; ``no_dose_before:P12M`` and the like: of earlier doses."""
        name, _, age = term.partition(":")
        if not age:
            return any(Fact(fact) in self._person.facts for fact in term.split("|"))
        doses = self.all_of(rule.code)
        reached = Period.parse(age).after(self._person.born)
        if name == "no_dose_before":  # nobody knows before that age
            return self._today >= reached and not (doses and doses[0] < reached)
        return bool(doses) and (doses[0] < reached) == (name == "first_dose_before")

    def _rules(self, name: str) -> Iterator[Rule]:
        return (rule for rule in self._table.rules if name in {rule.id, rule.code})


def check_terms(terms: Sequence[str]) -> None:
    """Raise :class:`ValueError` for a condition that nobody evaluates."""
    for term in terms:
        name, _, age = term.partition(":")
        if age:
            Period.parse(age)
            if name not in _DOSE_CONDITIONS:
                raise ValueError(f"{name} is no condition")
        else:
            for fact in term.split("|"):
                Fact(fact)
