"""Messaging with a real log, read model, archives and mail reader; access decides by its
own rules; people, the directory and the vault are played by doubles that keep their promises."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access.domain.reference import AccessSettings
from services.messaging.adapters.contents import SealedContents
from services.messaging.adapters.letters import Letters
from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.xdm import ZipArchives
from services.messaging.application import Messaging
from services.messaging.application.log import SELF, Around, Limits
from services.messaging.application.taking import Arrival, Kept
from services.messaging.contract import reading as r
from services.messaging.contract import writing as w
from services.messaging.domain.attachment import CDA, File
from services.messaging.domain.consistency import FROM_REPRESENTATIVES
from services.messaging.domain.correspondent import Correspondent, MailboxKind
from services.messaging.domain.ports import Copy, Mailbox, Person
from services.messaging.messages import message_for
from services.messaging.policies import POLICIES
from services.messaging.projections.conversations import ConversationList, ListedConversations
from shared.crypto.local_keys import LocalKeys
from shared.eventing.messages import MessageData
from shared.eventing.received import Received
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.mail.mailer import Letter, NotNow, Refused
from shared.stores.event_log import Followed, Link, Recorded
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.support.judged import JudgedAccess
from tests.support.memory_objects import MemoryObjects
from tests.support.projecting import catch_up
from tests.support.published import published
from tests.support.settings import settings_in

INS_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
INS = "279035121518989"
MAILBOX = f"{INS}@patient.mssante.fr"
CLOSED = "187046912302213@patient.mssante.fr"
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER = UUID("0190a000-0000-7000-8000-000000000002")
HOSPITAL_ID = "1750712184"
PHARMACY = "1750000018"
DOCTOR_MAIL = "jean.dupont@hopital.mssante.fr"
OTHER_MAIL = "anne.martin@cabinet.mssante.fr"
PHARMACY_MAIL = "pharmacie@officine.mssante.fr"
APP_MAIL = "resultats@labo.mssante.fr"
DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="801234567897", profession="10", facility=HOSPITAL_ID
)
OTHER_DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id=HOSPITAL_ID)
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER), record_id=RECORD)
CARER = Actor(kind=ActorKind.CAREGIVER, id=str(OTHER), record_id=RECORD)
STRANGER = Actor(kind=ActorKind.PATIENT, id=str(OTHER), record_id=OTHER)
PDF = b"%PDF-1.4\nhello\n%%EOF\n"


def right_holders() -> JudgedAccess:
    """A caregiver and the legal representative of RECORD, where people may have caregivers."""
    access = JudgedAccess(AccessSettings(caregivers=True))
    access.open(RECORD)
    access.cared_for_by(RECORD, CARER)
    access.represented_by(RECORD, PARENT)
    return access


@dataclass
class PlayedPeople:
    mailboxes: dict[str, Mailbox] = field(
        default_factory=lambda: {
            MAILBOX: Mailbox(status="open", record_id=RECORD, activated=True),
            CLOSED: Mailbox(status="closed", record_id=OTHER, activated=True),
        }
    )

    persons: dict[UUID, Person] = field(
        default_factory=lambda: {
            RECORD: Person(family="PAT-TROIS", given="DOMINIQUE", born="1979-03-28", ins=INS)
        }
    )

    def resolve(self, mailbox: str) -> Mailbox:
        INS_RULES.of_mailbox(mailbox)
        return self.mailboxes.get(mailbox.lower(), Mailbox(status="none"))

    def person(self, record_id: UUID) -> Person:
        if record_id not in self.persons:
            raise Forbidden
        return self.persons[record_id]


DIRECTORY = (
    Correspondent(
        address=DOCTOR_MAIL,
        name="Jean DUPONT",
        national_id=DOCTOR.id,
        facility=HOSPITAL_ID,
        kind=MailboxKind.PER,
    ),
    Correspondent(
        address="accueil@hopital.mssante.fr",
        name="HOPITAL",
        facility=HOSPITAL_ID,
        kind=MailboxKind.ORG,
    ),
    Correspondent(address=PHARMACY_MAIL, name="PHARMACIE", facility=PHARMACY, kind=MailboxKind.ORG),
    Correspondent(address=APP_MAIL, name="HOPITAL", facility=HOSPITAL_ID, kind=MailboxKind.APP),
)


@dataclass
class PlayedDirectory:
    """``published``: each mailbox with its holder, the ones written to first; who has none
    stands there without an address. ``retired``: ids of who practises no more."""

    published: Sequence[Correspondent] = DIRECTORY
    pharmacies: set[str] = field(default_factory=lambda: {PHARMACY})
    retired: set[str] = field(default_factory=set)

    def of_professional(self, national_id: str, facility: str | None) -> Correspondent:
        own = [one for one in self.published if one.national_id == national_id]
        here = [one for one in own if one.facility == facility]
        found = next(iter(here or own), Correspondent(national_id=national_id))
        return replace(found, facility=facility)

    def of_facility(self, structure: str) -> Correspondent:
        own = (o for o in self.published if o.facility == structure and not o.national_id)
        return next(own, Correspondent(facility=structure))

    def of_address(self, address: str) -> Correspondent | None:
        return next((o for o in self.published if o.address == address.lower()), None)

    def practises(self, who: Correspondent) -> bool:
        return (who.national_id or who.facility) not in self.retired

    def is_pharmacy(self, structure: str) -> bool:
        return structure in self.pharmacies


@dataclass
class PlayedVault:
    """``documents``: as they are shown; ``hidden_from``: ids of those who have no right here.
    ``known``: what is in records, by its bytes."""

    documents: dict[UUID, File] = field(default_factory=dict)
    hidden_from: set[str] = field(default_factory=set)
    copies: dict[UUID, Copy] = field(default_factory=dict)
    known: dict[tuple[UUID, bytes], UUID] = field(default_factory=dict)
    deposited: list[tuple[UUID, File, dict[str, Any]]] = field(default_factory=list)
    answered: dict[UUID, tuple[UUID, bool]] = field(default_factory=dict)

    def open(self, document_id: UUID, by: Actor) -> File:
        if document_id not in self.documents or by.principal.id in self.hidden_from:
            raise Forbidden
        return self.documents[document_id]

    def deposit(
        self, request_id: UUID, record_id: UUID, file: File, given: dict[str, Any], by: Actor
    ) -> tuple[UUID, bool]:
        if request_id not in self.answered:
            self.answered[request_id] = self._deposit(record_id, file, given, by)
        return self.answered[request_id]

    def _deposit(
        self, record_id: UUID, file: File, given: dict[str, Any], by: Actor
    ) -> tuple[UUID, bool]:
        who = by.principal
        if who.secret and FROM_REPRESENTATIVES not in given.get("confidentiality", ()):
            raise InvalidRequest(fields={"confidentiality": "is not that of a secret session"})
        if file.media_type != CDA:
            needed = ("type", "title", "creation", "service_start")
            missing = {f"metadata.{one}": "is missing" for one in needed if one not in given}
            if missing:
                raise InvalidRequest(fields=missing)
        if who.acts_for_person and who.record_id != record_id:
            raise Forbidden
        if known := self.known.get((record_id, file.data)):
            return known, True
        if file.media_type == CDA and who.acts_for_person:
            raise InvalidRequest(fields={"content": "is not one the person may add"})
        self.deposited.append((record_id, file, given))
        self.known[record_id, file.data] = uuid4()
        return self.known[record_id, file.data], False

    def copy_of(self, copies_id: UUID) -> Copy:
        if copies_id not in self.copies:
            raise Forbidden
        return self.copies[copies_id]


@dataclass
class PlayedProfile:
    records: set[UUID] = field(default_factory=lambda: {RECORD})
    hidden_from: set[str] = field(default_factory=set)

    def summary(self, record_id: UUID, by: Actor) -> File:
        if record_id not in self.records or by.principal.id in self.hidden_from:
            raise Forbidden
        return File(name="profil-medical.pdf", media_type="application/pdf", data=PDF)


@dataclass
class Box:
    """A mail server that keeps what it takes; ``refuses`` some addresses, or is ``away``."""

    refuses: set[str] = field(default_factory=set)
    away: bool = False
    taken: list[Letter] = field(default_factory=list)

    def deliver(self, letter: Letter) -> None:
        if self.away:
            raise NotNow("nobody there")
        if letter.recipient in self.refuses:
            raise Refused("5.1.1")
        self.taken.append(letter)

    def close(self) -> None:
        pass


class World:
    """One service and all around it; ``again`` starts another process on the same stores."""

    def __init__(self, home: Path, **limits: Any) -> None:
        self.home = home
        self.limits = Limits(**limits)
        self.access, self.people = right_holders(), PlayedPeople()
        self.directory, self.vault = PlayedDirectory(), PlayedVault()
        self.objects = MemoryObjects()
        self.box = Box()
        self.clock = FixedClock(NOW)
        self.keys = LocalKeys(bytes(32), "messaging")
        self.documents = open_documents(settings_in(home), "messaging", ConversationList)
        self.view = ConversationList(self.keys)
        self.opened: list[Messaging] = []
        self.app = self.again()

    def again(self) -> Messaging:
        self.app = Messaging(
            EventStoreSettings(data_dir=self.home),
            self.keys,
            self.clock,
            around=Around(
                access=self.access,
                people=self.people,
                directory=self.directory,
                vault=self.vault,
                profile=PlayedProfile(),
                contents=SealedContents(self.objects, self.keys),
                archives=ZipArchives(),
                listed=ListedConversations(self.documents, self.keys),
            ),
            limits=self.limits,
        )
        self.opened.append(self.app)
        return self.app

    def close(self) -> None:
        for app in self.opened:
            app.close()

    def events(self) -> list[Recorded]:
        return self.app.read(0, 10_000)

    def topics(self) -> list[str]:
        return [row.topic.removeprefix("messaging.") for row in self.events()]

    def messages(self) -> list[MessageData]:
        return [m for row in self.events() if (m := message_for(row.event))]

    def project(self) -> None:
        """Bring the read model up to the log."""
        catch_up(self.app, View(self.view, self.documents))

    def move(self, **by: float) -> None:
        self.clock.move(timedelta(**by))

    def hear(self, type_: str, record: UUID = RECORD, position: int = 1, **data: Any) -> None:
        """Apply one message as the follower does."""
        publisher = type_.partition(".")[0]
        received = Received(
            publisher=publisher,
            type=type_,
            version=1,
            key=f"{uuid4()}.1",
            epoch="e",
            position=position,
            occurred_at=NOW,
            record=record,
            data=published(
                type_,
                record_id=str(record),
                **({"by": DOCTOR.to_event()} | data),
            ),
        )
        followed = Followed(
            publisher=publisher,
            previous=self.app.places.followed(publisher),
            reached=Link("e", position, "digest"),
        )
        self.app.apply(POLICIES[type_](self.app, received), followed)

    def start(self, by: Actor = DOCTOR, **more: Any) -> w.Sent:
        asked = {"to": MAILBOX, "subject": "Vos résultats", "body": "Bonjour"} | more
        return self.app.start_conversation(command(w.StartConversation, **asked), by)

    def send(self, sent: w.Sent, by: Actor = DOCTOR, **more: Any) -> w.Sent:
        asked = {"conversation_id": sent.conversation_id, "body": "Encore un mot"} | more
        return self.app.send(command(w.Send, **asked), by)

    def reply(self, conversation_id: UUID, by: Actor = PATIENT, **more: Any) -> w.Sent:
        asked = {"conversation_id": conversation_id, "body": "Merci"} | more
        return self.app.reply(command(w.Reply, **asked), by)

    def mail(self, content: bytes, address: str = MAILBOX) -> Kept:
        mail = read_mail(content)
        arrival = Arrival(mail=mail, address=address, mailbox=self.app.mailbox(address))
        kept: Kept = self.app.keep_mail(arrival, SELF)
        return kept

    def conversation_of(self, kept: Kept) -> UUID:
        message = self.app.message(kept.message_id)
        assert message
        return message.conversation_id

    def listed(self, by: Actor = PATIENT, **more: Any) -> r.ConversationsFound:
        self.project()
        return self.app.conversations(r.Conversations(record_id=RECORD, **more), by)

    def lines(self, conversation_id: UUID, by: Actor = PATIENT) -> r.MessagesFound:
        return self.app.messages(r.Messages(conversation_id=conversation_id), by)

    def read(self, message_id: UUID, by: Actor = PATIENT) -> r.MessageOpened:
        return self.app.read_message(r.Read(message_id=message_id), by)

    def bodies(self) -> list[str]:
        found = [self.lines(one.conversation_id).items for one in self.listed().items]
        return [self.read(line.message_id).body for lines in found for line in lines]

    def send_due(self) -> int:
        return self.app.send_due(Letters(self.app, "carnet@app.mssante.fr"), self.box)


def command(kind: Any, **arguments: Any) -> Any:
    return kind.model_validate({"request_id": uuid4()} | arguments)


def attached(data: bytes = PDF, name: str = "resultats.pdf") -> dict[str, Any]:
    return {"name": name, "content": base64.b64encode(data).decode()}
