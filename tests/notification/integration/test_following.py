"""From what happens elsewhere to what a person reads, over a real broker and real logs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notification.adapters.words import read_sentences
from services.notification.application import Notification
from services.notification.contract import Notifications
from services.notification.messages import message_for
from services.notification.policies import POLICIES
from services.notification.projections.notices import NoticeReader, Notices
from shared.crypto.local_keys import LocalKeys, LocalTransportKeys
from shared.eventing.entrypoints import (
    Following,
    Projecting,
    View,
    following_loops,
    projecting_loops,
)
from shared.eventing.outbox import OutboxReader
from shared.kernel.clock import SystemClock
from shared.stores.documents import Documents
from shared.stores.settings import EventStoreSettings
from tests.notification import publishers
from tests.notification.conftest import Access as AccessSeen
from tests.notification.publishers import Access, Identity, Publisher, Vault
from tests.notification.sample import DOCTOR, HOSPITAL, PARENT, PATIENT, RECORD
from tests.shared.eventing.world import running
from tests.support.deadline import eventually

ROOT = b"r" * 32
SYSTEM = {"kind": "service", "id": "identity"}
DAYS = LocalTransportKeys(ROOT)


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, EventStoreSettings]:
    """Each service's log: a file, or a PostgreSQL database."""
    names = ("access", "identity", "vault", "notification")
    if request.param == "sqlite":
        return {name: EventStoreSettings(data_dir=tmp_path) for name in names}
    postgres = request.getfixturevalue("postgres")
    return {name: EventStoreSettings(postgres_dsn=postgres.new_database()) for name in names}


@pytest.fixture
def logs(
    stores: dict[str, EventStoreSettings], access: AccessSeen
) -> Iterator[tuple[Access, Identity, Vault, Notification]]:
    clock = SystemClock()
    made = (
        Access(stores["access"], LocalKeys(ROOT, "access"), clock),
        Identity(stores["identity"], LocalKeys(ROOT, "identity"), clock),
        Vault(stores["vault"], LocalKeys(ROOT, "vault"), clock),
        Notification(
            stores["notification"],
            LocalKeys(ROOT, "notification"),
            clock,
            people=access,
        ),
    )
    yield made
    for log in made:
        log.close()


def relay(log: Publisher, amqp_uri: str) -> Projecting:
    return Projecting(
        log=log,
        message_for=publishers.message_for,
        transport_keys=DAYS,
        amqp_uri=amqp_uri,
        prove=lambda *_: [],
    )


def test_what_happens_is_told_once_and_hidden_things_never(
    logs: tuple[Access, Identity, Vault, Notification],
    documents: Documents,
    access: AccessSeen,
    amqp_uri: str,
) -> None:
    """
    Before notification runs, while it runs, and after it came back: each thing told once; and an
    erased record's notices are gone, those of others stay.
    """
    glass, identity, vault, notification = logs

    def pull(service: str, after: int, limit: int) -> dict[str, Any]:
        log = {"access": glass, "identity": identity, "vault": vault}[service]
        return OutboxReader(log, publishers.message_for, DAYS).events(after, limit)

    following = Following(
        log=notification,
        sources=("access", "identity", "vault"),
        policies=POLICIES,
        transport_keys=DAYS,
        pull=pull,
        amqp_uri=amqp_uri,
    )
    projecting = Projecting(
        log=notification,
        message_for=message_for,
        transport_keys=DAYS,
        amqp_uri=amqp_uri,
        prove=lambda *_: [],
        views=(View(Notices(), documents),),
    )
    reader = NoticeReader(
        documents,
        notification,
        read_sentences(),
        may_read=access.may_read,
        kin=notification.kin,
    )

    def told(by: Any) -> list[str]:
        listing = reader.notifications(Notifications(record_id=RECORD), by)
        return sorted(notice.kind.value for notice in listing.items)

    def document(kind: str, by: dict[str, Any], *codes: str, record_id: UUID = RECORD) -> None:
        vault.tell(
            f"vault.{kind}", record_id, by, document_id=str(uuid4()), confidentiality=[*codes]
        )

    document("document_deposited", HOSPITAL, "N")
    document("document_deposited", HOSPITAL, "INVISIBLE_PATIENT")
    publishing = [
        *projecting_loops(relay(glass, amqp_uri)),
        *projecting_loops(relay(identity, amqp_uri)),
        *projecting_loops(relay(vault, amqp_uri)),
    ]
    with running(*publishing, *projecting_loops(projecting)):
        with running(*following_loops(following)):
            eventually(lambda: told(PATIENT) == ["document_deposited"], within=30)
            document("document_opened", DOCTOR, "INVISIBLE_REPRESENTANTS_LEGAUX")
            eventually(lambda: len(told(PATIENT)) == 2, within=30)
        glass.tell("access.glass_broken", RECORD, DOCTOR, session=str(uuid4()))
        document("document_opened", DOCTOR, "N", record_id=uuid4())
        with running(*following_loops(following)):
            wanted = ["document_deposited", "document_opened", "glass_broken"]
            eventually(lambda: told(PATIENT) == wanted, within=30)
            assert told(PARENT) == ["document_deposited", "glass_broken"]
            identity.tell("identity.record_erased", RECORD, SYSTEM)
            eventually(lambda: documents.count() == 1, within=30)
            assert told(PATIENT) == []
