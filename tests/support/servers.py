"""Real servers as fixtures: one of each per run (per worker, with xdist), a fresh place per test.

They start when the first test asks for them, so a run without integration tests starts none.
Nothing is cleaned up between tests: a new vhost, bucket or database costs less than emptying one.
"""

import os
import uuid
from collections.abc import Iterator

import pymongo
import pytest
from bson import json_util

from scripts.machine import postgresql
from scripts.machine.postgresql import Database, running_database
from scripts.machine.rabbitmq import Broker, running_broker
from scripts.machine.seaweedfs import ObjectStore, running_object_store
from tests.support.second_s3 import SecondStore, running_second_store


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The run's RabbitMQ. A test that stops or kills it starts a `running_broker` of its own."""
    with running_broker(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture
def amqp_uri(broker: Broker) -> str:
    """The address of a vhost that no other test has seen."""
    return broker.uri(broker.new_vhost())


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """The run's SeaweedFS: ``endpoint``, ``access_key``, ``secret_key``, ``client()``."""
    with running_object_store(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def second_objects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondStore]:
    """Another S3 server, for what must hold on any."""
    with running_second_store(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(params=["seaweedfs", "moto"])
def each_s3(request: pytest.FixtureRequest) -> ObjectStore | SecondStore:
    """One S3 server after the other."""
    name = "objects" if request.param == "seaweedfs" else "second_objects"
    store: ObjectStore | SecondStore = request.getfixturevalue(name)
    return store


@pytest.fixture
def bucket(objects: ObjectStore) -> str:
    """The name of a new, empty bucket."""
    name = f"test-{uuid.uuid4().hex}"
    objects.client().make_bucket(name)
    return name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """The run's PostgreSQL; `new_database` gives further databases to a test that needs several."""
    if not postgresql.installed():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with running_database() as server:
        yield server


@pytest.fixture
def postgres_dsn(postgres: Database) -> str:
    """The address of a new, empty database."""
    return postgres.new_database()


@pytest.fixture
def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``MONGODB_URI`` with a database name that is new, and dropped afterwards; what was in it is
    left with the rest of the run, to be searched."""
    server = os.environ.get("MONGODB_URI")
    if not server:
        pytest.skip("no MongoDB: set MONGODB_URI to the address of a server")
    name = f"carnet_test_{uuid.uuid4().hex[:12]}"
    address, _, options = server.partition("?")
    scheme, _, rest = address.partition("://")
    yield f"{scheme}://{rest.partition('/')[0]}/{name}" + (f"?{options}" if options else "")
    with pymongo.MongoClient[dict[str, object]](server) as client:
        left = tmp_path_factory.mktemp("mongodb")
        for database in [one for one in client.list_database_names() if one.startswith(name)]:
            for collection in client[database].list_collection_names():
                kept = left / f"{database}.{collection}.json"
                kept.write_text(json_util.dumps(client[database][collection].find()))
            client.drop_database(database)
