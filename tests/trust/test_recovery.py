"""What an operator meets: each ends in the refusal that is documented, and when it is mended in
recovery without loss."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLCertVerificationError
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from scripts.machine.postgresql import Database
from scripts.machine.rabbitmq import Broker
from scripts.machine.seaweedfs import ObjectStore
from services.keyring.domain.errors import KeyEncryptionKeyLost
from shared.crypto.keys import KeyUnavailable
from shared.crypto.local_keys import LocalKeys
from shared.eventing import broker
from shared.eventing.follow import follow_loop, queue_of
from shared.eventing.head_watch import HeadWatch
from shared.eventing.live_views import LiveViews
from shared.eventing.relay import MESSAGES, Exchanges, events_exchange, relay_loop
from shared.kernel.clock import FixedClock, SystemClock
from shared.kernel.errors import Unavailable
from shared.stores.objects import Objects
from shared.stores.settings import EventStoreSettings
from tests.keyring.place import Place
from tests.shared.eventing.integration.test_relay import listening, relaying
from tests.shared.eventing.sample import records
from tests.shared.eventing.world import World, running
from tests.shared.stores.boxes import PATIENT, Boxes, OpenBox
from tests.support.deadline import eventually
from tests.trust.certificates import Authority
from tests.trust.faulty import address_of, small_disk
from tests.trust.proxy import proxied


def boxes(store: EventStoreSettings) -> Boxes:
    return Boxes(store, LocalKeys(bytes(32), "boxes"), SystemClock())


def new_box() -> OpenBox:
    return OpenBox(request_id=uuid4(), record_id=uuid4(), label="x" * 5000)


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk("2m") as (folder, mounted):
        if not mounted:
            pytest.skip("only an administrator makes a disk to fill")
        yield folder


def test_a_full_disk_refuses_and_loses_nothing(disk: Path) -> None:
    """What was refused was not saved by half; asked again, with room, it is saved once."""
    log, answered = boxes(EventStoreSettings(data_dir=disk)), []
    for request in iter(new_box, None):
        try:
            answered.append(log.open_box(request, PATIENT).position)
        except Unavailable:
            break
        with (disk / "ballast").open("ab") as ballast, suppress(OSError):
            ballast.write(bytes(100_000))
    with pytest.raises(Unavailable):
        log.open_box(request, PATIENT)
    assert positions(log) == answered

    (disk / "ballast").unlink()
    again = {log.open_box(request, PATIENT).position for _ in range(3)}

    assert again == {len(answered) + 1}
    assert positions(log) == [*answered, *again]
    log.close()
    with closing(sqlite3.connect(disk / "boxes.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_full_disk_of_the_object_store_refuses_and_loses_nothing() -> None:
    """What was refused is not there by half; asked again, with room, it is stored once."""
    with small_disk("40m") as (disk, mounted), ExitStack() as stack:
        if not mounted:
            pytest.skip("only an administrator makes a disk to fill")
        server = ObjectStore(disk / "objects")
        server.start()
        stack.callback(server.stop)
        server.client().make_bucket("letters")
        store, kept = Objects(server.client(), "letters"), dict[str, bytes]()
        (disk / "ballast").write_bytes(bytes(20_000_000))
        for key in (f"letter-{number}" for number in range(40)):
            content = secrets.token_bytes(1_000_000)
            if not put(store, key, content):
                break
            kept[key] = content
        assert 5 < len(kept) < 40
        assert {key: b"".join(store.get(key)) for key in kept} == kept
        assert store.stat(key) is None

        (disk / "ballast").unlink()
        eventually(lambda: put(store, key, content), within=60, every=0.5)
        kept[key] = content
        assert {key: b"".join(store.get(key)) for key in kept} == kept


def put(store: Objects, key: str, content: bytes) -> bool:
    try:
        store.put_once(key, [content], len(content))
    except Unavailable:
        return False
    return True


@pytest.mark.long  # connections come back only after some seconds
def test_a_read_only_database_is_read_and_refuses_to_save(postgres: Database) -> None:
    """As a standby that was promoted by nobody, or a server that an operator froze."""
    dsn = postgres.new_database()
    log = boxes(EventStoreSettings(postgres_dsn=dsn, lock_timeout=2))
    request = new_box()
    first = log.open_box(new_box(), PATIENT)

    freeze(dsn, "on")
    eventually(lambda: positions(log) == [first.position])
    with pytest.raises(Unavailable) as refused:
        log.open_box(request, PATIENT)
    assert "read-only transaction" in str(refused.value.__cause__)

    freeze(dsn, "off")
    eventually(lambda: positions(log) == [first.position])
    done = log.open_box(request, PATIENT)
    assert positions(log) == [first.position, done.position]
    log.close()


def positions(log: Boxes) -> list[int] | None:
    """``None`` while there is no connection."""
    try:
        return [row.position for row in log.read(0, 100)]
    except OperationalError:
        return None


def freeze(dsn: str, read_only: str) -> None:
    """It holds for new connections: those there are ended."""
    name = dsn.rpartition("/")[2]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(
            f"ALTER DATABASE {name} SET default_transaction_read_only = {read_only}".encode()
        )
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )


def test_what_a_full_queue_drops_is_pulled(
    tmp_path: Path, amqp_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The follower was away for longer than its queue is long."""
    monkeypatch.setitem(broker.QUEUE, "x-max-length", 3)
    store = EventStoreSettings(data_dir=tmp_path)
    world = World(store, store, tmp_path, amqp_uri)
    following, [mine] = world.following(), records(1)
    views = LiveViews(following.views, following.sources, following.log.places)
    queue, exchange = queue_of("tally", "notes"), events_exchange("notes")
    with broker.Subscription(amqp_uri, queue=queue, exchange=exchange, kind="topic"):
        pass  # the queue is there, and nobody listens
    with relaying(world) as relay:
        for letter in "abcdefghij":
            world.notes.write(mine, letter)
            relay.turn()
        with running(follow_loop(following, "notes", views)):
            eventually(lambda: world.tally.texts(mine) == list("abcdefghij"))
            world.notes.write(mine, "k")
            relay.turn()
            eventually(lambda: world.tally.texts(mine) == list("abcdefghijk"))


def test_a_lost_key_encryption_key_stops_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    """Another key file in its place, by mistake: no record is taken for erased, and none is given
    a second key. With the right one back all opens as before."""
    clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
    place = Place(EventStoreSettings(data_dir=tmp_path), tmp_path, clock)
    record = place.new_record()
    before = place.keys("vault").current(record)
    right = place.kek_file.read_text()

    place.kek_file.write_text(secrets.token_hex(32))
    place.reopen()
    events = place.app.head()
    for ask in (place.keys("vault").current, place.keys("identity", create=True).current):
        with pytest.raises(KeyUnavailable) as refused:
            ask(record)
        assert isinstance(refused.value.__cause__, KeyEncryptionKeyLost)
    assert place.app.head() == events

    place.kek_file.write_text(right)
    place.reopen()
    assert place.keys("vault").current(record) == before
    place.app.close()


def test_an_expired_certificate_holds_what_is_said_back(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the broker: the relay says that it stopped, and goes on from there once it is renewed."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    store = EventStoreSettings(data_dir=tmp_path)
    world = World(store, store, tmp_path)
    mine = uuid4()
    world.notes.write(mine, "a")
    vhost = broker.new_vhost()
    authority.certify(days=-1)
    with proxied(lambda: address_of(broker.uri()), authority.tls) as proxy:
        uri = broker.uri(vhost).replace("amqp://", "amqps://")
        uri = uri.replace(f"127.0.0.1:{address_of(uri)[1]}", f"localhost:{proxy.port}")
        relay = relay_loop(
            world.notes,
            world.outbox,
            lambda: Exchanges.open(uri, "notes"),
            HeadWatch(world.notes),
        )
        plain = broker.uri(vhost)
        with listening(plain, events_exchange("notes"), "topic") as heard, running(relay):
            eventually(lambda: relay.check() == "SSLCertVerificationError")
            with pytest.raises(SSLCertVerificationError, match="expired"):
                Exchanges.open(uri, "notes")
            assert world.notes.places.published(MESSAGES).position == 0
            authority.certify(days=1)
            assert heard.positions(1) == [1]
            eventually(lambda: relay.check() is None)


def test_what_is_answered_is_on_the_disk(tmp_path: Path) -> None:
    """SQLite syncs its log of changes at each commit, whatever the library was built with: in WAL
    mode only FULL (2) does."""
    log = boxes(EventStoreSettings(data_dir=tmp_path))
    with log.guarded.writing() as sql:
        assert sql("PRAGMA journal_mode") == [("wal",)]
        assert sql("PRAGMA synchronous") == [(2,)]
    log.close()
