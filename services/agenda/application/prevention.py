"""The prevention plan: what is due to a person, and that they are told once."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from services.agenda.application.log import SELF, AgendaLog
from services.agenda.contract import prevention as c
from services.agenda.domain.origin import AGENDA
from services.agenda.domain.ports import Traits
from services.agenda.domain.prevention.person import Answer, History, Person, State, united
from services.agenda.domain.prevention.plan import AHEAD, Item, next_look, plan
from services.agenda.domain.prevention_plan import (
    Codes,
    PreventionPlan,
    Readable,
    Told,
    Vaccination,
)
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from shared.kernel.french import latest_day_in_france
from shared.kernel.ids import derived_id
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Command, Done
from shared.stores.event_log import Outcome, command


class LookAtPlan(Command):
    """No RPC: our own timer asks."""

    record_id: UUID


class Prevention(AgendaLog):
    def prevention_plan(self, request: c.AskPlan, by: Actor) -> c.Plan:
        """Computed each time, from the rules in force and what this reader may know."""
        self.gate.require(request.record_id, "read", AGENDA, by)
        traits = self.identities.traits_of(request.record_id, by)
        kept, today = self._plans(request.record_id), self.today()
        items = self._planned(traits, kept, self._readable(request.record_id, kept, by))
        shown = [i for i in items if request.include_past or _matters(i, today)]
        out = _opted_out(kept)
        return c.Plan(
            record_id=request.record_id,
            today=today,
            items=[
                c.PlanItem.of(item, self.table, today, opted_out=item.rule.code in out)
                for item in shown
            ],
        )

    @command
    def answer_prevention(self, request: c.AnswerPrevention, by: Actor) -> Outcome[Done]:
        """Of an item that is, or was, in the plan as this person sees it."""
        self.require_feed(request.record_id, by)
        kept = self._begun(request.record_id, by)
        traits = self.identities.traits_of(request.record_id, by)
        others = self._others(request.record_id)
        readable = self._readable(request.record_id, [kept, *others], by)
        items = self._planned(traits, [kept, *others], readable)
        answered = kept.history(self.table, readable, self._latest()).answers
        if request.item not in {item.id for item in items} | answered.keys():
            raise InvalidRequest(fields={"item": "is not in this plan"})
        said = self._answer(request, traits.earliest)
        kept.answer(request.item, said, by, secret=by.in_secret)
        return Outcome(answer=Done(), save=[kept])

    @command
    def opt_out(self, request: c.OptOut, by: Actor) -> Outcome[Done]:
        """Of being told, not of the plan."""
        self.gate.require(request.record_id, "manage", AGENDA, by)
        named = request.item.partition(":")[0]
        rule = self.table.by_id.get(named)
        code = rule.code if rule else named
        if code not in self.table.codes:
            raise InvalidRequest(fields={"item": "is no item and no act of the plan"})
        require_unseen(by, code)
        kept = self._begun(request.record_id, by)
        kept.opt_out(code, by, out=request.out)
        return Outcome(answer=Done(), save=[kept])

    def tell_due_prevention(self) -> None:
        """Of each record whose day has come. One erased meanwhile is left alone."""
        for record_id in self.lists.plans.plans_due(self.today()):
            kept_id = PreventionPlan.id_of(self.secret, record_id)
            told = (str(self.today()), str(self.version_of(kept_id)))
            request_id = derived_id(self.secret, "look", str(record_id), *told)
            with suppress(Conflict, Forbidden):
                self._look(LookAtPlan(request_id=request_id, record_id=record_id), SELF)

    @command
    def _look(self, request: LookAtPlan, by: Actor) -> Outcome[Done]:
        """As representatives may know it, since they are told too: what was said in a secret
        session neither silences a reminder nor shows in one.
        """
        kept, today = self._begun(request.record_id, by), self.today()
        plans = [kept, *self._others(request.record_id)]
        try:
            traits = self.identities.traits_of(request.record_id, None)
        except Forbidden:
            kept.tell((), today + AHEAD, by)
            return Outcome(answer=Done(), save=[kept])
        person, history = self._known(traits, plans, _open_to_all)
        due = [
            item.id
            for item in plan(self.table, person, history, today)
            if item.is_open
            and item.rule.code not in _opted_out(plans)
            and not any(item.id in other.told for other in plans[1:])
        ]
        to_come = (day for known in plans for day in known.days_to_come(self._latest()))
        again = min([next_look(self.table, person, history, today), *to_come])
        kept.tell(due if kept.active else (), again, by)
        return Outcome(answer=Done(), save=[kept])

    def know_vaccination(self, record_id: UUID, entry: UUID, known: Vaccination) -> Outcome[Done]:
        """From the profile; so are the three below."""
        kept = self._begun(record_id, SELF)
        kept.know_vaccination(entry, known, SELF)
        return Outcome(answer=Done(), save=[kept])

    def hide_vaccination(self, record_id: UUID, entry: UUID, codes: Codes) -> Outcome[Done] | None:
        """Or show it: who may know of it has changed, and nothing else."""
        kept = self.plan_of(record_id)
        known = kept.vaccinations.get(str(entry)) if kept else None
        if known is None:
            return None
        return self.know_vaccination(record_id, entry, known._replace(confidentiality=codes))

    def forget_vaccination(self, record_id: UUID, entry: UUID) -> Outcome[Done]:
        kept = self._begun(record_id, SELF)
        kept.forget_vaccination(entry, SELF)
        return Outcome(answer=Done(), save=[kept])

    def know_facts(self, record_id: UUID, questionnaire: str, told: Told) -> Outcome[Done]:
        kept = self._begun(record_id, SELF)
        kept.know_facts(questionnaire, told, SELF)
        return Outcome(answer=Done(), save=[kept])

    def _begun(self, record_id: UUID, by: Actor) -> PreventionPlan:
        return self.plan_of(record_id) or PreventionPlan.begin(self.secret, record_id, by)

    def _plans(self, record_id: UUID) -> list[PreventionPlan]:
        """What is kept of this person: in this record first, and in those merged with it."""
        own = self.plan_of(record_id)
        return [*([own] if own else []), *self._others(record_id)]

    def _others(self, record_id: UUID) -> list[PreventionPlan]:
        found = (self.plan_of(r) for r in self.together(record_id) if r != record_id)
        return [plan for plan in found if plan]

    def _readable(self, record_id: UUID, plans: Sequence[PreventionPlan], by: Actor) -> Readable:
        """Whether this reader may know of what is marked with some codes."""
        codes = sorted({codes for kept in plans for codes in kept.codes})
        permits = self.gate.may_read(record_id, [_marked(some) for some in codes], by)
        allowed = {some for some, permit in zip(codes, permits, strict=True) if permit}
        return allowed.__contains__

    def _planned(
        self, traits: Traits, plans: Sequence[PreventionPlan], readable: Readable
    ) -> list[Item]:
        person, history = self._known(traits, plans, readable)
        return plan(self.table, person, history, self.today())

    def _known(
        self, traits: Traits, plans: Sequence[PreventionPlan], readable: Readable
    ) -> tuple[Person, History]:
        facts = {f: d for p in plans for f, d in p.known_facts(readable, self.today()).items()}
        latest = self._latest()
        history = united([kept.history(self.table, readable, latest) for kept in plans])
        person = Person(born=traits.born, earliest=traits.earliest, sex=traits.sex, facts=facts)
        return person, history

    def _answer(self, request: c.AnswerPrevention, born: date) -> Answer:
        """``born``: the first day that may be, so that what was done is not refused for want of
        one that is known."""
        if request.answer is not State.DONE:
            return Answer(request.answer)
        on = request.on or self.today()
        if not born <= on <= self._latest():
            raise InvalidRequest(fields={"date": "is between birth and today"})
        return Answer(State.DONE, on)

    def _latest(self) -> date:
        """What was done was done on that day at the latest: it begins earlier overseas."""
        return latest_day_in_france(self.clock.now())


def _matters(item: Item, today: date) -> bool:
    """Still to be done, or done in the year that has passed."""
    return item.is_current or (item.done_on is not None and item.done_on > today - AHEAD)


def _marked(codes: Codes) -> dict[str, Any]:
    """What access is told of something the plan rests on: it is of the profile, or as good as."""
    return {
        "kind": "profile_section",
        "type": "vaccinations",
        "class": "VACCINES",
        "confidentiality": list(codes),
    }


def _opted_out(plans: Sequence[PreventionPlan]) -> set[str]:
    return set().union(*(kept.opted_out for kept in plans))


def _open_to_all(codes: Codes) -> bool:
    return not codes
