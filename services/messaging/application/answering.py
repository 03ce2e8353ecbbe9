"""What a person sends, or who acts for them: answers, drafts, and to pharmacies if allowed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.messaging.application.log import MessagingLog, taken
from services.messaging.contract import writing as w
from services.messaging.contract.parts import Attach
from services.messaging.domain.attachment import File
from services.messaging.domain.consistency import require_kept_from_representatives
from services.messaging.domain.conversation import Conversation, Participant, attributes
from services.messaging.domain.draft import Draft, writer_of
from services.messaging.domain.errors import NotWrittenFirst
from services.messaging.domain.exchange import plain_subject, recipients
from services.messaging.domain.mailing import MailKind
from services.messaging.domain.message import DOMAIN, Message, Thread, own_header_id
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Answering(MessagingLog):
    @command
    def reply(self, request: w.Reply, by: Actor) -> Outcome[w.Sent]:
        """To those who wrote in this conversation and did not end their exchange."""
        conversation, _ = self.decided(request.conversation_id, "feed", by)
        found = recipients(conversation, request.to)
        outcome = self._sent(conversation, request, found, by)
        draft = self._own_draft(request.draft_id, by) if request.draft_id else None
        if draft is None:
            return outcome
        draft.discard(by)
        return Outcome(
            answer=outcome.answer,
            save=[*outcome.save, draft],
            also=outcome.also,
            after=outcome.after,
        )

    @command
    def write_to_pharmacy(self, request: w.WriteToPharmacy, by: Actor) -> Outcome[w.Sent]:
        """The one case where a person may write first, and only where a setting says so."""
        self.gate.require(request.record_id, "feed", attributes(()), by)
        directory = self.around.directory
        if not self.limits.pharmacies or not directory.is_pharmacy(request.facility):
            raise NotWrittenFirst(
                message_fr="Vous pouvez répondre aux messages reçus, mais pas écrire en premier."
            )
        person = self.around.people.person(request.record_id)
        if person.ins is None:
            raise NotWrittenFirst("a mailbox needs a qualified identity")
        conversation = Conversation.start(
            self.new_id(request, by, "conversation"),
            by,
            record_id=request.record_id,
            confidentiality=["N"],
            subject=plain_subject(request.subject),
            mailbox=f"{person.ins}@{DOMAIN}".lower(),
        )
        pharmacy = directory.of_facility(request.facility)
        conversation.note(Conversation.PharmacyWritten, by, pharmacy=pharmacy.to_event())
        return self._sent(conversation, request, list(conversation.participants.values()), by)

    @command
    def save_draft(self, request: w.SaveDraft, by: Actor) -> Outcome[w.DraftSaved]:
        conversation, _ = self.decided(request.conversation_id, "feed", by)
        if request.draft_id:
            draft = self._own_draft(request.draft_id, by)
            draft.change(request.body, by)
        else:
            draft = Draft.save(
                self.new_id(request, by, "draft"),
                by,
                record_id=conversation.record_id,
                conversation_id=conversation.id,
                body=request.body,
            )
        return Outcome(answer=w.DraftSaved(draft_id=draft.id), save=[draft])

    @command
    def discard_draft(self, request: w.DiscardDraft, by: Actor) -> Outcome[Done]:
        draft = self._own_draft(request.draft_id, by)
        draft.discard(by)
        return Outcome(answer=Done(), save=[draft])

    def draft(self, draft_id: UUID) -> Draft | None:
        """``None`` also for one that was discarded or sent."""
        try:
            found = self.get(draft_id, Draft)
        except KeyErased:
            return None
        return None if found is None or found.discarded else found

    def _own_draft(self, draft_id: UUID, by: Actor) -> Draft:
        found = self.draft(draft_id)
        if found is None or found.writer != writer_of(by):
            raise Forbidden
        return found

    def _sent(
        self,
        conversation: Conversation,
        request: w.Reply | w.WriteToPharmacy,
        to: Sequence[Participant],
        by: Actor,
    ) -> Outcome[w.Sent]:
        """One mail for each who has a mailbox; the others read it here."""
        require_kept_from_representatives(conversation.confidentiality, secret=by.principal.secret)
        message_id = self.new_id(request, by, "message")
        files = self._attached(request.attachments, conversation.record_id, by)
        left = self.checked(files)
        kept = self.keep_files(conversation.record_id, message_id, files)
        message = Message.keep(
            message_id,
            by,
            attachments=kept,
            thread=self._thread_of(conversation, message_id),
            record_id=conversation.record_id,
            conversation_id=conversation.id,
            sender=None,
            subject=conversation.subject,
            body=request.body,
            copied=[],
            content_sha256="",
        )
        keys = [participant.who.key for participant in to]
        conversation.note(
            Conversation.MessageSent, by, message_id=message_id, to=keys, attachments=len(kept)
        )
        save: list[Any] = [conversation, message]
        also = []
        for participant in to:
            who = participant.who
            if who.answered_at is None:
                settled = {"message_id": message_id, "to": who.key, "outcome": "delivered"}
                conversation.note(Conversation.DeliverySettled, by, **settled)
                continue
            facts = {"message_id": str(message_id), "key": who.key}
            mailing, step = self.mail_out(
                MailKind.REPLY, conversation.record_id, who.answered_at, facts, str(message_id)
            )
            save.append(mailing)
            also.append(step)
        answer = w.Sent(
            conversation_id=conversation.id, message_id=message_id, remaining_bytes=left
        )
        return Outcome(answer=answer, save=save, also=also, after=lambda: self.remove_files(kept))

    def _attached(self, given: Sequence[Attach], record_id: UUID, by: Actor) -> list[File]:
        """From a file, from the vault, or the PDF of the profile: the last two as the caller may
        read them."""
        files = []
        for number, one in enumerate(given, start=1):
            if one.document_id:
                files.append(self.around.vault.open(one.document_id, by))
            elif one.profile:
                files.append(self.around.profile.summary(record_id, by))
            else:
                files.append(taken(one.name, one.data, number))
        return files

    def _thread_of(self, conversation: Conversation, message_id: UUID) -> Thread:
        """What it answers: the last message that came, and those before."""
        header_id = own_header_id(message_id)
        came = [e.message_id for e in conversation.entries.values() if e.sender is not None]
        last = self.message(came[-1]) if came else None
        if last is None:
            return Thread(header_id=header_id)
        references = [*last.thread.references, last.thread.header_id][-20:]
        return Thread(header_id=header_id, in_reply_to=last.thread.header_id, references=references)
