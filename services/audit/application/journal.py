"""Reading a journal."""

from collections.abc import Sequence
from uuid import UUID

from services.audit.application.log import AuditLog
from services.audit.contract.journal import (
    JournalLine,
    JournalPage,
    JournalPrinted,
    LineActor,
    LineDocument,
    PrintJournal,
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
from services.audit.domain.printed import PrintedJournal, PrintedLine
from services.audit.domain.reading import JournalReading, MandateUse
from services.audit.domain.sentences import Telling, Words, sentence_fr, who_fr
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, TooLarge
from shared.kernel.french import french_day
from shared.stores.event_log import Outcome, unreplayed

PERSONS = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}
PRINTED_MOST = 10_000
"""Lines that one PDF holds, about 400 pages."""
READ_AT_ONCE = 1_000
"""Of those: they are counted anew with each stretch."""


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

    @unreplayed
    def print_journal(self, request: PrintJournal, by: Actor) -> Outcome[JournalPrinted]:
        """All that this reader may see of it, signed; ``TooLarge`` beyond :data:`PRINTED_MOST`
        lines: ask for a period."""
        reader = by.principal
        scope, decided = self._admit(request.record_id, by)
        audience = audience_of(reader, scope)
        shown = self._visible(request.record_id, audience, by)
        placed = self._all_lines(request, audience, [subject.token for subject in shown])
        told = self._told(placed, audience, shown, reader)
        signed = self.outside.printer.sign(
            PrintedJournal(
                record_id=request.record_id,
                made_at=self.clock.now(),
                asked=_asked_fr(request),
                lines=[PrintedLine(at=line.at, sentence=line.sentence_fr) for line in told],
                checkpoint=self.outside.log.checkpoint().checkpoint,
            )
        )
        answer = JournalPrinted(
            pdf=to_base64(signed.pdf),
            statement=signed.statement,
            signature=to_base64(signed.signature),
            key=signed.key,
            lines=len(told),
            decision_id=decided.decision_id,
        )
        asked = request.model_dump(mode="json", include={"from_", "to"})
        reading = JournalReading.of(
            request.record_id,
            by=by,
            scope=scope.value,
            filters={"form": "pdf"} | {n.rstrip("_"): v for n, v in asked.items() if v},
            shown=len(told),
            decision_id=decided.decision_id,
        )
        return Outcome(answer=answer, save=[reading])

    def _all_lines(
        self, request: PrintJournal, audience: Audience, tokens: Sequence[str]
    ) -> list[PlacedLine]:
        found: list[PlacedLine] = []
        cursor: str | None = None
        while True:
            page = self.outside.journal.lines(
                request.record_id, _of_period(request, cursor), audience, tokens
            )
            if page.total > PRINTED_MOST:
                raise TooLarge("the journal is too long to print at once: ask for a period")
            found += page.lines
            if (cursor := page.next_cursor) is None:
                return found

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


def _of_period(request: PrintJournal, cursor: str | None) -> Asked:
    return Asked(
        since=request.from_,
        until=request.to,
        group=None,
        actor_kind=None,
        newest_first=False,
        limit=READ_AT_ONCE,
        cursor=cursor,
    )


def _asked_fr(request: PrintJournal) -> str:
    since = f"à partir du {french_day(request.from_)}" if request.from_ else "depuis l’ouverture"
    return f"{since}, avant le {french_day(request.to)}" if request.to else since


def _filters(request: ReadJournal) -> dict[str, str]:
    asked = request.model_dump(mode="json", include={"from_", "to", "group", "actor_kind"})
    return {name.rstrip("_"): value for name, value in asked.items() if value}


def _mandate_uses(record_id: UUID, reader: Actor) -> list[MandateUse]:
    if reader.kind is not ActorKind.AUDITOR or not reader.mandate:
        return []
    return [MandateUse.of(record_id, by=reader, mandate=reader.mandate, purpose="journal")]
