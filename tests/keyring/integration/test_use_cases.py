"""Keyring on both databases: whose keys, which versions, and their end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from services.keyring.domain.errors import KeyUnknown
from shared.crypto.handover import Recipient
from shared.crypto.keys import KeyErased, KeyUnavailable
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest, Unavailable
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


def test_many_keys_are_made_at_once(place: Place) -> None:
    """
    Before thousands are announced: one transaction; who has a key keeps it, the erased stay so.
    """
    known, erased, *new = (place.new_record(), place.new_record(), uuid4(), uuid4())
    before = place.keys("vault").current(known)
    place.call(
        "destroy",
        service("identity"),
        request_id=uuid4(),
        record_id=erased,
        certificate_of=uuid4(),
    )

    made = place.call("make_keys", service("identity"), record_ids=[known, erased, *new])
    again = place.call("make_keys", service("identity"), record_ids=[known, erased, *new])

    assert made == again
    assert place.keys("vault").current(known) == before
    assert len({place.keys("vault").current(record_id).secret for record_id in new}) == 2
    with pytest.raises(KeyErased):
        place.keys("vault").current(erased)
    with pytest.raises(Forbidden):
        place.call("make_keys", service("vault"), record_ids=new)


def test_racing_makers_of_many_keys_make_each_once(place: Place) -> None:
    """
    Two announcements of the same people: the later finds the keys made.
    """
    record_ids = [uuid4() for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda _: place.call("make_keys", service("identity"), record_ids=record_ids),
                range(8),
            )
        )

    assert place.topics() == ["keyring.key_created"] * 20
    assert {place.keys("vault").current(record_id).version for record_id in record_ids} == {1}


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


def test_an_unknown_key_is_unavailable(place: Place) -> None:
    """
    The code of "stop and retry", which nobody takes for erased.
    """
    with pytest.raises(KeyUnknown) as refused:
        place.call("open_key", service("vault"), record_id=uuid4(), purpose="use", recipient=HALF)
    assert refused.value.code == "unavailable"
