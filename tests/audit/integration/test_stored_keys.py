"""Keys that an auditor unwraps are those that keyring hands over."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.cli.audit_keys import stored_keys
from services.audit.adapters.event_stores import SqliteStores
from services.keyring.adapters.wrapped_keys import WrappedKeys
from services.keyring.application import Keyring, Seals
from services.keyring.contract import CONTRACT
from shared.crypto.handover import hand_over
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.crypto.keys import SERVICE_KEY_ID, KeyErased, KeyUnavailable
from shared.crypto.remote_keys import RemoteKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, open_tree

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))
RECORD = uuid4()


@pytest.fixture
def kek(tmp_path: Path) -> Path:
    file = tmp_path / "kek"
    file.touch(mode=0o600)
    file.write_text("ab" * 32)
    return file


@pytest.fixture
def keyring(tmp_path: Path, kek: Path) -> Iterator[Keyring]:
    settings = EventStoreSettings(data_dir=tmp_path / "data")
    open_tree(settings)[0].close()  # a data folder has an event store of audit
    app = Keyring(
        settings,
        FixedClock(NOW),
        table=lambda recorder: WrappedKeys(recorder, FileKeyWrapper(kek)),
        seals=Seals(
            hand_over=lambda secret, to, about: hand_over(secret, to, about, SIGNER),
            sign=lambda tombstone: tombstone.signed(SIGNER),
        ),
        backups_kept=timedelta(days=1),
    )
    with closing(app):
        yield app


def remote(keyring: Keyring, service: str) -> RemoteKeys:
    """A service's own view, without a broker between."""

    def ask(method: str, arguments: Mapping[str, Any]) -> Any:
        request = CONTRACT.by_name[method].request.model_validate(arguments)
        by = Actor(kind=ActorKind.SERVICE, id=service)
        return getattr(keyring, method)(request, by).model_dump(mode="json")

    return RemoteKeys(ask, service=service, keyring_key=SIGNER.public_key(), create=True)


def destroy(keyring: Keyring, record_id: UUID) -> None:
    request = CONTRACT.by_name["destroy"].request.model_validate(
        {"request_id": uuid4(), "record_id": record_id, "certificate_of": uuid4()}
    )
    by = Actor(kind=ActorKind.SERVICE, id="identity")
    keyring.destroy(request, by)  # type: ignore[arg-type]  # the contract names its model


def test_the_same_keys(keyring: Keyring, tmp_path: Path, kek: Path) -> None:
    """Of a record and of the service itself, for each service another one."""
    theirs = remote(keyring, "vault")
    record, own = theirs.current(RECORD), theirs.current(None)
    stores = SqliteStores(tmp_path / "data")

    keys_of = stored_keys(lambda: stores.reading("keyring"), kek, SIGNER.public_key())

    assert keys_of("vault").exact(RECORD, 1).secret == record.secret
    assert keys_of("vault").current(RECORD).secret == record.secret
    assert keys_of("vault").exact(SERVICE_KEY_ID, 1).secret == own.secret
    assert keys_of("access").exact(RECORD, 1).secret != record.secret
    ours = keyring.keys.exact(SERVICE_KEY_ID, 1)
    assert keys_of("keyring").exact(SERVICE_KEY_ID, 1).secret == ours.secret
    with pytest.raises(KeyUnavailable):
        keys_of("vault").exact(uuid4(), 1)


def test_only_a_signed_tombstone_means_erased(keyring: Keyring, tmp_path: Path, kek: Path) -> None:
    """Whoever deletes a key and writes a tombstone of their own has erased nothing."""
    remote(keyring, "vault").current(RECORD)
    destroy(keyring, RECORD)
    stores = SqliteStores(tmp_path / "data")
    stranger = Ed25519PrivateKey.generate().public_key()

    with pytest.raises(KeyErased):
        stored_keys(lambda: stores.reading("keyring"), kek, SIGNER.public_key())("vault").exact(
            RECORD, 1
        )
    with pytest.raises(KeyUnavailable):
        stored_keys(lambda: stores.reading("keyring"), kek, stranger)("vault").exact(RECORD, 1)
