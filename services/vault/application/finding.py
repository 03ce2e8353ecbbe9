"""Finding documents: counts and facets speak only of what the reader may see."""

from services.vault.application.log import VaultLog
from services.vault.contract.reading import Changes, ChangesSince, Found, Search
from services.vault.domain.listing import Entry, Wanted, paged
from shared.kernel.actor import Actor
from shared.kernel.clock import instant


class Finding(VaultLog):
    def search(self, request: Search, by: Actor) -> Found:
        """Counts and facets speak only of what this reader may see."""
        sets = self.rules.metadata.sets
        wanted = Wanted(
            text=request.text,
            type=request.type,
            class_code=request.class_,
            heading_types=sets.types_under(request.heading) if request.heading else None,
            author=request.author,
            since=request.since,
            until=request.until,
            source=request.source,
            include_replaced=request.include_replaced,
        )
        fitting = [e for e in self.visible(request, by) if wanted.fits(e)]
        page = paged(fitting, request.limit, request.cursor)
        return Found.of(page, sets)

    def changes_since(self, request: ChangesSince, by: Actor) -> Changes:
        """By the instant of deposit: the date of an act says nothing of when it came in."""
        since = instant(request.instant)
        fresh = [e for e in self.visible(request, by) if e.submitted_at >= since]
        page = paged(fresh, request.limit, request.cursor)
        return Changes.of(page, self.rules.metadata.sets)

    def visible(self, request: Search | ChangesSince, by: Actor) -> list[Entry]:
        self.gate.require(request.record_id, "read", {"kind": "record"}, by, request.how)
        records = self.served_together(request.record_id)
        entries = [entry for record_id in records for entry in self.listed.of_record(record_id)]
        return self.seen(entries, records[0], by, request.how)
