"""Notification on a real event store, with what it stands among."""

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.notification.adapters.carriers import EmailCarrier, FolderCarrier
from services.notification.adapters.words import read_sentences, read_templates
from services.notification.application import Notification
from services.notification.application.log import Ways
from services.notification.contract import NoticeLine, Notifications
from services.notification.domain.ports import Contact
from services.notification.domain.topic import Channel, Topic
from services.notification.policies import POLICIES
from services.notification.projections.notices import NoticeReader, Notices
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden
from shared.mail.mailer import Letter, NotNow, Refused
from shared.rpc.contract import Listing
from shared.stores.documents import Documents
from shared.stores.event_log import Followed, Link
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.notification.sample import NOW, OTHER, RECORD, activated, announced
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

Hear = Callable[..., None]
Show = Callable[..., Listing[NoticeLine]]
Send = Callable[..., list[str]]
LINK = "https://espace.example"


@dataclass
class Access:
    """Stands for access and identity: lets representatives act but those ``refused``, by id, and
    knows where people can be reached."""

    contacts: dict[UUID, Contact] = field(
        default_factory=lambda: {
            RECORD: Contact(email="pat@example.org", phone="+33612345678"),
            OTHER: Contact(email="parent@example.org"),
        }
    )
    refused: set[str] = field(default_factory=set)

    def may_read(self, record_id: UUID, by: Actor) -> None:
        if by.principal.id in self.refused:
            raise Forbidden

    def contact(self, record_id: UUID) -> Contact:
        return self.contacts.get(record_id, Contact())


class Box:
    """A mail server that keeps what it takes; ``refuses`` some addresses, ``breaks_on`` others, or
    is ``away``."""

    def __init__(self) -> None:
        self.refuses: dict[str, str] = {}
        self.breaks_on = ""
        self.away = False
        self.taken: list[Letter] = []

    def deliver(self, letter: Letter) -> None:
        if self.away:
            raise NotNow("nobody there")
        if letter.recipient == self.breaks_on:
            raise ValueError("nobody thought of this")
        if letter.recipient in self.refuses:
            raise Refused(self.refuses[letter.recipient])
        self.taken.append(letter)

    def close(self) -> None:
        pass


@pytest.fixture
def access() -> Access:
    return Access()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def notification(
    tmp_path: Path, access: Access, box: Box, clock: FixedClock
) -> Iterator[Notification]:
    email = EmailCarrier(box, sender="espace@example.org", link=LINK, now=clock.now)
    made = Notification(
        EventStoreSettings(data_dir=tmp_path),
        LocalKeys(b"k" * 32, "notification"),
        clock,
        people=access,
        ways=Ways(
            carriers={
                Channel.EMAIL: email,
                Channel.TEXT: FolderCarrier(tmp_path / "text", link=LINK),
                Channel.LETTER: FolderCarrier(tmp_path / "letter", link=LINK),
            },
            templates=read_templates(),
        ),
    )
    yield made
    made.close()


@pytest.fixture
def hear(notification: Notification) -> Hear:
    """Apply messages as the follower does: policy, then outcome and place in one transaction."""

    def apply(*messages: Received) -> None:
        for message in messages:
            reached = Link(message.epoch, message.position, "digest")
            followed = Followed(
                publisher=message.publisher,
                previous=notification.places.followed(message.publisher),
                reached=reached,
            )
            notification.apply(POLICIES[message.type](notification, message), followed)

    return apply


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return open_documents(settings_in(tmp_path), "notification", Notices)


@pytest.fixture
def show(notification: Notification, documents: Documents, access: Access) -> Show:
    """What a reader sees once the projection has caught up."""
    reader = NoticeReader(
        documents,
        notification,
        read_sentences(),
        may_read=access.may_read,
        kin=notification.kin,
    )

    def ask(request: Notifications, by: Actor) -> Listing[NoticeLine]:
        catch_up(notification, View(Notices(), documents))
        return reader.notifications(request, by)

    return ask


@pytest.fixture
def active(hear: Hear) -> None:
    hear(announced(), activated())


@pytest.fixture
def send(notification: Notification, clock: FixedClock, box: Box) -> Send:
    """What left, by subject, some time later."""

    def after(minutes: float = 15) -> list[str]:
        clock.move(timedelta(minutes=minutes))
        box.taken.clear()
        notification.send_due()
        return [parsed(letter.content)["Subject"] for letter in box.taken]

    return after


def parsed(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=policy.default)


def subject(topic: Topic, language: str = "fr") -> str:
    return read_templates()[language, topic].subject
