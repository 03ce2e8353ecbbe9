"""What comes to a person: over RPC from a professional or a facility, or as mail."""

from dataclasses import replace

from services.messaging.application.log import (
    NO_SUBJECT,
    SELF,
    MessagingLog,
    open_record,
    taken,
    writer_behind,
)
from services.messaging.contract import writing as w
from services.messaging.domain.attachment import File
from services.messaging.domain.consistency import (
    HIDING,
    require_consistent,
    require_hidden_alike,
)
from services.messaging.domain.conversation import Conversation, attributes
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.errors import RecipientClosed, RecipientUnknown
from services.messaging.domain.exchange import ends_exchange, plain_subject, receive
from services.messaging.domain.message import DOMAIN, Message, Thread, own_header_id
from services.messaging.domain.ports import Mailbox
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.stores.event_log import Outcome, command

NO_SUCH_MAILBOX_FR = "Aucun dossier ouvert n’a cette adresse."


class Receiving(MessagingLog):
    @command
    def start_conversation(self, request: w.StartConversation, by: Actor) -> Outcome[w.Sent]:
        """From a professional or a facility, to the mailbox of a person."""
        mailbox = self.mailbox(request.to)
        record_id = open_record(mailbox)
        files = self._given(request)
        hidden = self.hidden_as(files) & HIDING
        codes = sorted({*request.confidentiality, *hidden} - {"N"}) or ["N"]
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
        ends = request.end or ends_exchange(request.subject, None)
        replies = request.replies == "allowed" and sender.kind is not MailboxKind.APP
        return self._written(
            conversation, request, by, sender, files, ends=ends, replies=replies,
            dormant=not mailbox.activated,
        )  # fmt: skip

    @command
    def send(self, request: w.Send, by: Actor) -> Outcome[w.Sent]:
        """From one of its correspondents, in a conversation they are in. What the person threw
        away is what had come until then: a new message takes it out of the trash."""
        conversation, _ = self.decided(request.conversation_id, "manage", by)
        sender = self.participant(conversation, by)
        if sender is None:
            raise Forbidden
        mailbox = self.mailbox(conversation.mailbox)
        open_record(mailbox)
        files = self._given(request)
        hidden = self.hidden_as(files)
        require_consistent(
            {*conversation.confidentiality, *hidden},
            to_patient=True,
            to_professionals=False,
            secret=by.principal.secret,
            in_dmp=False,
        )
        require_hidden_alike(hidden, conversation.confidentiality)
        asked = conversation.attributes(sender)
        self.gate.require(conversation.record_id, "feed", asked, by)
        if conversation.trashed_at is not None:
            conversation.note(Conversation.Restored, SELF)
        replies = conversation.participants[sender.key].replies
        return self._written(
            conversation, request, by, sender, files, ends=request.end, replies=replies,
            dormant=not mailbox.activated,
        )  # fmt: skip

    def mailbox(self, address: str) -> Mailbox:
        """Raises :class:`RecipientUnknown` or :class:`RecipientClosed`. An opposed record, and
        one whose opening was only announced, answer as unknown: nobody is told of either. So
        does an address of patients that no INS can have: a digit was mistyped."""
        try:
            found = self.around.people.resolve(address)
        except InvalidRequest:
            if address.lower().endswith(f"@{DOMAIN}"):
                raise RecipientUnknown(message_fr=NO_SUCH_MAILBOX_FR) from None
            raise
        if found.status == "closed":
            raise RecipientClosed(message_fr="Ce dossier est fermé : il ne reçoit plus de message.")
        if found.status != "open" or found.record_id is None:
            raise RecipientUnknown(message_fr=NO_SUCH_MAILBOX_FR)
        return found

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
