"""Keyring on both databases: whose keys, which versions, and their end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from services.keyring.domain.errors import KeyIsDestroyed, KeyLost, KeyUnknown
from services.keyring.messages import KeyDestroyed, message_for
from shared.crypto.handover import Recipient
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.crypto.tombstones import Tombstone
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import InvalidRequest, Unavailable
from tests.keyring.conftest import NOW
from tests.keyring.place import OPERATOR, Place, service

HALF = Recipient().half


def test_each_service_gets_a_key_of_its_own(place: Place) -> None:
    """
    The same one each time, of use with no other service's rows, nor another record's.
    """
    record, other = place.new_record(), place.new_record()

    secrets = {
        place.keys("vault").current(record).secret,
        place.keys("access").current(record).secret,
        place.keys("vault").current(other).secret,
        place.keys("vault").current(None).secret,
        place.keys("access").current(None).secret,
    }

    assert len(secrets) == 5
    assert place.keys("vault").current(record).secret in secrets


def test_keys_survive_a_restart(place: Place) -> None:
    """
    Nothing lives in memory alone.
    """
    record = place.new_record()
    before = place.keys("vault").current(record)

    place.reopen()

    assert place.keys("vault").exact(record, 1) == before


def test_an_unknown_record_stops_and_is_not_made(place: Place) -> None:
    """
    A typing error, or a table that was lost, must not give a living record a second key.
    """
    unknown = uuid4()

    for _ in range(2):
        with pytest.raises(KeyUnavailable):
            place.keys("vault").current(unknown)
    assert place.topics() == []


def test_identity_alone_makes_and_destroys_record_keys(place: Place) -> None:
    """
    The key follows the life of the record, which identity knows.
    """
    arguments = {"record_id": uuid4(), "purpose": "use", "recipient": HALF, "create": True}
    destroy = {"record_id": place.new_record(), "request_id": uuid4(), "certificate_of": uuid4()}

    assert place.refuses("open_key", service("vault"), **arguments)
    assert place.refuses("destroy", service("vault"), **destroy)
    assert not place.refuses("open_key", service("identity"), **arguments)
    assert not place.refuses("destroy", service("identity"), **destroy)


@pytest.mark.parametrize("kind", [k for k in ActorKind if k is not ActorKind.SERVICE])
def test_nobody_but_a_service_holds_a_key(place: Place, kind: ActorKind) -> None:
    """
    Not an operator, not an auditor, not the person: they ask the services.
    """
    caller = Actor(kind=kind, id="x", record_id=UUID(int=1))
    record = place.new_record()

    assert place.refuses("open_key", caller, record_id=record, purpose="use", recipient=HALF)
    assert place.refuses("open_keys", caller, record_ids=[record], purpose="use", recipient=HALF)
    assert place.refuses("transport_key", caller, day="2026-03-01", recipient=HALF)


def test_racing_first_askers_get_one_key(place: Place) -> None:
    """
    Two keys for one record would make half of its rows unreadable.
    """
    record = uuid4()

    with ThreadPoolExecutor(6) as pool:
        keys = list(
            pool.map(lambda _: place.keys("identity", create=True).current(record), range(6))
        )

    assert len({key.secret for key in keys}) == 1
    assert place.topics() == ["keyring.key_created"]


def test_a_rotation_is_for_what_comes(place: Place) -> None:
    """
    New rows are sealed under the new version; the former one still opens its own.
    """
    record = place.new_record()
    former = place.keys("vault").current(record)

    place.call("rotate", service("identity"), request_id=uuid4(), record_id=record)

    keys = place.keys("vault")
    assert keys.current(record).version == 2
    assert keys.current(record).secret != former.secret
    assert keys.exact(record, 1) == former
    with pytest.raises(KeyUnavailable):
        keys.exact(record, 3)


def test_who_may_rotate_what(place: Place) -> None:
    """
    An operator any key, a service its own, identity those of records.
    """
    record = place.new_record()
    place.keys("vault").current(None)

    def may(by: Actor, **holder: object) -> bool:
        return not place.refuses("rotate", by, request_id=uuid4(), **holder)

    assert may(OPERATOR, record_id=record)
    assert may(OPERATOR, service="vault")
    assert may(service("vault"), service="vault")
    assert may(service("identity"), record_id=record)
    assert not may(service("access"), service="vault")
    assert not may(service("vault"), record_id=record)


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


def test_a_change_of_the_key_encryption_key_rewraps_everything(place: Place) -> None:
    """
    Afterwards the former one can be removed, and every key is what it was.
    """
    records = [place.new_record() for _ in range(3)]
    keys = place.keys("vault")
    before = [keys.current(r) for r in records]
    place.add_kek()
    place.reopen()

    answer = place.call("rewrap_all", OPERATOR, request_id=uuid4())

    assert answer.model_dump()["keys"] == 4  # three records and keyring's own
    assert place.call("rewrap_all", OPERATOR, request_id=uuid4()).model_dump()["keys"] == 0
    place.kek_file.write_text(place.kek_file.read_text().split()[1])
    place.reopen()
    again = place.keys("vault")
    assert [again.current(r) for r in records] == before
    assert place.topics().count("keyring.key_rewrapped") == 1


def test_rewrapping_goes_in_batches(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Millions of keys are not one transaction.
    """
    monkeypatch.setattr(type(place.app), "REWRAP_BATCH", 2)
    for _ in range(3):
        place.new_record()
    place.add_kek()
    place.reopen()

    answer = place.call("rewrap_all", OPERATOR, request_id=uuid4())

    assert answer.model_dump()["keys"] == 4
    assert place.topics().count("keyring.key_rewrapped") == 2


def test_opening_for_an_audit_is_recorded_before_the_key_is_given(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    If the opening cannot be saved, no key is handed over.
    """
    record = place.new_record()
    arguments = {"record_id": record, "purpose": "audit", "recipient": HALF}

    place.call("open_key", service("access"), **arguments)

    assert place.topics()[-1] == "keyring.key_opened_for_audit"
    assert place.app.read(0, 10)[-1].record_id == record

    def disk_full(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(place.app.recorder, "insert_events", disk_full)
    with pytest.raises(Unavailable):
        place.call("open_key", service("access"), **arguments)


def test_several_keys_at_once_for_a_rebuild(place: Place) -> None:
    """
    All versions of the living, the tombstones of the erased, nothing of the unknown.
    """
    living, erased, unknown = place.new_record(), place.new_record(), uuid4()
    place.call("rotate", OPERATOR, request_id=uuid4(), record_id=living)
    place.destroy(erased)
    keys = place.keys("vault")
    asked = place.topics()

    keys.prefetch([living, erased, unknown])

    assert (keys.exact(living, 1).version, keys.exact(living, 2).version) == (1, 2)
    assert keys.current(living).version == 2
    with pytest.raises(KeyErased):
        keys.exact(erased, 1)
    assert place.topics() == asked


def test_the_transport_key_is_the_days_and_everyones(place: Place) -> None:
    """
    Publisher and follower find the same one, also for a day long past; keyring its own.
    """
    today, before = NOW.date(), NOW.date() - timedelta(days=400)
    vault, audit = place.keys("vault"), place.keys("audit")

    assert vault.key(today).secret == audit.key(today).secret == place.app.key(today).secret
    assert vault.key(before).secret == audit.key(before).secret != vault.key(today).secret


@pytest.mark.parametrize("half", ["00" * 32, "01" + "00" * 31])
def test_a_half_that_agrees_on_nothing_is_refused(place: Place, half: str) -> None:
    """
    Points of small order would make the agreed secret known to all (RFC 7748, section 6.1).
    """
    record = place.new_record()

    with pytest.raises(InvalidRequest) as refused:
        place.call("open_key", service("vault"), record_id=record, purpose="use", recipient=half)
    assert "recipient" in refused.value.fields


def test_no_key_is_ever_in_an_event_or_in_clear(place: Place) -> None:
    """
    Events are for ever; a key in one could not be destroyed. The table holds wrapped ones only.
    """
    record = place.new_record()
    secret = place.keys("vault").current(record).secret
    place.destroy(record)

    for recorded in place.app.read(0, 10):
        assert secret.hex() not in repr(recorded.event)
        assert "secret" not in vars(recorded.event)
    with place.app.guarded.reading() as sql:
        rows = sql("SELECT wrapped FROM keyring_keys")
    assert {len(bytes(wrapped)) for (wrapped,) in rows} == {12 + 32 + 16}


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


def test_an_unknown_key_is_unavailable(place: Place) -> None:
    """
    The code of "stop and retry", which nobody takes for erased.
    """
    with pytest.raises(KeyUnknown) as refused:
        place.call("open_key", service("vault"), record_id=uuid4(), purpose="use", recipient=HALF)
    assert refused.value.code == "unavailable"
