"""Identity has keyring make the keys of records, and destroy them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.identity.adapters.keyring import KeyringOverRpc
from services.identity.domain.ports import RecordKeys
from services.keyring.contract import CONTRACT
from shared.crypto.local_keys import LocalKeys
from shared.crypto.tombstones import Tombstone
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.identity.people import NOW
from tests.identity.world import KeysGone
from tests.keyring.place import Place
from tests.neighbours.in_process import InProcess
from tests.support.signing import SIGNING_KEY


@pytest.fixture
def keys(side: str, tmp_path: Path) -> Iterator[RecordKeys]:
    if side == "double":
        yield KeysGone(LocalKeys(b"k" * 32, "identity"))
        return
    settings = EventStoreSettings(data_dir=tmp_path)
    place = Place(settings, tmp_path, FixedClock(NOW), SIGNING_KEY)
    client = InProcess("identity", tmp_path)
    client.knows(CONTRACT, place.app)
    yield KeyringOverRpc(client, SIGNING_KEY.public_key())
    place.app.close()


def test_a_destruction_is_certified(keys: RecordKeys) -> None:
    """By a signature over the record and the decision; the same one when asked again."""
    record_id, other, decision = uuid4(), uuid4(), uuid4()
    keys.make([record_id, other])
    told = keys.destroy(record_id, decision)

    certificate = Tombstone.model_validate(told)
    assert certificate.is_by(SIGNING_KEY.public_key(), record_id)
    assert (certificate.certificate_of, certificate.versions) == (decision, 1)
    assert certificate.destroyed_at == NOW < certificate.last_backup_expires
    assert certificate.model_dump(mode="json") == told
    assert keys.destroy(record_id, decision) == told


def test_keys_are_made_once(keys: RecordKeys) -> None:
    """Those that have one keep it."""
    record_id = uuid4()
    keys.make([record_id])
    keys.make([record_id])
    assert Tombstone.model_validate(keys.destroy(record_id, uuid4())).versions == 1
