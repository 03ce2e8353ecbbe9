"""Finding documents: counts and facets speak only of what the reader may see."""

from datetime import date
from uuid import UUID

from services.vault.application.log import VaultLog
from services.vault.contract.reading import Changes, ChangesSince, Found, Search
from services.vault.domain.listing import WHOLE, Entry, Span, Wanted, by_submission, paged
from services.vault.domain.search import VACCINATION_HISTORY, first_period
from shared.cda.timestamps import LOCAL
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.gate import How

RECORD = {"kind": "record"}


class Finding(VaultLog):
    def search(self, request: Search, by: Actor) -> Found:
        """Counts and facets speak only of what this reader may see. A professional who names no
        period is answered with that of the DMP's first search."""
        sets = self.rules.metadata.sets
        dated = request.since or request.until
        since = request.since if dated else first_period(by, self.today())
        wanted = Wanted(
            text=request.text,
            type=request.type,
            class_code=request.class_,
            heading_types=sets.types_under(request.heading) if request.heading else None,
            author=request.author,
            since=since,
            until=request.until,
            source=request.source,
            state=request.state,
            include_archived=request.include_archived,
            include_replaced=request.include_replaced,
            labels={code: known.display for code, known in sets.types.items()},
            spared=frozenset() if dated else VACCINATION_HISTORY,
        )
        span = Span(acts_since=since, spared=wanted.spared, about=wanted.is_about)
        seen = self.visible(request.record_id, by, request.how, span)
        fitting = [e for e in seen if wanted.fits(e)]
        return Found.of(paged(fitting, request.limit, request.cursor), sets, since)

    def changes_since(self, request: ChangesSince, by: Actor) -> Changes:
        """By the instant of deposit: the date of an act says nothing of when it came in."""
        since = instant(request.instant)
        span = Span(submitted_since=since)
        fresh = self.visible(request.record_id, by, request.how, span)
        page = paged(fresh, request.limit, request.cursor, by_submission)
        return Changes.of(page, self.rules.metadata.sets)

    def visible(self, record_id: UUID, by: Actor, how: How, span: Span = WHOLE) -> list[Entry]:
        """What this reader may see of a record and of those merged into it."""
        self.gate.require(record_id, "read", RECORD, by, how)
        records = self.served_together(record_id)
        entries = [entry for each in records for entry in self.listed.of_record(each, span)]
        return self.seen(entries, records[0], by, how)

    def today(self) -> date:
        """In metropolitan France."""
        return self.clock.now().astimezone(LOCAL).date()
