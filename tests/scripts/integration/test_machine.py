"""The private servers answer, keep what they promised to keep, and are closed to strangers."""

import io
from pathlib import Path

import kombu
import psycopg
import pytest
import urllib3
from kombu.simple import SimpleQueue
from minio.error import S3Error

from scripts.machine.postgresql import Database
from scripts.machine.rabbitmq import Broker, running_broker
from scripts.machine.seaweedfs import ObjectStore, running_object_store
from tests.support.processes import processes_of

QUORUM = {"x-queue-type": "quorum", "x-single-active-consumer": True}


def a_queue(connection: kombu.Connection) -> SimpleQueue:
    queue = kombu.Queue("kept", routing_key="kept", durable=True, queue_arguments=QUORUM)
    return connection.SimpleQueue(queue)


def test_a_broker_keeps_its_messages_over_a_crash_and_leaves_nothing(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:
        with kombu.Connection(
            broker.uri(), transport_options={"confirm_publish": True}
        ) as connection:
            a_queue(connection).put({"said": "before the crash"})
        broker.crash()
        broker.start()
        with kombu.Connection(broker.uri()) as connection:
            assert a_queue(connection).get(timeout=10).payload == {"said": "before the crash"}
    assert processes_of(tmp_path) == []


def test_a_vhost_is_new_to_each_test(broker: Broker) -> None:
    assert broker.new_vhost() != broker.new_vhost()
    with kombu.Connection(broker.uri(broker.new_vhost())) as connection:
        a_queue(connection).put("here only")
    with kombu.Connection(broker.uri(broker.new_vhost())) as connection:
        assert a_queue(connection).qsize() == 0


def test_a_stranger_does_not_enter_the_broker(broker: Broker) -> None:
    uri = broker.uri().replace("carnet:", "guest:", 1)
    with pytest.raises(Exception, match="ACCESS_REFUSED"):
        kombu.Connection(uri, login_method="PLAIN").connect()


def test_an_object_store_keeps_its_objects_over_a_crash(tmp_path: Path) -> None:
    with running_object_store(tmp_path) as store:
        store.client().make_bucket("kept")
        store.client().put_object("kept", "a/b", io.BytesIO(b"content"), 7)
        store.process.kill()
        store.start()
        assert store.client().get_object("kept", "a/b").data == b"content"
    assert processes_of(tmp_path) == []


def test_a_bucket_is_there_and_no_other_is_made_by_accident(
    objects: ObjectStore, bucket: str
) -> None:
    objects.client().put_object(bucket, "key", io.BytesIO(b"x"), 1)
    with pytest.raises(S3Error, match="NoSuchBucket"):
        objects.client().put_object("never-made", "key", io.BytesIO(b"x"), 1)


def test_a_stranger_reads_nothing_from_any_port(objects: ObjectStore, bucket: str) -> None:
    objects.client().put_object(bucket, "key", io.BytesIO(b"x"), 1)
    for address in (objects.endpoint, objects.filer):
        for path in (f"{bucket}/key", f"buckets/{bucket}/key"):
            answer = urllib3.request("GET", f"{address}/{path}", timeout=5.0, retries=False)
            assert answer.status in {401, 403, 404}


def test_a_database_is_new_to_each_test(postgres: Database, postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute("CREATE TABLE seen (it text)")
    with psycopg.connect(postgres.new_database()) as connection:
        assert connection.execute("SELECT to_regclass('seen')").fetchone() == (None,)
