"""Mail that came in: one at a time, for one person each, once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.messaging.application.log import NO_SUBJECT, SELF, MessagingLog, open_record
from services.messaging.domain.attachment import Attachment
from services.messaging.domain.consistency import hidden_together, require_consistent
from services.messaging.domain.conversation import Conversation, attributes
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.exchange import ends_exchange, plain_subject, receive
from services.messaging.domain.mail import Mail
from services.messaging.domain.mailing import Mailing, MailKind
from services.messaging.domain.message import DOMAIN, Message, Thread, own_message_of
from services.messaging.domain.ports import Mailbox
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, unreplayed
from shared.stores.guard import Step


class Arrival(BaseModel):
    """``address``: the patient mailbox it was sent to; ``mailbox``: whose that is."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    mail: Mail
    address: str
    mailbox: Mailbox


class Kept(Done):
    """``known``: the same mail had come before."""

    message_id: UUID
    known: bool = False


class Returned(BaseModel):
    """``returns_to``: of its envelope. ``status``: RFC 3463. ``code``: of the ANS' list, for a
    disposition notification."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    mail: Mail
    returns_to: str
    recipient: str
    status: str
    code: str | None


class TakingMail(MessagingLog):
    @unreplayed
    def keep_mail(self, request: Arrival, by: Actor) -> Outcome[Kept]:
        """One mail for one person. The same one again changes nothing."""
        mail = request.mail
        record_id = open_record(request.mailbox)
        message_id, known = self._message_id(record_id, mail)
        if known:
            return Outcome(answer=Kept(message_id=message_id, known=True))
        sender = self._of_address(mail)
        answered = self._answered(record_id, mail, sender)
        codes = hidden_together(self._codes(mail), answered.confidentiality if answered else ())
        self.gate.require(record_id, "feed", attributes(codes), by)
        goes_on = answered if answered and _may_go_on(answered, codes) else None
        conversation = goes_on or Conversation.start(
            derived_id(self.secret, "conversation", str(message_id)),
            by,
            record_id=record_id,
            confidentiality=codes,
            subject=plain_subject(mail.subject) or NO_SUBJECT,
            mailbox=request.address.lower(),
        )
        sender = _as_known(conversation, sender, answers=mail.automatic)
        kept = self.keep_files(conversation.record_id, message_id, mail.files)
        message = _message(message_id, mail, conversation, sender, kept, by)
        receive(
            conversation,
            sender,
            by,
            message_id=message_id,
            replies=not mail.automatic and sender.takes_answers,
            automatic=mail.automatic,
            attachments=len(kept),
            dormant=not request.mailbox.activated,
            ends=ends_exchange(mail.subject, mail.fin),
        )
        receipts = [self._receipt(request, message)] if mail.receipt_to else []
        return Outcome(
            answer=Kept(message_id=message_id),
            save=[conversation, message, *(mailing for mailing, _ in receipts)],
            also=[step for _, step in receipts],
            after=lambda: self.remove_files(kept),
        )

    def answered_mailbox(self, mail: Mail) -> str | None:
        """The mailbox of the person whose message this answers, if that went to its sender."""
        for header_id in mail.answers_to:
            message_id = own_message_of(header_id)
            message = self.message(message_id) if message_id else None
            found = self.conversation(message.conversation_id) if message else None
            if message and found and found.went_to(message.id, mail.sender):
                return found.mailbox
        return None

    def check_mail(self, mail: Mail) -> None:
        """What no recipient may have: raises ``TooLarge``, ``InvalidRequest`` or
        ``VisibilityRefused``."""
        self.checked(mail.files)
        self._codes(mail)

    def return_mail(
        self, mail: Mail, returns_to: str, recipient: str, status: str, code: str | None
    ) -> None:
        """What one of several recipients could not have."""
        returned = Returned(
            mail=mail, returns_to=returns_to, recipient=recipient, status=status, code=code
        )
        self._return(returned, SELF)

    @unreplayed
    def _return(self, request: "Returned", by: Actor) -> Outcome[Done]:
        mail = request.mail
        facts = {
            "header_id": mail.header_id,
            "recipient": request.recipient,
            "subject": mail.subject,
            "status": request.status,
            "code": request.code,
        }
        label = (mail.sha256, request.recipient)
        queued = [self.mail_out(MailKind.BOUNCE, None, request.returns_to, facts, *label)]
        if mail.receipt_to:
            told = {**facts, "code": request.code or request.status}
            queued.append(self.mail_out(MailKind.RECEIPT, None, mail.receipt_to, told, *label))
        fresh = [(mailing, step) for mailing, step in queued if not self.version_of(mailing.id)]
        return Outcome(
            answer=Done(), save=[one for one, _ in fresh], also=[step for _, step in fresh]
        )

    def _message_id(self, record_id: UUID, mail: Mail) -> tuple[UUID, bool]:
        """Named by its Message-ID, and whether this very mail is here. Another one under an id
        that was used is kept under one of its own, to which no thread leads."""
        named = derived_id(self.secret, "mail", str(record_id), mail.header_id)
        earlier = self.message(named)
        if earlier is None or earlier.content_sha256 == mail.sha256:
            return named, earlier is not None
        own = derived_id(self.secret, "mail", str(record_id), mail.sha256)
        return own, self.message(own) is not None

    def _receipt(self, request: Arrival, message: Message) -> tuple[Mailing, Step]:
        mail = request.mail
        facts = {
            "header_id": mail.header_id,
            "subject": mail.subject,
            "recipient": request.address,
        }
        to = mail.receipt_to or mail.sender
        return self.mail_out(MailKind.RECEIPT, message.record_id, to, facts, str(message.id))

    def _of_address(self, mail: Mail) -> Correspondent:
        known = self.around.directory.of_address(mail.sender)
        if known is None:
            return Correspondent(address=mail.sender.lower(), name=mail.sender_name)
        return replace(
            known,
            address=mail.sender.lower(),
            name=known.name or mail.sender_name,
            answers_to=self._answers_to(mail) if known.kind is MailboxKind.APP else None,
        )

    def _answers_to(self, mail: Mail) -> str | None:
        """What a person writes goes to somebody who may read it, and is no other person."""
        named = mail.reply_to
        if named is None or named == mail.sender or named.endswith(f"@{DOMAIN}"):
            return None
        holder = self.around.directory.of_address(named)
        return None if holder and holder.kind is MailboxKind.APP else named

    def _codes(self, mail: Mail) -> list[str]:
        """How what is attached is hidden. Raises ``VisibilityRefused`` if it may not come here.

        A mail does not say whether its document is also in the DMP; one that is masked, or
        hidden from representatives, may come only if it is not: its sender answers for that."""
        codes = self.hidden_as(mail.files)
        require_consistent(
            codes, to_patient=True, to_professionals=False, secret=False, in_dmp=False
        )
        return hidden_together(codes)

    def _answered(self, record_id: UUID, mail: Mail, sender: Correspondent) -> Conversation | None:
        """The conversation it answers in: one that its sender is in, whatever became of it since.
        A Message-ID proves nothing, so nobody joins a thread by naming one.

        After a merge a message is named by the record it came to, and kept in the one of its
        conversation: it is found if both are the person's."""
        kin = self.kin(record_id)
        for header_id in mail.answers_to:
            for known in kin:
                message = self.message(
                    own_message_of(header_id)
                    or derived_id(self.secret, "mail", str(known), header_id)
                )
                if message is None or message.record_id not in kin:
                    continue
                found = self.get(message.conversation_id, Conversation)
                if found and _is_in(found, sender, message):
                    return found
        return None


def _may_go_on(conversation: Conversation, codes: list[str]) -> bool:
    """Not in one that was thrown away (or deleted, which is from there), nor in one that is open
    to those it is hidden from."""
    return conversation.trashed_at is None and conversation.confidentiality == codes


def _is_in(conversation: Conversation, sender: Correspondent, message: Message) -> bool:
    address = sender.address or ""
    known = any(one.who.is_at(address) for one in conversation.participants.values())
    return known or address in message.copied


def _as_known(conversation: Conversation, sender: Correspondent, *, answers: bool) -> Correspondent:
    """The participant of that address, under the key it has in this conversation. ``answers``: it
    is software that does, which does not say where answers go."""
    for participant in conversation.participants.values():
        if participant.who.address == sender.address:
            who = participant.who
            return who if answers else replace(who, answers_to=sender.answers_to)
    return sender


def _message(
    message_id: UUID,
    mail: Mail,
    conversation: Conversation,
    sender: Correspondent,
    attachments: Sequence[Attachment],
    by: Actor,
) -> Message:
    return Message.keep(
        message_id,
        by,
        attachments=attachments,
        thread=Thread(
            header_id=mail.header_id,
            in_reply_to=mail.in_reply_to,
            references=list(mail.references),
        ),
        record_id=conversation.record_id,
        conversation_id=conversation.id,
        sender=sender.key,
        subject=mail.subject,
        body=mail.body,
        copied=list(mail.copied),
        content_sha256=mail.sha256,
        automatic=mail.automatic,
        signed=mail.signed,
    )
