"""The prevention plan: requests, answers, what is seen."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.agenda.contract.parts import Code, Day, OfRecord, Sentence
from services.agenda.domain.prevention.person import State
from services.agenda.domain.prevention.plan import Item, Timing
from services.agenda.domain.prevention.rule import Kind, Requirement, Table
from services.agenda.domain.prevention.sentences import REQUIREMENT_FR, when_fr
from shared.rpc.contract import Answer, Query


class AskPlan(Query):
    """``include_past``: also what was done long ago, and what can be done no more."""

    record_id: UUID
    include_past: bool = False


class PlanItem(Answer):
    """``starts_on`` and ``ends_on`` (included): when it is to be done; ``until`` (included): when
    it still may be. ``opted_out``: nothing of it is told any more.
    """

    item: str
    code: str
    kind: Kind
    label_fr: Sentence
    why_fr: Sentence
    when_fr: Sentence
    source: str
    requirement: Requirement
    requirement_fr: Sentence
    starts_on: date
    ends_on: date
    until: date
    timing: Timing
    state: State
    done_on: date | None
    opted_out: bool

    @classmethod
    def of(cls, item: Item, table: Table, today: date, *, opted_out: bool) -> "PlanItem":
        rule = item.rule
        return cls(
            item=item.id,
            code=rule.code,
            kind=rule.kind,
            label_fr=rule.label,
            why_fr=rule.why,
            when_fr=when_fr(item, table, today),
            source=rule.source,
            requirement=item.requirement,
            requirement_fr=REQUIREMENT_FR[item.requirement],
            starts_on=item.start,
            ends_on=item.last_day,
            until=item.last_day_at_all,
            timing=item.timing,
            state=item.state,
            done_on=item.done_on,
            opted_out=opted_out,
        )


class Plan(Answer):
    """In the order of their days."""

    record_id: UUID
    today: date
    items: list[PlanItem]


class AnswerPrevention(OfRecord):
    """``date``: the day it was done, today when absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    item: Code
    answer: Literal[State.DONE, State.NOT_DONE, State.TO_PLAN]
    on: Day | None = Field(default=None, alias="date")

    @model_validator(mode="after")
    def _dates_what_was_done(self) -> "AnswerPrevention":
        if self.on and self.answer is not State.DONE:
            raise ValueError("only what was done has a date")
        return self


class OptOut(OfRecord):
    """``item``: of a plan, or the code of an act, such as ``GRIPPE``. ``out`` false: be told of it
    again.
    """

    item: Code
    out: bool = True
