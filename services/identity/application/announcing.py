"""Announcing records, opposing, opening when nobody did."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.identity.application.log import SELF, IdentityLog, saved
from services.identity.contract import announcing as c
from services.identity.contract.parts import RecordCommand
from services.identity.domain.announcement import Announcement
from services.identity.domain.campaigns import Campaigns
from services.identity.domain.errors import CampaignNotOpen, UnknownRecord
from services.identity.domain.opposition_statement import opposition_statement
from services.identity.domain.record import Record
from services.identity.domain.states import NoticeChannel, Status
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Announcing(IdentityLog):
    @command
    def announce_record(self, request: c.AnnounceRecord, by: Actor) -> Outcome[c.Announced]:
        """Start the delay for opposing; at most one record carries an INS, whoever races."""
        announcement = self._announcement(request, by)
        announcement.check(self.clock.now())
        self._require_campaign(announcement)
        record = Record.announce(announcement, by)
        holders = [self.new_holder(announcement.ins, record.id, by)] if announcement.ins else []
        return Outcome(
            answer=c.Announced(record_id=record.id, opens_at=record.opens_at),
            save=[record, *holders],
        )

    def announce_records(self, request: c.AnnounceRecords, by: Actor) -> c.BatchAnnounced:
        """Row by row, each once: a batch that broke off is repeated with its ``request_id``."""
        rows, position = [], 0
        for number, row in enumerate(request.rows):
            try:
                announced = self.announce_record(self._row_request(request, number, row), by)
            except (InvalidRequest, Conflict) as refusal:
                rows.append(c.RowOutcome.refused(number, refusal))
                continue
            position = max(position, announced.position)
            rows.append(
                c.RowOutcome(row=number, record_id=announced.record_id, opens_at=announced.opens_at)
            )
        return c.BatchAnnounced(rows=rows, position=position)

    def oppose(self, request: c.Oppose, by: Actor) -> c.Opposed:
        """Answer a signed proof; made from the log, so a repeated request gets the same."""
        done = self._oppose(request, by)
        statement = opposition_statement(self.known(request.record_id))
        proof = c.OppositionProof.of(self.outside.proofs.prove(statement))
        return c.Opposed(position=done.position, proof=proof)

    @command
    def _oppose(self, request: c.Oppose, by: Actor) -> Outcome[Done]:
        record = self.known(request.record_id)
        record.oppose(request.channel, by)
        return saved(record)

    @command
    def withdraw_opposition(self, request: c.WithdrawOpposition, by: Actor) -> Outcome[Done]:
        record = self.known(request.record_id)
        record.withdraw_opposition(by)
        return saved(record)

    @command
    def report_bounced_announcement(
        self, request: c.ReportBounce, by: Actor
    ) -> Outcome[c.DelayRestarted]:
        record, now = self.known(request.record_id), self.clock.now()
        record.bounce(request.posted_at or now, self.delays.opposition, now, by)
        return Outcome(answer=c.DelayRestarted(opens_at=record.opens_at), save=[record])

    @command
    def open_campaign(self, request: c.OpenCampaign, by: Actor) -> Outcome[Done]:
        campaigns = self.get(self._campaigns_id, Campaigns) or Campaigns.begin(
            self._campaigns_id, by
        )
        campaigns.open(request.area, request.from_, by)
        return Outcome(answer=Done(), save=[campaigns])

    @command
    def open_record(self, request: RecordCommand, by: Actor) -> Outcome[Done]:
        """Once the delay has passed; no RPC, our own timer asks."""
        record = self.known(request.record_id)
        record.open(self.clock.now(), by)
        return saved(record)

    def open_due_records(self, due: Sequence[UUID]) -> None:
        """Open each once. One opposed meanwhile, or erased, is no longer due: left alone."""
        for record_id in due:
            request_id = derived_id(self.secret, "opening", str(record_id))
            with suppress(Conflict, Forbidden):
                self.open_record(RecordCommand(request_id=request_id, record_id=record_id), SELF)

    def _announcement(self, request: c.AnnounceRecord, by: Actor) -> Announcement:
        contact = request.contact.model_dump()
        parents = self._representatives(request)
        if parents and not any(contact.values()):
            contact = parents[0].contact
        by_mail = NoticeChannel.EMAIL if contact["email"] else NoticeChannel.POST
        return Announcement(
            record_id=self.new_id(request, by, "record"),
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

    def _row_request(
        self, request: c.AnnounceRecords, number: int, row: Mapping[str, Any]
    ) -> c.AnnounceRecord:
        request_id = derived_id(self.secret, "row", str(request.request_id), str(number))
        try:
            announcement = c.Announcement.model_validate(row)
        except ValidationError as wrong:
            fields = {".".join(map(str, e["loc"])): e["msg"] for e in wrong.errors()}
            raise InvalidRequest(fields=fields) from None
        return c.AnnounceRecord(request_id=request_id, **dict(announcement))

    def _representatives(self, request: c.AnnounceRecord) -> list[Record]:
        """Living people of age, who have a record themselves."""
        found, wrong = [], {}
        for number, representative in enumerate(request.representatives):
            try:
                record = self.known(representative)
            except UnknownRecord:
                wrong[f"representatives.{number}"] = "is no known record"
                continue
            if record.is_minor or record.status is Status.DECEASED:
                wrong[f"representatives.{number}"] = "is not of age, or has died"
            found.append(record)
        if wrong:
            raise InvalidRequest(fields=wrong)
        return found

    def _require_campaign(self, announcement: Announcement) -> None:
        if not self.limits.campaigns:
            return
        campaigns = self.get(self._campaigns_id, Campaigns)
        if not campaigns or not campaigns.is_open(announcement.area, announcement.notice_sent_at):
            raise CampaignNotOpen

    @property
    def _campaigns_id(self) -> UUID:
        return derived_id(self.secret, "campaigns")
