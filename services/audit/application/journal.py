"""Reading a journal."""

from collections.abc import Sequence
from uuid import UUID

from services.audit.application.log import AuditLog
from services.audit.contract import (
    JournalLine,
    JournalPage,
    LineActor,
    LineDocument,
    ReadJournal,
)
from services.audit.domain.audience import (
    Audience,
    Scope,
    audience_of,
    first_scope,
    may_ask_for_all,
)
from services.audit.domain.lines import Line
from services.audit.domain.mandate import mandate_of
from services.audit.domain.ports import (
    Asked,
    Decided,
    PlacedLine,
    Subject,
)
from services.audit.domain.reading import JournalReading, MandateUse
from services.audit.domain.sentences import Telling, Words, sentence_fr, who_fr
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.stores.event_log import Outcome, unreplayed

PERSONS = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}


class Journals(AuditLog):
    @unreplayed
    def journal(self, request: ReadJournal, by: Actor) -> Outcome[JournalPage]:
        """One page; nothing is shown unless its reading is saved."""
        reader = by.principal
        scope, decided = self._admit(request.record_id, by)
        audience = audience_of(reader, scope)
        shown = self._visible(request.record_id, audience, by)
        found = self.outside.journal.lines(
            request.record_id, _asked(request), audience, [s.token for s in shown]
        )
        page = JournalPage(
            items=self._told(found.lines, audience, shown, reader),
            next_cursor=found.next_cursor,
            total=found.total,
            scope=scope.value,
            decision_id=decided.decision_id,
        )
        reading = JournalReading.of(
            request.record_id,
            by=by,
            scope=scope.value,
            filters=_filters(request),
            shown=len(page.items),
            decision_id=decided.decision_id,
        )
        return Outcome(answer=page, save=[reading, *_mandate_uses(request.record_id, reader)])

    def _admit(self, record_id: UUID, by: Actor) -> tuple[Scope, Decided]:
        mandate = mandate_of(by.principal)
        if mandate and not mandate.covers(record_id):
            raise Forbidden("this mandate does not cover the record")
        scope = first_scope(by.principal)
        decided = self.outside.access.decide_journal(record_id, scope, by)
        if not decided.permit:
            raise Forbidden(message_fr=decided.refusal_fr, decision_id=decided.decision_id)
        if scope is Scope.OWN and may_ask_for_all(decided.reasons):
            whole = self.outside.access.decide_journal(record_id, Scope.ALL, by)
            if whole.permit:
                return Scope.ALL, whole
        return scope, decided

    def _visible(self, record_id: UUID, audience: Audience, by: Actor) -> list[Subject]:
        """What the reader may see lines about; not asked for those who are told of no document."""
        if not audience.documents:
            return []
        subjects = self.outside.journal.subjects(record_id)
        if not subjects:
            return []
        asked = [s.attributes for s in subjects]
        permits = self.outside.access.may_see(record_id, asked, by)
        return [s for s, permit in zip(subjects, permits, strict=True) if permit]

    def _told(
        self,
        lines: Sequence[PlacedLine],
        audience: Audience,
        shown: Sequence[Subject],
        reader: Actor,
    ) -> list[JournalLine]:
        names = self.outside.names.of({id_ for placed in lines for id_ in _ids(placed.line)})
        types = {s.token: s.attributes.get("type") for s in shown}
        to_person = reader.kind is ActorKind.PATIENT
        return [
            _answer(
                placed,
                self.outside.words,
                Telling(
                    to_person=to_person,
                    names=names,
                    document_type=types.get(placed.line.subject),
                    right=placed.right,
                    reasons=audience.reasons,
                ),
                named=placed.line.subject in types,
            )
            for placed in lines
        ]


def _answer(placed: PlacedLine, words: Words, telling: Telling, *, named: bool) -> JournalLine:
    line = placed.line
    kind = ActorKind(line.by.get("kind", ActorKind.SERVICE))
    document = None
    if named and line.document_id:
        document = LineDocument(document_id=line.document_id, type=telling.document_type)
    return JournalLine(
        id=placed.id,
        at=placed.at,
        sentence_fr=sentence_fr(line, words, telling),
        action=line.action,
        group=line.group,
        actor_kind=line.actor_kind,
        actor=LineActor(
            kind=kind,
            id=None if kind in PERSONS else line.by.get("id"),
            who_fr=who_fr(line, words, telling),
        ),
        right=placed.right,
        mode=line.mode,
        result=line.result,
        document=document,
        secret=line.secret,
    )


def _ids(line: Line) -> set[str]:
    """The professionals and facilities that a sentence may name."""
    by = line.by
    named = by.get("on_behalf_of") or {}
    found = {by.get("facility"), named.get("facility")}
    found |= {s.get("id") for s in (by, named) if s.get("kind") in {"professional", "facility"}}
    found |= {line.details.get(name) for name in ("professional", "grantee", "facility")}
    return {id_ for id_ in found if id_}


def _asked(request: ReadJournal) -> Asked:
    return Asked(
        since=request.from_,
        until=request.to,
        group=request.group,
        actor_kind=request.actor_kind,
        newest_first=request.order == "newest_first",
        limit=request.limit,
        cursor=request.cursor,
    )


def _filters(request: ReadJournal) -> dict[str, str]:
    asked = request.model_dump(mode="json", include={"from_", "to", "group", "actor_kind"})
    return {name.rstrip("_"): value for name, value in asked.items() if value}


def _mandate_uses(record_id: UUID, reader: Actor) -> list[MandateUse]:
    if reader.kind is not ActorKind.AUDITOR or not reader.mandate:
        return []
    return [MandateUse.of(record_id, by=reader, mandate=reader.mandate, purpose="journal")]
