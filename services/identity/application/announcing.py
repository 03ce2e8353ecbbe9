"""Announcing records, one or many, where and when a campaign allows it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.identity.application.log import IdentityLog
from services.identity.contract import announcing as c
from services.identity.domain.announcement import Announcement
from services.identity.domain.campaigns import Campaigns
from services.identity.domain.errors import CampaignNotOpen, InsAlreadyHeld, UnknownRecord
from services.identity.domain.ins_holder import InsHolder
from services.identity.domain.record import Record
from services.identity.domain.states import NoticeChannel, Status
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.rpc.faults import invalid
from shared.stores.event_log import Outcome, command


class Announcing(IdentityLog):
    @command
    def announce_record(self, request: c.AnnounceRecord, by: Actor) -> Outcome[c.Announced]:
        """Start the delay for opposing; at most one record carries an INS, whoever races."""
        record_id = self.new_id(request, by, "record")
        record, holder = self._announce(request, record_id, by)
        answer = c.Announced(record_id=record.id, opens_at=record.opens_at)
        return Outcome(answer=answer, save=[record, *([holder] if holder else [])])

    @command
    def announce_records(self, request: c.AnnounceRecords, by: Actor) -> Outcome[c.BatchAnnounced]:
        """A row that is refused spoils no other; those that are not are saved together, so that
        a batch that broke off is repeated with its ``request_id``.
        """
        rows: list[c.RowOutcome] = []
        saved_together: dict[UUID, Record | InsHolder] = {}
        for number, row in enumerate(request.rows):
            record_id = self.new_id(request, by, f"record {number}")
            try:
                record, holder = self._announce(_announcement_in(row), record_id, by)
                if holder and holder.id in saved_together:
                    raise InsAlreadyHeld(fields={"ins": "is carried by another row"})
            except (InvalidRequest, Conflict) as refusal:
                rows.append(c.RowOutcome.refused(number, refusal))
                continue
            saved_together |= {one.id: one for one in (record, holder) if one}
            rows.append(c.RowOutcome(row=number, record_id=record.id, opens_at=record.opens_at))
        self._make_keys([row.record_id for row in rows if row.record_id])
        return Outcome(answer=c.BatchAnnounced(rows=rows), save=list(saved_together.values()))

    def _make_keys(self, record_ids: Sequence[UUID]) -> None:
        """One call for all of them; alone, each would be made when it is first asked for."""
        if record_ids:
            self.outside.keyring.make(record_ids)
            self.keys.prefetch(set(record_ids))

    @command
    def open_campaign(self, request: c.OpenCampaign, by: Actor) -> Outcome[Done]:
        campaigns = self.get(self._campaigns_id, Campaigns) or Campaigns.begin(
            self._campaigns_id, by
        )
        campaigns.open(request.area, request.from_, by)
        return Outcome(answer=Done(), save=[campaigns])

    def _announce(
        self, given: c.Announcement, record_id: UUID, by: Actor
    ) -> tuple[Record, InsHolder | None]:
        announcement = self._announcement(given, record_id)
        announcement.check(self.clock.now())
        self._require_campaign(announcement)
        record = Record.announce(announcement, by)
        return record, self.new_holder(record.ins, record.id, by) if record.ins else None

    def _announcement(self, request: c.Announcement, record_id: UUID) -> Announcement:
        contact = request.contact.model_dump()
        parents = self._representatives(request)
        if parents and not any(contact.values()):
            contact = parents[0].contact
        by_mail = NoticeChannel.EMAIL if contact["email"] else NoticeChannel.POST
        return Announcement(
            record_id=record_id,
            traits=request.traits.to_domain(),
            contact=contact,
            ins=self.ins_rules.parse(request.ins.value, request.ins.oid) if request.ins else None,
            checked_with=request.checked_with,
            representatives=tuple(request.representatives),
            notice_sent_at=request.notice_sent_at or self.clock.now(),
            channel=request.notice_channel or by_mail,
            area=request.area,
            delay=self.delays.opposition,
        )

    def _representatives(self, request: c.Announcement) -> list[Record]:
        """Living people of age, who have a record themselves; each once, by whichever."""
        found: list[Record] = []
        wrong = {}
        for number, representative in enumerate(request.representatives):
            try:
                record = self._living(representative)
            except UnknownRecord:
                wrong[f"representatives.{number}"] = "is no known record"
                continue
            if record.id in {one.id for one in found}:
                wrong[f"representatives.{number}"] = "is named twice"
            if record.is_minor or record.status is Status.DECEASED:
                wrong[f"representatives.{number}"] = "is not of age, or has died"
            found.append(record)
        if wrong:
            raise InvalidRequest(fields=wrong)
        return found

    def _living(self, record_id: UUID) -> Record:
        """That of the same person, where it was merged into another."""
        record = self.known(record_id)
        return self.known(record.merged_into) if record.merged_into else record

    def _require_campaign(self, announcement: Announcement) -> None:
        if not self.limits.campaigns:
            return
        campaigns = self.get(self._campaigns_id, Campaigns)
        if not campaigns or not campaigns.is_open(announcement.area, announcement.notice_sent_at):
            raise CampaignNotOpen

    @property
    def _campaigns_id(self) -> UUID:
        return derived_id(self.secret, "campaigns")


def _announcement_in(row: Mapping[str, Any]) -> c.Announcement:
    try:
        return c.Announcement.model_validate(row)
    except ValidationError as wrong:
        raise invalid(wrong) from None
