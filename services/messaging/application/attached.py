"""What is attached to a message: opened, or kept in the record."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.messaging.application.log import MessagingLog
from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from services.messaging.contract.parts import AttachmentView
from services.messaging.domain.attachment import CDA, XDM, Attachment, File, recognise
from services.messaging.domain.consistency import FROM_PATIENT, FROM_REPRESENTATIVES, MASKED
from services.messaging.domain.conversation import Conversation
from services.messaging.domain.errors import NotSaveable
from services.messaging.domain.message import Message
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.ids import derived_id
from shared.stores.event_log import Outcome, command


class Attached(MessagingLog):
    def open_attachment(self, request: r.OpenAttachment, by: Actor) -> r.AttachmentOpened:
        message, _, _ = self.decided_message(request.message_id, "read", by)
        one = _attachment(message, request.number)
        data = self.around.contents.fetch(message.id, one.stored)
        return r.AttachmentOpened(attachment=AttachmentView.of(one), content=to_base64(data))

    @command
    def save_attachment_to_record(
        self, request: w.SaveAttachment, by: Actor
    ) -> Outcome[w.AttachmentKept]:
        """By the vault's own rules, in the name of who saves it. Of a person it takes a CDA only
        as the one it has, which came directly too; else they keep the file inside."""
        message, conversation, _ = self.decided_message(request.message_id, "read", by)
        one = _attachment(message, request.number)
        file, own = self._to_save(message, one, request.document)
        codes = _hidden(conversation, own if message.came_by_mail else None, by)
        document_id, duplicate = self._known(request, conversation.record_id, file, codes, by) or (
            self._add(request, message, file, codes, by)
        )
        conversation.note(
            Conversation.AttachmentSaved,
            by,
            message_id=message.id,
            number=one.number,
            document_id=document_id,
            duplicate=duplicate,
        )
        answer = w.AttachmentKept(document_id=document_id, duplicate=duplicate)
        return Outcome(answer=answer, save=[conversation])

    def _to_save(
        self, message: Message, one: Attachment, number: int | None
    ) -> tuple[File, Collection[str] | None]:
        """The file, and how it is hidden if it says so itself. ``number``: of a document in an
        archive. One that is hidden from the person is as good as none."""
        data = self.around.contents.fetch(message.id, one.stored)
        if one.media_type != XDM:
            if number is not None:
                raise Forbidden
            own = self.around.archives.hidden_as(data) if one.media_type == CDA else None
            return File(name=one.name, media_type=one.media_type, data=data), own
        xdm = self.around.archives.read(data)
        if xdm is None or not xdm.documents:
            raise NotSaveable
        found = dict(enumerate(xdm.documents, start=1)).get(number or 1)
        if found is None or FROM_PATIENT in found.confidentiality:
            raise Forbidden
        name = found.title or one.name
        return File(name=name, media_type=found.media_type, data=found.data), found.confidentiality

    def _known(
        self,
        request: w.SaveAttachment,
        record_id: UUID,
        file: File,
        codes: Sequence[str],
        by: Actor,
    ) -> tuple[UUID, bool] | None:
        if file.media_type != CDA:
            return None
        said = {"confidentiality": codes} if codes else {}
        try:
            return self._deposit(request, record_id, file, said, by)
        except InvalidRequest as refusal:
            if refusal.fields.keys() != {"content"}:
                raise
            return None

    def _add(
        self,
        request: w.SaveAttachment,
        message: Message,
        file: File,
        codes: Sequence[str],
        by: Actor,
    ) -> tuple[UUID, bool]:
        """As a document of their own, of the day it came to them."""
        own = self._bare(file) if file.media_type == CDA else file
        came = instant(message.created_on)
        given = {
            "type": request.type,
            "title": request.title or own.name,
            "creation": came,
            "service_start": came,
            "confidentiality": codes,
        }
        said = {name: value for name, value in given.items() if value}
        return self._deposit(request, message.record_id, own, said, by)

    def _bare(self, cda: File) -> File:
        data = self.around.archives.enclosed(cda.data)
        media_type = recognise(data) if data else None
        if data is None or media_type is None or media_type == XDM:
            raise NotSaveable
        return replace(cda, data=data, media_type=media_type)

    def _deposit(
        self,
        request: w.SaveAttachment,
        record_id: UUID,
        file: File,
        given: dict[str, Any],
        by: Actor,
    ) -> tuple[UUID, bool]:
        label = (str(request.request_id), file.media_type, by.principal.id)
        deposit_id = derived_id(self.secret, "save", *label)
        return self.around.vault.deposit(deposit_id, record_id, file, given, by)


def _hidden(conversation: Conversation, own: Collection[str] | None, by: Actor) -> list[str]:
    """Codes that what is saved is hidden by: those of a document that came by mail and says so
    itself, else those of its conversation, which a professional may have hidden as a whole."""
    codes = {MASKED, FROM_REPRESENTATIVES} & set(
        conversation.confidentiality if own is None else own
    )
    return sorted({*codes, FROM_REPRESENTATIVES} if by.principal.secret else codes)


def _attachment(message: Message, number: int) -> Attachment:
    found = message.attachment(number)
    if found is None:
        raise Forbidden
    return found
