"""What takes the place of what was said before: directives, questionnaires, targets."""

import hashlib
from uuid import UUID

from services.profile.application.log import ProfileLog
from services.profile.contract import measures as m
from services.profile.contract import requests as r
from services.profile.domain.errors import NotSecret
from services.profile.domain.kinds import Kind, kind_named
from services.profile.domain.listing import QUESTIONNAIRES
from services.profile.domain.once import Answers, Directives, Target
from services.profile.domain.visibility import (
    NORMAL,
    codes_for,
    measure_attributes,
    section_attributes,
)
from shared.crypto.fields import open_field, seal_field
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command
from shared.stores.guard import Sql, Step

DIRECTIVES = "directives"
"""The section that directives are decided on as."""


class Sayings(ProfileLog):
    @command
    def set_directives(self, request: r.SetDirectives, by: Actor) -> Outcome[Done]:
        """The words of the former ones are overwritten by this very save."""
        if by.principal.secret:
            raise NotSecret
        record_id = request.record_id
        attributes = section_attributes(DIRECTIVES, [NORMAL], by.to_event())
        decision = self.gate.require(record_id, "manage", attributes, by)
        said = request.directives
        if (
            said
            and said.document_id
            and not self.parts.papers.may_see(said.document_id, self.together(record_id), by)
        ):
            raise InvalidRequest(fields={"directives.document_id": "no document of yours"})
        directives_id = self.new_id(request, by, "directives")
        sealed = said and seal_field(
            self.keys.current(record_id), place(record_id), said.model_dump(mode="json")
        )
        directives = Directives.put(
            directives_id,
            by,
            record_id=record_id,
            decision_id=decision.decision_id,
            digest=hashlib.sha256(sealed.encode()).hexdigest() if sealed else None,
        )
        return Outcome(
            answer=Done(),
            save=[directives],
            also=[_overwrite(record_id, directives_id, sealed or "")],
        )

    def current_directives(self, record_id: UUID) -> tuple[Directives, r.DirectivesView] | None:
        """Of records that were merged, the last that were set; none if they were withdrawn."""
        found = [self._directives_of(one) for one in self.together(record_id)]
        last = max(filter(None, found), key=lambda one: one[0].created_on, default=None)
        if last is None:
            return None
        directives, said = last
        return (directives, said) if said else None

    def _directives_of(self, record_id: UUID) -> tuple[Directives, r.DirectivesView | None] | None:
        """``None`` in the place of words that were withdrawn."""
        with self.guarded.reading() as sql:
            rows = sql(
                "SELECT directives, sealed FROM profile_directives WHERE record = ?",
                str(record_id),
            )
        if not rows:
            return None
        directives = self.get(UUID(rows[0][0]), Directives)
        if directives is None:
            return None
        if not rows[0][1]:
            return directives, None
        said = open_field(self.keys, place(record_id), rows[0][1])
        return directives, r.DirectivesView(directives_id=directives.id, **said)

    @command
    def answer_questionnaire(
        self, request: r.AnswerQuestionnaire, by: Actor
    ) -> Outcome[r.Answered]:
        """Answers anew take the place of the former, which the log keeps."""
        questionnaire = self.parts.questionnaires.get(request.questionnaire)
        if questionnaire is None:
            raise InvalidRequest(fields={"questionnaire": "unknown"})
        codes = codes_for((), by)
        attributes = section_attributes(QUESTIONNAIRES, codes, by.to_event())
        decision = self.gate.require(request.record_id, "feed", attributes, by)
        questionnaire.check(request.answers, final=request.final)
        answers = Answers.give(
            self.new_id(request, by, "answers"),
            by,
            record_id=request.record_id,
            decision_id=decision.decision_id,
            questionnaire=questionnaire.code,
            answers=dict(request.answers),
            facts=questionnaire.facts(request.answers),
            since=questionnaire.since(request.answers),
            final=request.final,
            confidentiality=codes,
        )
        return Outcome(answer=r.Answered(answers_id=answers.id), save=[answers])

    @command
    def set_target(self, request: m.SetTarget, by: Actor) -> Outcome[m.TargetSet]:
        """One per kind of measure: the last that was set stands."""
        kind = kind_named(self.parts.measuring.kinds, request.kind)
        codes = codes_for((), by)
        attributes = measure_attributes(kind.name, codes, by.to_event())
        decision = self.gate.require(request.record_id, "feed", attributes, by)
        low = self._bound(kind, request.low, request.unit, "low")
        high = self._bound(kind, request.high, request.unit, "high")
        if low and high and any(below > above for below, above in zip(low, high, strict=True)):
            raise InvalidRequest(fields={"high": "not below the low bound"})
        target = Target.set(
            self.new_id(request, by, "target"),
            by,
            record_id=request.record_id,
            decision_id=decision.decision_id,
            kind=kind.name,
            low=low,
            high=high,
            confidentiality=codes,
        )
        return Outcome(answer=m.TargetSet(low=low, high=high), save=[target])

    def forget_record(self, record_id: UUID) -> Outcome[Done]:
        """What is kept beside the log of an erased record goes; asked by a policy, which saves
        it."""

        def forget(sql: Sql, _position: int) -> None:
            sql("DELETE FROM profile_directives WHERE record = ?", str(record_id))
            sql("DELETE FROM profile_taken WHERE record = ?", str(record_id))
            sql("DELETE FROM profile_extracted WHERE record = ?", str(record_id))

        return Outcome(answer=Done(), also=[forget])

    def _bound(
        self, kind: Kind, values: list[float] | None, unit: str, field: str
    ) -> list[float] | None:
        if values is None:
            return None
        converted = self.parts.measuring.in_unit(kind, tuple(values), unit, f"{field}.")
        kind.check(converted, f"{field}.")
        return list(converted)


def place(record_id: UUID) -> str:
    """Binds the sealed words to their row."""
    return f"profile_directives.{record_id}"


def _overwrite(record_id: UUID, directives_id: UUID, sealed: str) -> Step:
    def write(sql: Sql, _position: int) -> None:
        sql(
            "INSERT INTO profile_directives VALUES (?, ?, ?) ON CONFLICT (record)"
            " DO UPDATE SET directives = excluded.directives, sealed = excluded.sealed",
            str(record_id), str(directives_id), sealed,
        )  # fmt: skip

    return write
