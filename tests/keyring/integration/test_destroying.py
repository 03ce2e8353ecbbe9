"""A destroyed key is gone for everyone, and its certificate says so."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.keyring.domain.errors import KeyIsDestroyed, KeyLost
from services.keyring.messages import KeyDestroyed, message_for
from shared.crypto.handover import Recipient
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.crypto.tombstones import Tombstone
from tests.keyring.conftest import NOW
from tests.keyring.place import OPERATOR, Place, service

HALF = Recipient().half


def test_destroyed_is_every_version_for_everyone(place: Place) -> None:
    """
    No service, no version, no later rotation brings it back; other records live on.
    """
    record, other = place.new_record(), place.new_record()
    place.call("rotate", service("identity"), request_id=uuid4(), record_id=record)

    place.destroy(record)

    for name in ("vault", "access", "identity"):
        for version in (1, 2):
            with pytest.raises(KeyErased):
                place.keys(name).exact(record, version)
    with pytest.raises(KeyErased):
        place.keys("identity", create=True).current(record)
    with pytest.raises(KeyIsDestroyed):
        place.call("rotate", OPERATOR, request_id=uuid4(), record_id=record)
    with place.app.guarded.reading() as sql:
        holders = sql("SELECT holder FROM keyring_keys")
    assert (f"record:{record}",) not in holders
    assert place.keys("vault").current(other).version == 1


def test_the_certificate_is_signed_and_says_when_backups_end(place: Place) -> None:
    """
    Whoever has keyring's public key can verify it, about this record and no other.
    """
    record = place.new_record()

    certificate = place.destroy(record).certificate

    public = place.signer.public_key()
    assert certificate.is_by(public, record)
    assert not certificate.is_by(public, uuid4())
    assert certificate.certificate_of == UUID(int=7)
    assert (certificate.destroyed_at, certificate.last_backup_expires) == (
        NOW,
        NOW + timedelta(days=35),
    )


def test_destroying_again_gives_the_same_certificate(place: Place) -> None:
    """
    By the same request or another: a record is erased once.
    """
    record, request = place.new_record(), uuid4()

    first = place.destroy(record, request)

    assert place.destroy(record, request) == first
    assert place.destroy(record).certificate == first.certificate
    assert place.topics().count("keyring.key_destroyed") == 1


def test_a_restore_of_the_table_brings_nothing_back(place: Place) -> None:
    """
    A tombstone wins over rows that an old backup of the keys put back.
    """
    record = place.new_record()
    with place.app.guarded.reading() as sql:
        (row,) = sql("SELECT * FROM keyring_keys WHERE holder = ?", f"record:{record}")
    place.destroy(record)

    with place.app.guarded.writing() as sql:
        sql("INSERT INTO keyring_keys VALUES (?, ?, ?, ?)", *row)

    with pytest.raises(KeyErased):
        place.keys("vault").exact(record, 1)


def test_a_key_lost_from_the_table_is_not_made_anew(place: Place) -> None:
    """
    The log knows better than an empty table: restore it first.
    """
    record = place.new_record()
    place.keys("vault").current(None)
    with place.app.guarded.writing() as sql:
        sql("DELETE FROM keyring_keys WHERE holder <> 'own'")

    arguments = {"purpose": "use", "recipient": HALF, "create": True}
    with pytest.raises(KeyLost):
        place.call("open_key", service("identity"), record_id=record, **arguments)
    with pytest.raises(KeyUnavailable):
        place.keys("vault").current(None)

    with place.app.guarded.writing() as sql:
        sql("DELETE FROM keyring_keys")
    place.reopen()
    with pytest.raises(KeyLost):
        place.app.read(0, 10)


def test_the_destruction_is_told_with_its_certificate(place: Place) -> None:
    """
    Others purge what they hold, and can show why.
    """
    record = place.new_record()
    certificate = place.destroy(record).certificate

    message = message_for(place.app.read(0, 10)[-1].event)

    assert isinstance(message, KeyDestroyed)
    assert message.record_id == record
    assert Tombstone.model_validate(message.certificate) == certificate
