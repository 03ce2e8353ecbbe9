"""The log of messaging, and what its use cases share."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.messaging.application.outbox import Outbox
from services.messaging.domain.attachment import (
    CDA,
    XDM,
    Attachment,
    File,
    Inside,
    recognise,
    safe_name,
)
from services.messaging.domain.conversation import Conversation, attributes
from services.messaging.domain.correspondent import Correspondent
from services.messaging.domain.errors import RecipientUnknown
from services.messaging.domain.mailing import Mailing, MailKind
from services.messaging.domain.message import Message
from services.messaging.domain.ports import (
    Archives,
    Contents,
    Directory,
    List,
    Mailbox,
    People,
    Profile,
    Vault,
    Xdm,
)
from shared.crypto.keys import KeyErased, Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden, InvalidRequest, TooLarge
from shared.kernel.gate import Access, Decision, Gate
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.guard import Step
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="messaging")
NO_SUBJECT = "(sans objet)"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``give_up_after``: of a mail nobody takes. ``trash``: how long a conversation stays there."""

    file_bytes: int = 10_000_000
    message_bytes: int = 10_000_000
    pharmacies: bool = False
    give_up_after: timedelta = timedelta(days=2)
    trash: timedelta = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What messaging asks of the outside."""

    access: Access
    people: People
    directory: Directory
    vault: Vault
    profile: Profile
    contents: Contents
    archives: Archives
    listed: List


class MessagingLog(EventLog):
    name = "messaging"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        around: Around,
        limits: Limits,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.around = around
        self.limits = limits
        self.orphans: set[str] = set()
        self.gate = Gate(
            around.access, lambda record_id: served_under(self, record_id), attributes(())
        )

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.guarded)

    def own_tables(self) -> Sequence[str]:
        return self.outbox.create_statements()

    def kin(self, record_id: UUID) -> list[UUID]:
        """The record, and those merged with it."""
        return served_together(self, record_id)

    def conversation(self, conversation_id: UUID) -> Conversation | None:
        """``None`` also for a deleted one, and for one of an erased record."""
        try:
            found = self.get(conversation_id, Conversation)
        except KeyErased:
            return None
        return None if found is None or found.deleted else found

    def message(self, message_id: UUID) -> Message | None:
        try:
            return self.get(message_id, Message)
        except KeyErased:
            return None

    def decided(
        self, conversation_id: UUID, action: str, by: Actor
    ) -> tuple[Conversation, Decision]:
        """The conversation, once permitted. One that does not exist is asked about like any
        other, in a record that nobody has: the refusal and its decision are the same."""
        conversation, is_person = self.conversation(conversation_id), by.principal.acts_for_person
        action = action if is_person else "manage"
        if conversation is None:
            nowhere = derived_id(self.secret, "nowhere", str(conversation_id))
            self.gate.require(nowhere, action, attributes(()), by)
            raise Forbidden
        asked = conversation.attributes(None if is_person else self.participant(conversation, by))
        return conversation, self.gate.require(conversation.record_id, action, asked, by)

    def participant(self, conversation: Conversation, by: Actor) -> Correspondent | None:
        """Who of its correspondents calls; who wrote in it reads it, and nobody else of them."""
        who = writer_behind(by)
        known = [participant.who for participant in conversation.participants.values()]
        if who.kind is ActorKind.PROFESSIONAL:
            return next((one for one in known if one.national_id == who.id), None)
        return next((o for o in known if o.facility == who.id and not o.national_id), None)

    def decided_message(
        self, message_id: UUID, action: str, by: Actor
    ) -> tuple[Message, Conversation, Decision]:
        message = self.message(message_id)
        conversation_id = message.conversation_id if message else message_id
        conversation, decision = self.decided(conversation_id, action, by)
        if message is None:
            raise Forbidden
        return message, conversation, decision

    def checked(self, files: Sequence[File]) -> int:
        """Bytes this message may still carry. Raises ``TooLarge``."""
        for file in files:
            if len(file.data) > self.limits.file_bytes:
                raise TooLarge(f"a file has at most {self.limits.file_bytes} bytes")
        left = self.limits.message_bytes - sum(len(file.data) for file in files)
        if left < 0:
            raise TooLarge(f"a message carries at most {self.limits.message_bytes} bytes")
        return left

    def hidden_as(self, files: Sequence[File]) -> set[str]:
        """What the documents among them say of who may not see them: a CDA says it itself."""
        codes: set[str] = set()
        for file in files:
            if file.media_type == XDM and (xdm := self.around.archives.read(file.data)):
                codes.update(xdm.confidentiality)
            elif file.media_type == CDA:
                codes.update(self.around.archives.hidden_as(file.data))
        return codes

    def keep_files(
        self, record_id: UUID, message_id: UUID, files: Sequence[File]
    ) -> list[Attachment]:
        """Seal and store them; what fails later removes them again."""
        kept = []
        for number, file in enumerate(files, start=1):
            xdm = self.around.archives.read(file.data) if file.media_type == XDM else None
            stored = self.around.contents.keep(record_id, message_id, file.data)
            kept.append(
                Attachment(
                    number=number,
                    name=safe_name(file.name, file.media_type, number),
                    media_type=file.media_type,
                    size=len(file.data),
                    sha256=_sha256(file.data),
                    stored=stored,
                    documents=_inside(xdm) if xdm else (),
                )
            )
        return kept

    def remove_files(self, attachments: Sequence[Attachment]) -> None:
        self.around.contents.remove(one.stored.object for one in attachments)

    def mail_out(
        self, kind: MailKind, record_id: UUID | None, to: str, facts: dict[str, Any], *label: str
    ) -> tuple[Mailing, Step]:
        """A mail in the queue; the same ``label`` names the same mail."""
        mailing_id = derived_id(self.secret, "mailing", kind.value, to, *label)
        mailing = Mailing.queue(
            mailing_id, SELF, record_id=record_id, kind=kind.value, to=to, facts=facts
        )
        return mailing, self.outbox.put(mailing_id, kind.value, record_id, self.clock.now())


def taken(name: str | None, data: bytes, number: int) -> File:
    """A file of a type that is taken, told by its bytes. Raises ``InvalidRequest``."""
    media_type = recognise(data)
    if media_type is None:
        raise InvalidRequest(
            fields={f"attachments.{number - 1}.content": "is not of a type that is taken"}
        )
    return File(name=safe_name(name, media_type, number), media_type=media_type, data=data)


def open_record(mailbox: Mailbox) -> UUID:
    if mailbox.record_id is None:
        raise RecipientUnknown
    return mailbox.record_id


def writer_behind(by: Actor) -> Actor:
    """The professional, also when their facility's software calls and names them; else the
    facility. Raises ``Forbidden`` for anybody else."""
    who = by.principal
    if who.kind is ActorKind.FACILITY:
        return who.on_behalf_of or who
    if who.kind is not ActorKind.PROFESSIONAL:
        raise Forbidden
    return who


def _inside(xdm: Xdm) -> tuple[Inside, ...]:
    return tuple(Inside(unique_id=one.unique_id, title=one.title) for one in xdm.documents)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
