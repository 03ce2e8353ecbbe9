"""What a record's prevention plan rests on: answers, opt-outs, what the profile said."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.agenda.domain.origin import SECRET
from services.agenda.domain.prevention.person import Answer, History, State
from services.agenda.domain.prevention.rule import Fact, Table
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

Codes = tuple[str, ...]
"""Confidentiality codes (JDV_J08) of what is not for everybody."""
SECRET_CODES: Codes = (SECRET,)
Readable = Callable[[Codes], bool]
PREGNANCY = timedelta(days=280)


class Vaccination(NamedTuple):
    """One of the profile, as it is now."""

    vaccine: str
    on: date | None
    confidentiality: Codes


class Told(NamedTuple):
    """What one questionnaire said last, and when; ``since``: the first day of dated facts."""

    facts: tuple[Fact, ...]
    on: date
    confidentiality: Codes
    since: tuple[tuple[Fact, date], ...] = ()


class PreventionPlan(Aggregate):
    """One per record. ``next_look``: the day on which something more may be due; ``None`` after
    anything that may have made something due at once.

    What is hidden from some (said in a secret session, masked in the profile) is kept with its
    codes: to them, and to reminders that reach them, the plan is as if it had not been said.
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
        confidentiality: list[str]

        def apply(self, plan: "PreventionPlan") -> None:
            on = date.fromisoformat(self.on) if self.on else None
            known = Vaccination(self.vaccine, on, tuple(self.confidentiality))
            plan.vaccinations[str(self.entry)] = known
            plan.next_look = None

    class VaccinationForgotten(Event):
        TOPIC = "agenda.vaccination_forgotten"
        entry: UUID

        def apply(self, plan: "PreventionPlan") -> None:
            plan.vaccinations.pop(str(self.entry), None)
            plan.next_look = None

    class FactsKnown(Event):
        """``facts``: those of one questionnaire, in the place of what it said before."""

        TOPIC = "agenda.prevention_facts_known"
        questionnaire: str
        facts: list[str]
        on: str
        confidentiality: list[str]
        since: dict[str, str]

        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["since"] = {}

        def apply(self, plan: "PreventionPlan") -> None:
            facts = tuple(Fact(fact) for fact in self.facts)
            since = tuple((Fact(f), date.fromisoformat(d)) for f, d in sorted(self.since.items()))
            told = Told(facts, date.fromisoformat(self.on), tuple(self.confidentiality), since)
            plan.facts[self.questionnaire] = told
            plan.next_look = None

    @event(Created)
    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.active = True
        self.next_look: str | None = None
        self.answers: dict[bool, dict[str, Answer]] = {False: {}, True: {}}
        self.facts: dict[str, Told] = {}
        self.vaccinations: dict[str, Vaccination] = {}
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

    def know_vaccination(self, entry: UUID, known: Vaccination, by: Actor) -> None:
        if self.vaccinations.get(str(entry)) != known:
            said = {"vaccine": known.vaccine, "on": known.on.isoformat() if known.on else None}
            codes = list(known.confidentiality)
            self._turn(self.VaccinationKnown, by, entry=entry, **said, confidentiality=codes)

    def forget_vaccination(self, entry: UUID, by: Actor) -> None:
        if str(entry) in self.vaccinations:
            self._turn(self.VaccinationForgotten, by, entry=entry)

    def know_facts(self, questionnaire: str, told: Told, by: Actor) -> None:
        if self.facts.get(questionnaire) != told:
            said = {"facts": [fact.value for fact in told.facts], "on": told.on.isoformat()}
            codes = list(told.confidentiality)
            since = {fact.value: day.isoformat() for fact, day in told.since}
            named = {"questionnaire": questionnaire, "confidentiality": codes}
            self._turn(self.FactsKnown, by, **said, **named, since=since)

    @property
    def codes(self) -> set[Codes]:
        """Every way in which something it rests on is marked."""
        of_profile = {known.confidentiality for known in self.vaccinations.values()}
        return of_profile | {told.confidentiality for told in self.facts.values()} | {SECRET_CODES}

    def history(self, table: Table, readable: Readable, latest: date) -> History:
        """What readers know who may read what is marked with these codes. ``latest``: what is said
        of a later day has not been done yet."""
        answers = self.answers[False] | (self.answers[True] if readable(SECRET_CODES) else {})
        days: dict[str, set[date]] = {}
        for known in self.vaccinations.values():
            if known.on and known.on <= latest and readable(known.confidentiality):
                for act in table.acts_of(known.vaccine):
                    days.setdefault(act, set()).add(known.on)
        return History(
            answers=answers,
            vaccinations={act: tuple(sorted(found)) for act, found in days.items()},
        )

    def days_to_come(self, latest: date) -> list[date]:
        """On which a vaccination that was told of beforehand counts, so that others may be due."""
        days = (known.on for known in self.vaccinations.values() if known.on)
        return [day for day in days if day > latest]

    def known_facts(self, readable: Readable, today: date) -> dict[Fact, date | None]:
        """With their first day, where it was said. A pregnancy is over nine months after it began,
        or else after it was told of, whatever was said since."""
        return {
            fact: _began(told, fact)
            for told in self.facts.values()
            for fact in told.facts
            if readable(told.confidentiality)
            and (fact is not Fact.PREGNANT or today < (_began(told, fact) or told.on) + PREGNANCY)
        }

    def _turn(self, kind: type[Any], by: Actor, **said: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **said)


def _began(told: Told, fact: Fact) -> date | None:
    return dict(told.since).get(fact)
