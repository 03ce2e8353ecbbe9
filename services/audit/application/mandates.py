"""What auditors do beyond one journal: each use of a mandate is saved before it is answered."""

from uuid import UUID

from services.audit.application.log import AuditLog
from services.audit.contract.auditing import (
    AffectedBy,
    AffectedRecord,
    AffectedRecords,
    OpenedRecord,
    OpenRecord,
    ReadStatistics,
    Statistics,
    StatisticsCell,
    StatisticsTotal,
    UseMandate,
)
from services.audit.domain.affected import Touched
from services.audit.domain.mandate import mandate_of
from services.audit.domain.reading import MandateUse, WideUse
from services.audit.domain.statistics import months_between, publish, since_beginning
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed


class Mandates(AuditLog):
    @command
    def use_mandate(self, request: UseMandate, by: Actor) -> Outcome[Done]:
        """Say that a mandate is used, before looking with keys that are at hand."""
        return Outcome(answer=Done(), save=[self._use(request.record_id, request.purpose, by)])

    @unreplayed
    def open_record(self, request: OpenRecord, by: Actor) -> Outcome[OpenedRecord]:
        """The keys of one record, handed over by keyring for the auditor alone."""
        use = self._use(request.record_id, request.purpose, by)
        handed = self.outside.keyring.hand_over(request.record_id, request.recipient, by)
        return Outcome(answer=OpenedRecord.model_validate(handed), save=[use])

    @unreplayed
    def statistics(self, request: ReadStatistics, by: Actor) -> Outcome[Statistics]:
        """By month; small counts hidden."""
        months = months_between(request.from_month, request.to_month)
        counts = self.outside.counts.until(request.to_month)
        wanted = {cell: count for cell, count in counts.items() if cell[0] in months}
        answer = Statistics(
            cells=[StatisticsCell(**vars(cell)) for cell in publish(wanted, months)],
            since_beginning=[
                StatisticsTotal(**vars(total))
                for total in since_beginning(counts, request.to_month)
            ],
        )
        return Outcome(answer=answer)

    @unreplayed
    def affected_by(self, request: AffectedBy, by: Actor) -> Outcome[AffectedRecords]:
        """Records and kinds of data, from the journals; of erased records nothing is left."""
        self.mandate_over_all(by)
        found = self.outside.journal.touched(
            actor=request.actor, since=request.from_, until=request.to
        )
        page, after = _page(found, request.cursor, request.limit)
        answer = AffectedRecords(
            items=[_affected(record, found[record]) for record in page],
            next_cursor=after,
            total=len(found),
        )
        return Outcome(answer=answer, save=[self._use(None, "affected_by", by)])

    def _use(self, record: UUID | None, purpose: str, by: Actor) -> MandateUse | WideUse:
        """``Forbidden`` unless the mandate covers it."""
        if record is None:
            mandate = self.mandate_over_all(by)
            return WideUse.of(by=by, mandate=mandate.id, purpose=purpose)
        named = mandate_of(by.principal)
        if named is None or not named.covers(record):
            raise Forbidden("this mandate does not cover the record")
        return MandateUse.of(record, by=by, mandate=named.id, purpose=purpose)


def _page(
    found: dict[UUID, Touched], cursor: str | None, limit: int
) -> tuple[list[UUID], str | None]:
    """By id; the cursor is the last one shown."""
    records = sorted(record for record in found if cursor is None or str(record) > cursor)
    page = records[:limit]
    return page, str(page[-1]) if len(records) > limit else None


def _affected(record: UUID, touched: Touched) -> AffectedRecord:
    return AffectedRecord(
        record_id=record,
        kinds=sorted(touched.kinds),
        acts=touched.acts,
        first=touched.first,
        last=touched.last,
    )
