"""What a record's prevention plan rests on: answers, opt-outs, what the profile said."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.agenda.domain.prevention.person import Answer, History, State
from services.agenda.domain.prevention.rule import Fact, Table
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class PreventionPlan(Aggregate):
    """One per record. ``next_look``: the day on which something more may be due; ``None`` after
    anything that may have made something due at once.

    What was said in a secret session is kept apart: to representatives, and to reminders that
    reach them, the plan is as if it had not been said.
    """

    TOPIC = "agenda.prevention_plan"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "agenda.prevention_begun"

    class Answered(Event):
        """``state`` and ``on`` as in :class:`Answer`; ``on`` in ISO 8601."""

        TOPIC = "agenda.prevention_answered"
        item: str
        state: str
        on: str | None
        secret: bool

        def apply(self, plan: "PreventionPlan") -> None:
            on = date.fromisoformat(self.on) if self.on else None
            plan.answers[self.secret][self.item] = Answer(State(self.state), on)
            plan.next_look = None

    class OptedOut(Event):
        """Nothing of this act (``code`` of rules) is told of any more; ``out`` false: it is."""

        TOPIC = "agenda.prevention_opted_out"
        code: str
        out: bool

        def apply(self, plan: "PreventionPlan") -> None:
            (plan.opted_out.add if self.out else plan.opted_out.discard)(self.code)
            plan.next_look = None

    class Due(Event):
        """``items``: those whose time has come, each told once."""

        TOPIC = "agenda.prevention_due"
        items: list[str]

        def apply(self, plan: "PreventionPlan") -> None:
            plan.told.update(self.items)

    class Looked(Event):
        TOPIC = "agenda.prevention_looked"
        next_look: str

        def apply(self, plan: "PreventionPlan") -> None:
            plan.next_look = self.next_look

    class Paused(Event):
        """The record is closed or suspended: nobody is told of anything."""

        TOPIC = "agenda.prevention_paused"

        def apply(self, plan: "PreventionPlan") -> None:
            plan.active = False

    class Resumed(Event):
        TOPIC = "agenda.prevention_resumed"

        def apply(self, plan: "PreventionPlan") -> None:
            plan.active = True
            plan.next_look = None

    class VaccinationKnown(Event):
        """``entry``: of the profile. ``on`` is missing when nobody knows the day."""

        TOPIC = "agenda.vaccination_known"
        entry: UUID
        vaccine: str
        on: str | None
        secret: bool

        def apply(self, plan: "PreventionPlan") -> None:
            on = date.fromisoformat(self.on) if self.on else None
            plan.vaccinations[str(self.entry)] = (self.vaccine, on, self.secret)
            plan.next_look = None

    class VaccinationForgotten(Event):
        TOPIC = "agenda.vaccination_forgotten"
        entry: UUID

        def apply(self, plan: "PreventionPlan") -> None:
            plan.vaccinations.pop(str(self.entry), None)
            plan.next_look = None

    class FactsKnown(Event):
        """``facts``: since when, ISO 8601, by fact; they take the place of the former ones."""

        TOPIC = "agenda.prevention_facts_known"
        facts: dict[str, str | None]
        secret: bool

        def apply(self, plan: "PreventionPlan") -> None:
            plan.facts[self.secret] = {
                Fact(fact): date.fromisoformat(since) if since else None
                for fact, since in self.facts.items()
            }
            plan.next_look = None

    @event(Created)
    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.active = True
        self.next_look: str | None = None
        self.answers: dict[bool, dict[str, Answer]] = {False: {}, True: {}}
        self.facts: dict[bool, dict[Fact, date | None]] = {False: {}, True: {}}
        self.vaccinations: dict[str, tuple[str, date | None, bool]] = {}
        self.opted_out: set[str] = set()
        self.told: set[str] = set()

    @staticmethod
    def id_of(key: bytes, record_id: UUID) -> UUID:
        return derived_id(key, "prevention", str(record_id))

    @classmethod
    def begin(cls, key: bytes, record_id: UUID, by: Actor) -> "PreventionPlan":
        return cls._create(
            cls.Created,
            id=cls.id_of(key, record_id),
            record_id=record_id,
            by=by.to_event(),
        )

    def answer(self, item: str, answer: Answer, by: Actor, *, secret: bool) -> None:
        """Said again as it was, it changes nothing."""
        if self.answers[secret].get(item) != answer:
            on = answer.on.isoformat() if answer.on else None
            said = {"item": item, "state": answer.state.value, "on": on}
            self._turn(self.Answered, by, **said, secret=secret)

    def opt_out(self, code: str, by: Actor, *, out: bool) -> None:
        if (code in self.opted_out) != out:
            self._turn(self.OptedOut, by, code=code, out=out)

    def tell(self, items: Iterable[str], next_look: date, by: Actor) -> None:
        """Of items not told before; and when to look again."""
        if new := sorted(set(items) - self.told):
            self._turn(self.Due, by, items=new)
        if self.next_look != next_look.isoformat():
            self._turn(self.Looked, by, next_look=next_look.isoformat())

    def pause(self, by: Actor) -> None:
        if self.active:
            self._turn(self.Paused, by)

    def resume(self, by: Actor) -> None:
        if not self.active:
            self._turn(self.Resumed, by)

    def know_vaccination(
        self, entry: UUID, vaccine: str, on: date | None, by: Actor, *, secret: bool
    ) -> None:
        if self.vaccinations.get(str(entry)) != (vaccine, on, secret):
            day = on.isoformat() if on else None
            said = {"entry": entry, "vaccine": vaccine, "on": day, "secret": secret}
            self._turn(self.VaccinationKnown, by, **said)

    def forget_vaccination(self, entry: UUID, by: Actor) -> None:
        if str(entry) in self.vaccinations:
            self._turn(self.VaccinationForgotten, by, entry=entry)

    def know_facts(self, facts: Mapping[Fact, date | None], by: Actor, *, secret: bool) -> None:
        if self.facts[secret] != dict(facts):
            said = {fact.value: day.isoformat() if day else None for fact, day in facts.items()}
            self._turn(self.FactsKnown, by, facts=said, secret=secret)

    def history(self, table: Table, *, with_secret: bool) -> History:
        answers = self.answers[False] | (self.answers[True] if with_secret else {})
        days: dict[str, set[date]] = {}
        for vaccine, on, secret in self.vaccinations.values():
            if on and (with_secret or not secret):
                for act in table.acts_of(vaccine):
                    days.setdefault(act, set()).add(on)
        return History(
            answers=answers,
            vaccinations={act: tuple(sorted(found)) for act, found in days.items()},
        )

    def known_facts(self, *, with_secret: bool) -> dict[Fact, date | None]:
        return self.facts[False] | (self.facts[True] if with_secret else {})

    def _turn(self, kind: type[Any], by: Actor, **said: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **said)
