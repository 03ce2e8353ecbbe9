"""Questions to the journal's read models."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.audit.domain.affected import Touched, kind_of_data
from services.audit.domain.audience import Audience
from services.audit.domain.lines import Line, Result
from services.audit.domain.ports import Asked, Lines, PlacedLine, Subject
from services.audit.projections.journal import Sealing, attributes_of, from_json
from shared.crypto.keys import KeyErased
from shared.kernel.clock import instant, parse_instant
from shared.stores.documents import Documents, Eq, Filter, Has, In, Json, Range, Sort

_PAGE = 5_000
"""Rows read at once: where no index has their order, each page costs a sort of all of a record."""
_NOTHING = ""
"""The subject of lines about nothing that could be hidden: everyone may see those."""


class StoredJournal:
    def __init__(
        self,
        *,
        lines: Documents,
        subjects: Documents,
        rights: Documents,
        merges: Documents,
        sealing: Sealing,
    ) -> None:
        self._lines = lines
        self._subjects = subjects
        self._rights = rights
        self._merges = merges
        self._sealing = sealing

    def subjects(self, record_id: UUID) -> list[Subject]:
        found: list[Subject] = []
        cursor: str | None = None
        of_records = In("record_id", self._with_merged(record_id))
        while True:
            page = self._subjects.find(of_records, limit=_PAGE, after=cursor)
            found += [
                Subject(token=item["id"], attributes=attributes_of(self._sealing, item))
                for item in page.items
            ]
            if (cursor := page.next_cursor) is None:
                return found

    def touched(
        self, *, actor: str | None, since: datetime | None, until: datetime | None
    ) -> dict[UUID, Touched]:
        where: list[Filter] = []
        if actor:
            where.append(Has("actors", self._sealing.token("actor", actor)))
        if since or until:
            where.append(_between(since, until))
        found: dict[UUID, Touched] = {}
        cursor: str | None = None
        while True:
            page = self._lines.find(*where, sort=(Sort("at"),), limit=_PAGE, after=cursor)
            for item in page.items:
                self._touch(item, found)
            if (cursor := page.next_cursor) is None:
                return found

    def _touch(self, item: Json, found: dict[UUID, Touched]) -> None:
        record_id = UUID(item["record_id"])
        try:
            opened = self._sealing.open(record_id, item["id"], item["line"])
        except KeyErased:  # its lines go too, once identity is followed that far
            return
        line = from_json(item, opened)
        if line.result is Result.DONE:
            touched = found.setdefault(record_id, Touched())
            touched.add(kind_of_data(line.action, {}), parse_instant(item["at"]))

    def lines(
        self, record_id: UUID, asked: Asked, audience: Audience, visible: Sequence[str]
    ) -> Lines:
        where = self._where(record_id, asked, audience, visible)
        page = self._lines.find(
            *where,
            sort=(Sort("at", descending=asked.newest_first),),
            limit=asked.limit,
            after=asked.cursor,
        )
        return Lines(
            lines=self._placed(page.items, audience),
            total=self._lines.count(*where),
            next_cursor=page.next_cursor,
        )

    def _where(
        self, record_id: UUID, asked: Asked, audience: Audience, visible: Sequence[str]
    ) -> list[Filter]:
        where: list[Filter] = [In("record_id", self._with_merged(record_id))]
        if not audience.hidden_lines:
            where.append(In("subject", [_NOTHING, *visible]))
        if not audience.secret_lines:
            where.append(Eq("secret", value=False))
        if audience.own_lines:
            where.append(Has("actors", self._sealing.token("actor", audience.own_lines)))
        if asked.group:
            where.append(Eq("group", asked.group.value))
        if asked.actor_kind:
            where.append(Eq("actor_kind", asked.actor_kind.value))
        if asked.since or asked.until:
            where.append(_between(asked.since, asked.until))
        return where

    def _with_merged(self, record_id: UUID) -> list[str]:
        """This record, and all that were merged into it, directly or by way of another."""
        found, asked = [str(record_id)], 0
        while asked < len(found):
            page = self._merges.find(Eq("record_id", found[asked]), limit=_PAGE)
            found += [item["id"] for item in page.items if item["id"] not in found]
            asked += 1
        return found

    def _placed(self, items: Sequence[Json], audience: Audience) -> list[PlacedLine]:
        """With the right behind each; those of all in one question. What is there for all to see
        may have been permitted by what a minor did in secret."""
        lines = [self._line(item) for item in items]
        decisions = {str(line.decision_id) for line in lines if line.decision_id}
        rights = {
            row["id"]: row["right"]
            for row in self._rights.get_all(sorted(decisions))
            if audience.secret_lines or not row.get("secret")
        }
        return [
            PlacedLine(
                id=item["id"],
                at=parse_instant(item["at"]),
                line=line,
                right=rights.get(str(line.decision_id)),
            )
            for item, line in zip(items, lines, strict=True)
        ]

    def _line(self, item: Json) -> Line:
        """Opened with the key of the record it was written of."""
        opened = self._sealing.open(UUID(item["record_id"]), item["id"], item["line"])
        return from_json(item, opened)


def _between(since: datetime | None, until: datetime | None) -> Filter:
    """``until`` is excluded."""
    ge = instant(since) if since else None
    return Range("at", ge=ge, lt=instant(until) if until else None)
