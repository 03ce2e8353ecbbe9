"""The queue of outgoing mail: what is due is made anew at each try, and settled once."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel

from services.messaging.application.log import SELF, MessagingLog
from services.messaging.application.outbox import Due
from services.messaging.domain.conversation import Conversation
from services.messaging.domain.mail import Report
from services.messaging.domain.mailing import Mailing, MailKind
from services.messaging.domain.message import own_message_of
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, NotFound
from shared.mail.mailer import Letter, Mailer, Refused
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, unreplayed
from shared.telemetry.logs import described, log

BATCH = 50
GONE = "gone"
"""Why a mail failed whose document or message is no longer there."""


class Settling(BaseModel):
    """``reason``: none when it was delivered."""

    mailing_id: UUID
    reason: str | None = None


class Makes(Protocol):
    def letter(self, mailing: Mailing) -> Letter:
        """The mail as it goes out. Raises ``Forbidden`` or ``NotFound`` if it can never be made:
        what it would hold is gone; anything else is tried again."""
        ...


class Sending(MessagingLog):
    def send_due(self, makes: Makes, mailer: Mailer) -> int:
        """One round of the queue; how many were tried."""
        now = self.clock.now()
        found = self.outbox.due(now, BATCH)
        for due in found:
            self._try(due, makes, mailer, now)
        return len(found)

    def settle(self, request: Settling, by: Actor) -> Done:
        return self._settle(request, by)

    def take_report(self, report: Report) -> bool:
        """What another server says of a mail of ours, by its Message-ID; false if it is of none.
        A disposition needs nothing done: that a mail was shown is its reader's affair."""
        message_id = own_message_of(report.header_id)
        message = self.message(message_id) if message_id else None
        if message_id is None:
            return False
        if message is None:
            return self._take_report_of_notice(message_id, report)
        if report.failed:
            bounced = Bounced(
                conversation_id=message.conversation_id,
                message_id=message_id,
                address=report.recipient.lower(),
            )
            self._bounce(bounced, SELF)
        return True

    def _take_report_of_notice(self, mailing_id: UUID, report: Report) -> bool:
        """Copies and notices are of no conversation: that one came back is for the operator."""
        mailing = self._mailing(mailing_id)
        if mailing is None:
            return False
        if report.failed:
            log.warning("mail came back", kind=mailing.kind.value, status=report.status)
            self._came_back(Settling(mailing_id=mailing_id, reason=report.status or "failed"), SELF)
        return True

    def _try(self, due: Due, makes: Makes, mailer: Mailer, now: datetime) -> None:
        mailing = self._mailing(due.mailing_id)
        if mailing is None:
            self.settle(Settling(mailing_id=due.mailing_id, reason="erased"), SELF)
            return
        try:
            mailer.deliver(makes.letter(mailing))
        except Refused as refused:
            self.settle(Settling(mailing_id=mailing.id, reason=refused.status), SELF)
        except (Forbidden, NotFound):
            self.settle(Settling(mailing_id=mailing.id, reason=GONE), SELF)
        except Exception as error:  # noqa: BLE001 - one that cannot leave keeps none of the others back
            self._later(due, now, error)
        else:
            self.settle(Settling(mailing_id=mailing.id), SELF)

    def _later(self, due: Due, now: datetime, error: Exception) -> None:
        log.warning("mail did not leave yet", attempts=due.attempts + 1, **described(error))
        if now - due.queued_at > self.limits.give_up_after:
            self.settle(Settling(mailing_id=due.mailing_id, reason="expired"), SELF)
        else:
            self.outbox.postpone(due, now)

    @unreplayed
    def _settle(self, request: Settling, by: Actor) -> Outcome[Done]:
        dropped = self.outbox.drop(request.mailing_id)
        mailing = self._mailing(request.mailing_id)
        if mailing is None or mailing.state != "queued":
            return Outcome(answer=Done(), also=[dropped])
        if request.reason is None:
            mailing.note(Mailing.Delivered, by)
        else:
            mailing.note(Mailing.Failed, by, reason=request.reason)
        save: list[Mailing | Conversation] = [mailing]
        conversation = self._conversation_of(mailing)
        if conversation and not _came_back_already(conversation, mailing):
            conversation.note(
                Conversation.DeliverySettled,
                by,
                message_id=UUID(mailing.facts["message_id"]),
                to=mailing.facts["key"],
                outcome="delivered" if request.reason is None else "failed",
            )
            save.append(conversation)
        return Outcome(answer=Done(), save=save, also=[dropped])

    @unreplayed
    def _came_back(self, request: Settling, by: Actor) -> Outcome[Done]:
        mailing = self._mailing(request.mailing_id)
        if mailing is None or mailing.state == "failed":
            return Outcome(answer=Done())
        mailing.note(Mailing.Failed, by, reason=request.reason)
        return Outcome(answer=Done(), save=[mailing])

    def _conversation_of(self, mailing: Mailing) -> Conversation | None:
        if mailing.kind is not MailKind.REPLY:
            return None
        message = self.message(UUID(mailing.facts["message_id"]))
        return self.conversation(message.conversation_id) if message else None

    def _mailing(self, mailing_id: UUID) -> Mailing | None:
        try:
            return self.get(mailing_id, Mailing)
        except KeyErased:
            return None

    @unreplayed
    def _bounce(self, request: "Bounced", by: Actor) -> Outcome[Done]:
        conversation = self.conversation(request.conversation_id)
        if conversation is None:
            return Outcome(answer=Done())
        deliveries = conversation.entries[request.message_id].deliveries
        named = [key for key in deliveries if _is_at(conversation, key, request.address)]
        # A mailbox that forwards is told by the address it forwards to.
        for key in named or (deliveries if len(deliveries) == 1 else ()):
            if deliveries[key] != "failed":
                conversation.note(
                    Conversation.DeliverySettled,
                    by,
                    message_id=request.message_id,
                    to=key,
                    outcome="failed",
                )
        return Outcome(answer=Done(), save=[conversation])


def _came_back_already(conversation: Conversation, mailing: Mailing) -> bool:
    """A server may return a mail sooner than we note that it took it; what failed stays so."""
    entry = conversation.entries.get(UUID(mailing.facts["message_id"]))
    return entry is not None and entry.deliveries.get(mailing.facts["key"]) == "failed"


def _is_at(conversation: Conversation, key: str, address: str) -> bool:
    participant = conversation.participants.get(key)
    return participant is not None and participant.who.is_at(address)


class Bounced(BaseModel):
    conversation_id: UUID
    message_id: UUID
    address: str
