"""What comes to a person: over RPC from a professional or a facility, or as mail."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.messaging.application.log import SELF, MessagingLog, taken, writer_behind
from services.messaging.contract import writing as w
from services.messaging.domain.attachment import XDM, File
from services.messaging.domain.consistency import require_consistent
from services.messaging.domain.conversation import Conversation, attributes
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.errors import RecipientClosed, RecipientUnknown
from services.messaging.domain.exchange import ends_exchange, plain_subject, receive
from services.messaging.domain.mail import Mail
from services.messaging.domain.mailing import MailKind
from services.messaging.domain.message import Message, Thread, own_header_id, own_message_of
from services.messaging.domain.ports import Mailbox
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed

NO_SUBJECT = "(sans objet)"


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
    """``status``: RFC 3463. ``code``: of the ANS' list, for a disposition notification."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    mail: Mail
    recipient: str
    status: str
    code: str | None


class Receiving(MessagingLog):
    @command
    def start_conversation(self, request: w.StartConversation, by: Actor) -> Outcome[w.Sent]:
        """From a professional or a facility, to the mailbox of a person."""
        mailbox = self.mailbox(request.to)
        record_id = _open_record(mailbox)
        codes = sorted(set(request.confidentiality) - {"N"}) or ["N"]
        require_consistent(
            codes,
            to_patient=True,
            to_professionals=False,
            secret=by.principal.secret,
            in_dmp=request.in_dmp,
        )
        sender = self._sender(by)
        self.gate.require(record_id, "feed", attributes(codes, sender), by)
        conversation = Conversation.start(
            self.new_id(request, by, "conversation"),
            by,
            record_id=record_id,
            confidentiality=codes,
            subject=plain_subject(request.subject) or NO_SUBJECT,
            mailbox=request.to.lower(),
        )
        files = self._given(request)
        ends = request.end or ends_exchange(request.subject, None)
        replies = request.replies == "allowed" and sender.kind is not MailboxKind.APP
        return self._written(
            conversation, request, by, sender, files, ends=ends, replies=replies,
            dormant=not mailbox.activated,
        )  # fmt: skip

    @command
    def send(self, request: w.Send, by: Actor) -> Outcome[w.Sent]:
        """From one of its correspondents, in a conversation they are in."""
        conversation, _ = self.decided(request.conversation_id, "manage", by)
        sender = self.participant(conversation, by)
        if sender is None:
            raise Forbidden
        mailbox = self.mailbox(conversation.mailbox)
        _open_record(mailbox)
        require_consistent(
            conversation.confidentiality,
            to_patient=True,
            to_professionals=False,
            secret=by.principal.secret,
            in_dmp=False,
        )
        asked = conversation.attributes(sender)
        self.gate.require(conversation.record_id, "feed", asked, by)
        replies = conversation.participants[sender.key].replies
        files = self._given(request)
        return self._written(
            conversation, request, by, sender, files, ends=request.end, replies=replies,
            dormant=not mailbox.activated,
        )  # fmt: skip

    def mailbox(self, address: str) -> Mailbox:
        """Raises :class:`RecipientUnknown` or :class:`RecipientClosed`. An opposed record, and
        one whose opening was only announced, answer as unknown: nobody is told of either."""
        found = self.around.people.resolve(address)
        if found.status == "closed":
            raise RecipientClosed(message_fr="Ce dossier est fermé : il ne reçoit plus de message.")
        if found.status != "open" or found.record_id is None:
            raise RecipientUnknown(message_fr="Aucun dossier ouvert n’a cette adresse.")
        return found

    @unreplayed
    def keep_mail(self, request: Arrival, by: Actor) -> Outcome[Kept]:
        """One mail for one person. The same one again changes nothing."""
        mail = request.mail
        record_id = _open_record(request.mailbox)
        message_id = derived_id(self.secret, "mail", str(record_id), mail.header_id)
        earlier = self.message(message_id)
        if earlier and earlier.content_sha256 != mail.sha256:
            # another mail under a Message-ID that was used: kept, but no thread leads to it
            message_id = derived_id(self.secret, "mail", str(record_id), mail.sha256)
            earlier = self.message(message_id)
        if earlier:
            return Outcome(answer=Kept(message_id=message_id, known=True))
        codes = self._codes(mail)
        self.gate.require(record_id, "feed", attributes(codes), by)
        sender = self._of_address(mail)
        conversation = self._thread(record_id, mail, sender, codes)
        if conversation is None:
            conversation = Conversation.start(
                derived_id(self.secret, "conversation", str(message_id)),
                by,
                record_id=record_id,
                confidentiality=codes,
                subject=plain_subject(mail.subject) or NO_SUBJECT,
                mailbox=request.address.lower(),
            )
        sender = _as_known(conversation, sender)
        kept = self.keep_files(conversation.record_id, message_id, mail.files)
        message = Message.keep(
            message_id,
            by,
            attachments=kept,
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
        )
        receive(
            conversation,
            sender,
            by,
            message_id=message_id,
            replies=not mail.automatic and sender.kind is not MailboxKind.APP,
            attachments=len(kept),
            dormant=not request.mailbox.activated,
            ends=ends_exchange(mail.subject, mail.fin),
        )
        save: list[Any] = [conversation, message]
        also = []
        if mail.receipt_to:
            receipt, step = self.mail_out(
                MailKind.RECEIPT,
                conversation.record_id,
                mail.receipt_to,
                _receipt_facts(mail, request.address),
                str(message_id),
            )
            save.append(receipt)
            also.append(step)
        return Outcome(
            answer=Kept(message_id=message_id),
            save=save,
            also=also,
            after=lambda: self.remove_files(kept),
        )

    def check_mail(self, mail: Mail) -> None:
        """What no recipient may have: raises ``TooLarge``, ``InvalidRequest`` or
        ``VisibilityRefused``."""
        self.checked(mail.files)
        self._codes(mail)

    def return_mail(self, mail: Mail, recipient: str, status: str, code: str | None) -> None:
        """To its sender: what one of several recipients could not have."""
        self._return(Returned(mail=mail, recipient=recipient, status=status, code=code), SELF)

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
        queued = [self.mail_out(MailKind.BOUNCE, None, mail.sender, facts, *label)]
        if mail.receipt_to:
            told = {**facts, "code": request.code or request.status}
            queued.append(self.mail_out(MailKind.RECEIPT, None, mail.receipt_to, told, *label))
        fresh = [(mailing, step) for mailing, step in queued if not self.version_of(mailing.id)]
        return Outcome(
            answer=Done(), save=[one for one, _ in fresh], also=[step for _, step in fresh]
        )

    def _written(
        self,
        conversation: Conversation,
        request: w.StartConversation | w.Send,
        by: Actor,
        sender: Correspondent,
        files: list[File],
        *,
        ends: bool,
        replies: bool,
        dormant: bool,
    ) -> Outcome[w.Sent]:
        message_id = self.new_id(request, by, "message")
        left = self.checked(files)
        kept = self.keep_files(conversation.record_id, message_id, files)
        message = Message.keep(
            message_id,
            by,
            attachments=kept,
            thread=Thread(header_id=own_header_id(message_id)),
            record_id=conversation.record_id,
            conversation_id=conversation.id,
            sender=sender.key,
            subject=conversation.subject,
            body=request.body,
            copied=[],
            content_sha256="",
        )
        receive(
            conversation,
            sender,
            by,
            message_id=message_id,
            replies=replies,
            attachments=len(kept),
            dormant=dormant,
            ends=ends,
        )
        answer = w.Sent(
            conversation_id=conversation.id, message_id=message_id, remaining_bytes=left
        )
        return Outcome(
            answer=answer,
            save=[conversation, message],
            after=lambda: self.remove_files(kept),
        )

    def _given(self, request: w.StartConversation | w.Send) -> list[File]:
        """A correspondent attaches files; what the vault holds the person has already."""
        return [
            taken(one.name, one.data, number)
            for number, one in enumerate(request.attachments, start=1)
            if one.content is not None
        ]

    def _sender(self, by: Actor) -> Correspondent:
        who = writer_behind(by)
        if who.kind is ActorKind.PROFESSIONAL:
            found = self.around.directory.of_professional(who.id, who.facility)
            return replace(found, national_id=who.id, facility=who.facility)
        return replace(self.around.directory.of_facility(who.id), facility=who.id)

    def _of_address(self, mail: Mail) -> Correspondent:
        known = self.around.directory.of_address(mail.sender)
        if known is None:
            return Correspondent(address=mail.sender.lower(), name=mail.sender_name)
        return replace(known, address=mail.sender.lower(), name=known.name or mail.sender_name)

    def _codes(self, mail: Mail) -> list[str]:
        """How what is attached is hidden. Raises ``VisibilityRefused`` if it may not come here.

        A mail does not say whether its document is also in the DMP; one that is masked, or
        hidden from representatives, may come only if it is not: its sender answers for that."""
        codes: set[str] = set()
        for file in mail.files:
            xdm = self.around.archives.read(file.data) if file.media_type == XDM else None
            if xdm:
                require_consistent(
                    xdm.confidentiality,
                    to_patient=True,
                    to_professionals=False,
                    secret=False,
                    in_dmp=False,
                )
                codes.update(xdm.confidentiality)
        return sorted(codes - {"N"}) or ["N"]

    def _thread(
        self, record_id: UUID, mail: Mail, sender: Correspondent, codes: list[str]
    ) -> Conversation | None:
        """The conversation it answers in: one that its sender is in, hidden alike, not thrown
        away. A Message-ID proves nothing, so nobody joins a thread by naming one."""
        for header_id in mail.answers_to:
            for known in self.kin(record_id):
                message = self.message(
                    own_message_of(header_id)
                    or derived_id(self.secret, "mail", str(known), header_id)
                )
                if message is None or message.record_id != known:
                    continue
                found = self.conversation(message.conversation_id)
                if found and _may_go_on(found, codes) and _is_in(found, sender, message):
                    return found
        return None


def _open_record(mailbox: Mailbox) -> UUID:
    if mailbox.record_id is None:
        raise RecipientUnknown
    return mailbox.record_id


def _may_go_on(conversation: Conversation, codes: list[str]) -> bool:
    return conversation.trashed_at is None and conversation.confidentiality == codes


def _is_in(conversation: Conversation, sender: Correspondent, message: Message) -> bool:
    known = {participant.who.address for participant in conversation.participants.values()}
    return sender.address in known or sender.address in message.copied


def _as_known(conversation: Conversation, sender: Correspondent) -> Correspondent:
    """The participant of that address, under the key it has in this conversation."""
    for participant in conversation.participants.values():
        if participant.who.address == sender.address:
            return participant.who
    return sender


def _receipt_facts(mail: Mail, address: str) -> dict[str, Any]:
    return {"header_id": mail.header_id, "subject": mail.subject, "recipient": address}
