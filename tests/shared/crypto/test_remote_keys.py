"""Keys asked from keyring: believed only when signed, kept a minute at most."""

import weakref
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.handover import hand_over
from shared.crypto.key_cache import KeyCache
from shared.crypto.keys import SERVICE_KEY_ID, Key, KeyErased, KeyUnavailable
from shared.crypto.remote_keys import OpenedKey, RemoteKeys, about, about_transport
from shared.crypto.tombstones import Tombstone
from shared.kernel.clock import parse_instant
from shared.kernel.errors import DeadlineExceeded, Forbidden, Refusal, Unavailable
from shared.telemetry.metrics import KEY_ERRORS

SIGNER = Ed25519PrivateKey.generate()
FORGER = Ed25519PrivateKey.generate()
RECORD = uuid4()
SECRET = bytes(range(32))
DESTROYED_AT = parse_instant("2026-03-01T00:00:00Z")


class Keyring:
    """The double of a service that these keys cannot see: it counts, and lies when told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.together: list[int] = []
        self.signer = SIGNER
        self.secret = SECRET
        self.version = 1
        self.day: date | None = None
        self.tombstone: Tombstone | None = None
        self.fault: Refusal | None = None
        self.change: Callable[[OpenedKey], OpenedKey] = lambda opened: opened

    def ask(self, method: str, arguments: Mapping[str, Any]) -> Any:
        self.calls.append(method)
        if self.fault:
            raise self.fault
        if method == "transport_key":
            what = about_transport("vault", self.day or date.fromisoformat(arguments["day"]))
            handed = hand_over(self.secret, arguments["recipient"], what, self.signer)
            return {"key": handed.model_dump(mode="json")}
        if method == "open_keys":
            self.together.append(len(arguments["record_ids"]))
            opened = [self._opened(r, None, arguments) for r in arguments["record_ids"]]
            return {"keys": [item.model_dump(mode="json") for item in opened]}
        opened_one = self._opened(arguments["record_id"], arguments.get("version"), arguments)
        return opened_one.model_dump(mode="json")

    def _opened(
        self, record_id: UUID | None, version: int | None, arguments: Mapping[str, Any]
    ) -> OpenedKey:
        if self.tombstone:
            return OpenedKey(record_id=record_id, version=1, tombstone=self.tombstone)
        number = version or self.version
        what = about("vault", record_id or SERVICE_KEY_ID, number)
        handed = hand_over(self.secret, arguments["recipient"], what, self.signer)
        return self.change(
            OpenedKey(
                record_id=record_id, version=number, current=number == self.version, key=handed
            )
        )


class Secret:
    """Something that can be seen to go."""


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def keys(keyring: Keyring, time: Time) -> RemoteKeys:
    return RemoteKeys(
        keyring.ask,
        service="vault",
        keyring_key=SIGNER.public_key(),
        cache=KeyCache(now=time),
    )


def tombstone_of(record_id: UUID, signer: Ed25519PrivateKey = SIGNER) -> Tombstone:
    return Tombstone(
        record_id=record_id,
        versions=1,
        destroyed_at=DESTROYED_AT,
        certificate_of=uuid4(),
        last_backup_expires=DESTROYED_AT + timedelta(days=35),
    ).signed(signer)


def test_a_key_is_asked_for_once_a_minute(keys: RemoteKeys, keyring: Keyring, time: Time) -> None:
    """
    Neither a call for each row, nor a key that outlives an erasure.
    """
    assert keys.current(RECORD) == Key(RECORD, 1, SECRET)
    assert keys.exact(RECORD, 1).secret == SECRET
    time.now = 59.9
    keys.current(RECORD)
    assert keyring.calls == ["open_key"]

    time.now = 60.0
    keyring.tombstone = tombstone_of(RECORD)

    with pytest.raises(KeyErased):
        keys.exact(RECORD, 1)


def test_an_older_version_never_passes_for_the_current_one(
    keys: RemoteKeys, keyring: Keyring
) -> None:
    """
    After a rotation new rows are sealed under the new version, whatever was read before.
    """
    keyring.version = 2

    assert keys.exact(RECORD, 1).version == 1
    assert keys.current(RECORD).version == 2
    assert keys.exact(RECORD, 2).version == 2
    assert len(keyring.calls) == 2


def test_the_service_key_belongs_to_no_record(keys: RemoteKeys) -> None:
    """
    It is asked for without a record, and named by the id that stands in sealed rows.
    """
    assert keys.current(None).id == SERVICE_KEY_ID
    assert keys.exact(SERVICE_KEY_ID, 1) == keys.current(None)


LIES: dict[str, Callable[[OpenedKey], OpenedKey]] = {
    "another record": lambda o: o.model_copy(update={"record_id": uuid4()}),
    "another version": lambda o: o.model_copy(update={"version": 9}),
    "no key": lambda o: o.model_copy(update={"key": None}),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_does_not_fit_is_not_a_key(
    keys: RemoteKeys, keyring: Keyring, lie: str
) -> None:
    """
    Whatever stands between can stop us, not deceive us.
    """
    keyring.change = LIES[lie]

    with pytest.raises(KeyUnavailable):
        keys.exact(RECORD, 1)


def test_a_key_that_another_signed_is_refused(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    Else data would be sealed under a key that whoever sits on the broker knows.
    """
    keyring.signer = FORGER

    with pytest.raises(KeyUnavailable):
        keys.current(RECORD)


def test_a_key_handed_to_another_request_is_refused(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    A recorded answer cannot be played again: it is sealed for the request that asked.
    """
    recorded: list[OpenedKey] = []

    def replay(opened: OpenedKey) -> OpenedKey:
        recorded.append(opened)
        return recorded[0]

    keyring.change = replay
    keys.current(RECORD)
    other = RemoteKeys(keyring.ask, service="vault", keyring_key=SIGNER.public_key())

    with pytest.raises(KeyUnavailable):
        other.current(RECORD)


@pytest.mark.parametrize(
    "tombstone",
    [tombstone_of(RECORD, FORGER), tombstone_of(uuid4()), tombstone_of(RECORD).model_copy(
        update={"versions": 7}
    )],
    ids=["forged", "of another record", "edited"],
)  # fmt: skip
def test_only_a_tombstone_signed_for_this_record_means_erased(
    keys: RemoteKeys, keyring: Keyring, tombstone: Tombstone
) -> None:
    """
    Else an attacker could make rebuilds forget a living record.
    """
    keyring.tombstone = tombstone

    with pytest.raises(KeyUnavailable):
        keys.current(RECORD)


@pytest.mark.parametrize(
    "fault", [Unavailable(), Forbidden(), DeadlineExceeded(), KeyUnavailable("out of reach")]
)
def test_a_refusal_is_never_taken_for_erased(
    keys: RemoteKeys, keyring: Keyring, fault: Refusal
) -> None:
    """
    Unknown and out of reach mean stop; for many at once and for messages too.
    """
    keyring.fault = fault

    with pytest.raises(KeyUnavailable):
        keys.current(RECORD)
    with pytest.raises(KeyUnavailable):
        keys.prefetch([RECORD])
    with pytest.raises(KeyUnavailable):
        keys.key(date(2026, 11, 22))


def test_an_erased_record_is_so_in_every_version(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    One tombstone speaks for all of them; it is no answer for another key.
    """
    keyring.tombstone = tombstone_of(RECORD)

    with pytest.raises(KeyErased):
        keys.exact(RECORD, 3)


def test_the_key_of_a_day_is_handed_over_for_that_day(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    Messages of a day are sealed by whoever has its key, which is asked for once.
    """
    today = date(2026, 11, 22)

    assert keys.key(today) == keys.key(today) == Key(SERVICE_KEY_ID, 1, SECRET)
    assert keyring.calls == ["transport_key"]

    keyring.day = today
    with pytest.raises(KeyUnavailable):
        keys.key(date(2026, 11, 23))


@pytest.mark.parametrize("fault", [KeyUnavailable("out of reach"), Forbidden()])
def test_each_key_that_is_not_had_is_counted(
    keys: RemoteKeys, keyring: Keyring, fault: Refusal
) -> None:
    """
    An operator sees that keys are out of reach before anybody calls.
    """
    counted = KEY_ERRORS.labels("vault")
    before = counted._value.get()
    keyring.fault = fault

    with pytest.raises(KeyUnavailable):
        keys.current(RECORD)
    assert counted._value.get() == before + 1


def test_a_rebuild_asks_in_batches(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    Two hundred and fifty records cost three calls, and none again afterwards.
    """
    records = [uuid4() for _ in range(250)]

    keys.prefetch(records)
    for record in records:
        keys.exact(record, 1)
    keys.prefetch(records)

    assert keyring.calls == ["open_keys"] * 3
    assert keyring.together == [100, 100, 50]


def test_prefetching_an_erased_record_does_not_stop(keys: RemoteKeys, keyring: Keyring) -> None:
    """
    The rebuild reads on, and meets the erasure at the row.
    """
    keyring.tombstone = tombstone_of(RECORD)

    keys.prefetch([RECORD])

    with pytest.raises(KeyErased):
        keys.exact(RECORD, 1)
    assert keyring.calls == ["open_keys"]


def test_the_cache_is_bounded() -> None:
    """
    A sweep over all records does not fill the memory; what was fetched last stays.
    """
    cache: KeyCache[int] = KeyCache(size=3)
    for number in (0, 1, 2, 0, 3):
        cache.put(number, number)

    assert [cache.get(n) for n in range(4)] == [0, None, 2, 3]


def test_what_has_ended_does_not_lie_in_memory(time: Time) -> None:
    """
    Also of keys that nobody asks for again.
    """
    cache: KeyCache[Secret] = KeyCache(now=time)
    seen = weakref.ref(held := Secret())
    cache.put("first", held)
    del held
    time.now = 59.9
    cache.put("second", Secret())
    assert seen()

    time.now = 60.0
    cache.put("third", Secret())

    assert seen() is None
    assert cache.get("second")


def test_who_asks_for_an_ended_key_has_it_forgotten(time: Time) -> None:
    """
    Though no other comes in its place: keyring may be out of reach.
    """
    cache: KeyCache[Secret] = KeyCache(now=time)
    seen = weakref.ref(held := Secret())
    cache.put("only", held)
    del held
    time.now = 60.0

    assert cache.get("only") is None
    assert seen() is None


def test_a_longer_life_is_refused() -> None:
    """
    Sixty seconds is the promise made to whoever is erased.
    """
    with pytest.raises(ValueError, match="60 seconds"):
        KeyCache(life=61)


def test_a_key_shows_nothing_of_itself() -> None:
    """
    A key in a log line or a traceback would be as bad as the data.
    """
    assert str(Key(RECORD, 1, SECRET)) == repr(Key(RECORD, 1, SECRET)) == "Key(...)"
