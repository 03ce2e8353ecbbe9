"""Finding documents: counts and facets speak only of what the reader may see."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.vault.application.log import VaultLog
from services.vault.contract.reading import Changes, ChangesSince, Found, Search
from services.vault.domain.lines import Lines, Span, Wanted, paged, states_shown
from services.vault.domain.search import VACCINATION_HISTORY, first_period
from services.vault.domain.texts import folded, says
from shared.cda.timestamps import LOCAL
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.gate import How

RECORD = {"kind": "record"}
ANYTHING = Wanted()


class Finding(VaultLog):
    def search(self, request: Search, by: Actor) -> Found:
        """Counts and facets speak only of what this reader may see. A professional who names no
        period is answered with that of the DMP's first search."""
        sets = self.rules.metadata.sets
        dated = request.since or request.until
        since = request.since if dated else first_period(by, self.today())
        wanted = Wanted(
            type=request.type,
            class_code=request.class_,
            types=sets.types_under(request.heading) if request.heading else None,
            author=request.author,
            source=request.source,
        )
        span = Span(
            states=states_shown(
                request.state,
                archived=request.include_archived,
                replaced=request.include_replaced,
            ),
            acts_since=since,
            acts_until=request.until,
            spared=frozenset() if dated else VACCINATION_HISTORY,
        )
        records = self._readable(request.record_id, by, request.how)
        lines = self.lines(records, span, wanted, by, request.how)
        if request.text:
            lines = self._saying(request.text, records, span, lines)
        page = paged(lines, request.limit, request.cursor)
        entries = self.linked(self.listed.entries(page.lines), by)
        return Found.of(page, entries, by, sets, since)

    def changes_since(self, request: ChangesSince, by: Actor) -> Changes:
        """By the instant of deposit: the date of an act says nothing of when it came in."""
        span = Span(submitted_since=instant(request.instant))
        records = self._readable(request.record_id, by, request.how)
        lines = self.lines(records, span, ANYTHING, by, request.how)
        page = paged(lines, request.limit, request.cursor)
        entries = self.linked(self.listed.entries(page.lines), by)
        return Changes.of(page, entries, by, self.rules.metadata.sets)

    def visible(self, record_id: UUID, by: Actor, how: How, wanted: Wanted = ANYTHING) -> Lines:
        """What this reader may see of a record and of those merged into it."""
        return self.lines(self._readable(record_id, by, how), Span(), wanted, by, how)

    def _readable(self, record_id: UUID, by: Actor, how: How) -> Sequence[UUID]:
        """The record, first the one it is served under, and those merged into it."""
        self.gate.require(record_id, "read", RECORD, by, how)
        return self.served_together(record_id)

    def lines(
        self, records: Sequence[UUID], span: Span, wanted: Wanted, by: Actor, how: How
    ) -> Lines:
        """Those wanted that this reader may see: each group is decided on once."""
        found = Lines.together([self.listed.lines(each, span) for each in records])
        asked = [group for group, shared in found.shared.items() if wanted.fits(shared)]
        attributes = [found.shared[group].attributes(by) for group in asked]
        permits = self.gate.may_read(records[0], attributes, by, how)
        return found.of({group for group, permit in zip(asked, permits, strict=True) if permit})

    def _saying(self, text: str, records: Sequence[UUID], span: Span, lines: Lines) -> Lines:
        """Texts are sealed: those of all that may be seen are unsealed, and looked at here."""
        types, words = self.rules.metadata.sets.types, folded(text)
        labels = {code: folded(known.display) for code, known in types.items()}
        ids = {line.document_id for line in lines.lines}
        texts = {
            document_id: written
            for each in records
            for document_id, written in self.listed.texts(each, span, ids)
        }
        return lines.such_as(
            lambda line: says(
                texts.get(line.document_id, ""),
                labels.get(lines.shared[line.group].kind.type, ""),
                words,
            )
        )

    def today(self) -> date:
        """In metropolitan France."""
        return self.clock.now().astimezone(LOCAL).date()
