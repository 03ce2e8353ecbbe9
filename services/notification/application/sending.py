"""What leaves: when it is due, by a channel that works, once it was taken never again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import PersistenceError
from pydantic import BaseModel

from services.notification import contract as c
from services.notification.application.log import SELF, NotificationLog
from services.notification.application.pending import Due
from services.notification.domain.dispatch import Dispatch
from services.notification.domain.errors import UnknownDispatch
from services.notification.domain.notice import Notice, NoticeKind
from services.notification.domain.ports import Outgoing
from services.notification.domain.recipient import Recipient
from services.notification.domain.topic import Channel
from shared.crypto.keys import KeyErased
from shared.crypto.tokens import keyed_token
from shared.eventing.kin import served_under
from shared.kernel.actor import Actor
from shared.kernel.backoff import pause
from shared.kernel.errors import DeadlineExceeded, TooMany, Unavailable
from shared.kernel.ids import derived_id
from shared.mail.mailer import NotNow, Refused
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed
from shared.telemetry.logs import described, log

BATCH = 200
NO_ADDRESS = "no_address"
OUT_OF_REACH = (Unavailable, DeadlineExceeded, TooMany, OSError, PersistenceError)


class Settling(BaseModel):
    """``reason``: none when it was taken. ``address_is_bad``: it will be used no more."""

    dispatch_id: UUID
    record_id: UUID
    topic: str
    channel: str
    address: str | None
    reason: str | None = None
    address_is_bad: bool = False


class Sending(NotificationLog):
    def send_all_due(self) -> None:
        """Until nothing is due any more."""
        while self.send_due() == BATCH:
            continue

    def send_due(self) -> int:
        """One round; how many were looked at. Several are under way at once."""
        now = self.clock.now()
        found = self.pending.due(now, BATCH)
        with ThreadPoolExecutor(self.ways.at_once) as workers:
            for failure in workers.map(lambda due: self._safely(due, now), found):
                if failure:
                    raise failure
        return len(found)

    @command
    def report_bounce(self, request: c.ReportBounce, by: Actor) -> Outcome[Done]:
        """By an operator, of what came back some other way."""
        dispatch = self._dispatch(request.reference)
        if dispatch is None:
            raise UnknownDispatch
        return self._bounced(dispatch, request.status)

    def take_bounces(self, bounces: Iterable[tuple[UUID, str]]) -> None:
        """References and statuses of mail that came back."""
        for reference, status in bounces:
            self._bounce(c.Bounced(reference=reference, status=status), SELF)

    def _safely(self, due: Due, now: datetime) -> Exception | None:
        """One that fails keeps none of the others back; what is out of reach is told at the end
        of the round, and all of it comes again."""
        try:
            self._send(due, now)
        except OUT_OF_REACH as error:
            return error
        except Exception as error:  # noqa: BLE001 - one broken row must not stop the others
            log.error("a notice could not leave", channel=due.channel.value, **described(error))
            self.pending.postpone(due.dispatch_id, now + pause(due.attempts), tried=True)
        return None

    def _send(self, due: Due, now: datetime) -> None:
        recipient = self.known(due.record_id)
        if recipient is None or not self._still_wanted(recipient, due, now):
            self._forget(due)
            return
        quiet = None if due.topic.is_urgent else recipient.choices.quiet_until(now)
        if quiet:
            self.pending.postpone(due.dispatch_id, quiet, tried=False)
            return
        address = self._address(recipient, due.channel, now)
        if address is None and due.channel is not Channel.LETTER:
            self._settle(self._settling(due, None, reason=NO_ADDRESS), SELF)
            return
        self._carry(due, recipient, address or "", now)

    def _carry(self, due: Due, recipient: Recipient, address: str, now: datetime) -> None:
        language = recipient.choices.language
        outgoing = Outgoing(
            reference=due.dispatch_id,
            record_id=due.record_id,
            topic=due.topic,
            channel=due.channel,
            address=address,
            language=language,
            template=self.ways.templates[language, due.topic],
        )
        token = self._token(address)
        try:
            self.ways.carriers[due.channel].carry(outgoing)
        except Refused as refused:
            settling = self._settling(due, token, reason=refused.status)
            bad = {"address_is_bad": refused.address_is_bad}
            self._settle(settling.model_copy(update=bad), SELF)
        except NotNow as error:
            log.warning("a notice was not taken yet", attempts=due.attempts + 1, **described(error))
            if now - due.queued_at > self.ways.give_up_after:
                self._settle(self._settling(due, token, reason="expired"), SELF)
            else:
                self.pending.postpone(due.dispatch_id, now + pause(due.attempts), tried=True)
        else:
            self._settle(self._settling(due, token), SELF)

    def _still_wanted(self, recipient: Recipient, due: Due, now: datetime) -> bool:
        """As chosen now, not when it was queued; letters are never chosen."""
        if not recipient.may_be_told(due.topic, now, private=False):
            return False
        return due.channel is Channel.LETTER or due.channel in recipient.choices.for_topic(
            due.topic
        )

    def _address(self, recipient: Recipient, channel: Channel, now: datetime) -> str | None:
        """The record's own, if it is not bad; else, of a minor, the first representative's that is
        not. Never that of one whom a judge suspended, which the child's may be. Parents whose own
        record was merged are reached where the one that lives says."""
        is_minor = recipient.is_minor(now)
        family = [served_under(self, parent) for parent in recipient.representatives if is_minor]
        kept_off = {r for parent in recipient.suspended for r in self.kin(parent) if is_minor}
        shut = self._tokens(kept_off, channel)
        for record_id in (recipient.record_id, *family):
            address = self.people.contact(record_id).on(channel)
            bad = {*recipient.disabled.get(channel, ()), *shut}
            if address and self._token(address) not in bad:
                return address
        return None

    def _tokens(self, record_ids: Iterable[UUID], channel: Channel) -> set[str]:
        addresses = (self.people.contact(record_id).on(channel) for record_id in record_ids)
        return {self._token(address) for address in addresses if address}

    def _token(self, address: str) -> str:
        return keyed_token(self.secret, "address", address.strip().lower())

    def _settling(self, due: Due, token: str | None, *, reason: str | None = None) -> Settling:
        return Settling(
            dispatch_id=due.dispatch_id,
            record_id=due.record_id,
            topic=due.topic.value,
            channel=due.channel.value,
            address=token,
            reason=reason,
        )

    @unreplayed
    def _settle(self, request: Settling, by: Actor) -> Outcome[Done]:
        dropped = self.pending.drop(request.dispatch_id)
        if self.version_of(request.dispatch_id):
            return Outcome(answer=Done(), also=[dropped])
        dispatch = Dispatch.begin(
            request.dispatch_id,
            by,
            record_id=request.record_id,
            channel=request.channel,
            topic=request.topic,
            address=request.address,
        )
        if request.reason is None:
            dispatch.note(Dispatch.Sent, by)
            return Outcome(answer=Done(), save=[dispatch], also=[dropped])
        failed = self._failed(dispatch, request.reason, bad=request.address_is_bad)
        return Outcome(answer=Done(), save=failed.save, also=[dropped, *failed.also])

    def _forget(self, due: Due) -> None:
        self.commit(Outcome(answer=Done(), also=[self.pending.drop(due.dispatch_id)]))

    def _dispatch(self, reference: UUID) -> Dispatch | None:
        try:
            return self.get(reference, Dispatch)
        except KeyErased:
            return None

    @unreplayed
    def _bounce(self, request: c.Bounced, by: Actor) -> Outcome[Done]:
        dispatch = self._dispatch(request.reference)
        if dispatch is None:
            return Outcome(answer=Done())
        return self._bounced(dispatch, request.status)

    def _bounced(self, dispatch: Dispatch, status: str) -> Outcome[Done]:
        if dispatch.state == "failed" or not status.startswith("5"):
            return Outcome(answer=Done())
        return self._failed(dispatch, status, bad=Refused(status).address_is_bad)

    def _failed(self, dispatch: Dispatch, reason: str, *, bad: bool) -> Outcome[Done]:
        """A bad address is used no more, and the record says so; what must reach the person goes
        by letter."""
        dispatch.note(Dispatch.Failed, SELF, reason=reason)
        now = self.clock.now()
        save: list[Dispatch | Recipient | Notice] = [dispatch]
        also = []
        if bad and dispatch.address:
            recipient = self.recipient(dispatch.record_id)
            recipient.note(
                Recipient.AddressDisabled,
                SELF,
                channel=dispatch.channel.value,
                address=dispatch.address,
                reason=reason,
            )
            save += [recipient, self._told_of_address(dispatch, now)]
        if dispatch.topic.must_reach and Channel.LETTER in self.ways.channels:
            letter = derived_id(self.secret, "letter", str(dispatch.id))
            also.append(
                self.pending.put(
                    letter, dispatch.record_id, dispatch.topic, Channel.LETTER, now=now, due_at=now
                )
            )
        return Outcome(answer=Done(), save=save, also=also)

    def _told_of_address(self, dispatch: Dispatch, now: datetime) -> Notice:
        return Notice.tell(
            derived_id(self.secret, "notice", "address", str(dispatch.id)),
            SELF,
            record_id=dispatch.record_id,
            kind=NoticeKind.ADDRESS_DISABLED.value,
            who={},
            subject=None,
            happened_at=now,
            private=False,
        )
