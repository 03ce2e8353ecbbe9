"""The library's own published tests, on every recorder configuration we use.

Their names and sentences are the library's. The sealed mapper runs where a suite has a mapper:
in the example application, snapshots included.
"""

import os
import threading
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest
from eventsourcing import postgres, sqlite
from eventsourcing.persistence import Mapper, TrackingRecorder
from eventsourcing.tests import application as example
from eventsourcing.tests import persistence as published
from eventsourcing.utils import Environment

from shared.crypto.local_keys import LocalKeys
from shared.stores.postgres import GuardedPostgresFactory, GuardedPostgresRecorder
from shared.stores.sealed_mapper import SealedMapper
from shared.stores.settings import EventStoreSettings
from shared.stores.sqlite import GuardedSQLiteFactory, GuardedSQLiteRecorder

Factory = GuardedSQLiteFactory | GuardedPostgresFactory


class OnSQLite:
    """Each test has a file of its own."""

    @pytest.fixture(autouse=True)
    def _own_place(self, tmp_path: Path) -> None:
        self.variables = EventStoreSettings(data_dir=tmp_path).environment("library")

    def make_factory(self) -> GuardedSQLiteFactory:
        return GuardedSQLiteFactory(Environment("library", self.variables))


class OnPostgres:
    """Each test has a database of its own."""

    @pytest.fixture(autouse=True)
    def _own_place(self, postgres_dsn: str) -> None:
        self.variables = EventStoreSettings(postgres_dsn=postgres_dsn).environment("library")

    def make_factory(self) -> GuardedPostgresFactory:
        return GuardedPostgresFactory(Environment("library", self.variables))


class Made:
    """Closes what a test has opened, once its threads have ended: the library's tests do not
    wait for their readers, and SQLite crashes when a connection in use is closed.
    """

    factory: Factory

    def make_factory(self) -> Factory:
        raise NotImplementedError

    def setUp(self) -> None:
        self.factory = self.make_factory()
        self._before = set(threading.enumerate())

    def tearDown(self) -> None:
        for thread in set(threading.enumerate()) - self._before:
            if not thread.daemon:
                thread.join(30)
        self.factory.close()

    def new_originator_id(self) -> UUID:
        return uuid4()


class Recorders(Made):
    INITIAL_VERSION = 1

    def create_recorder(self) -> Any:
        return self.factory.application_recorder()


class Snapshots(Made):
    INITIAL_VERSION = 1

    def create_recorder(self) -> Any:
        return self.factory.aggregate_recorder(purpose="snapshots")


class NonInterleaving(Made):
    insert_num = 500

    def create_recorder(self) -> Any:
        return self.factory.application_recorder()


class TestSQLiteRecorder(OnSQLite, Recorders, published.ApplicationRecorderTestCase[Any]):
    pass


class TestSQLiteSnapshots(OnSQLite, Snapshots, published.AggregateRecorderTestCase):
    pass


class TestSQLiteNonInterleaving(
    OnSQLite, NonInterleaving, published.NonInterleavingNotificationIDsBaseCase
):
    pass


class TestPostgresRecorder(OnPostgres, Recorders, published.ApplicationRecorderTestCase[Any]):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = False

    def test_subscribing_is_refused(self) -> None:
        """
        Nobody is notified of a save: who subscribed would wait for ever.
        """
        with pytest.raises(NotImplementedError):
            self.create_recorder().subscribe()


class TestPostgresSnapshots(OnPostgres, Snapshots, published.AggregateRecorderTestCase):
    pass


class TestPostgresNonInterleaving(
    OnPostgres, NonInterleaving, published.NonInterleavingNotificationIDsBaseCase
):
    pass


class SQLiteTracking(sqlite.SQLiteTrackingRecorder):
    pass


class PostgresTracking(postgres.PostgresTrackingRecorder):
    pass


class TestSQLiteFactory(OnSQLite, published.InfrastructureFactoryTestCase[GuardedSQLiteFactory]):
    def setUp(self) -> None:
        self.env = Environment("library", dict(self.variables))
        super().setUp()

    def expected_factory_class(self) -> type[GuardedSQLiteFactory]:
        return GuardedSQLiteFactory

    def expected_aggregate_recorder_class(self) -> type[sqlite.SQLiteAggregateRecorder]:
        return sqlite.SQLiteAggregateRecorder

    def expected_application_recorder_class(self) -> type[GuardedSQLiteRecorder]:
        return GuardedSQLiteRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return sqlite.SQLiteTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return SQLiteTracking

    def expected_process_recorder_class(self) -> type[sqlite.SQLiteProcessRecorder]:
        return sqlite.SQLiteProcessRecorder


class TestPostgresFactory(
    OnPostgres, published.InfrastructureFactoryTestCase[GuardedPostgresFactory]
):
    def setUp(self) -> None:
        self.env = Environment("library", dict(self.variables))
        super().setUp()

    def expected_factory_class(self) -> type[GuardedPostgresFactory]:
        return GuardedPostgresFactory

    def expected_aggregate_recorder_class(self) -> type[postgres.PostgresAggregateRecorder]:
        return postgres.PostgresAggregateRecorder

    def expected_application_recorder_class(self) -> type[GuardedPostgresRecorder]:
        return GuardedPostgresRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return postgres.PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return PostgresTracking

    def expected_process_recorder_class(self) -> type[postgres.PostgresProcessRecorder]:
        return postgres.PostgresProcessRecorder


class SealedBankAccounts(example.BankAccounts):
    """The library's example, its events and snapshots sealed as ours are."""

    name = "bank"

    def construct_mapper(self) -> Mapper[UUID]:
        keys = LocalKeys(bytes(32), "bank")
        return SealedMapper(self.construct_transcoder(), store="bank", keys=keys)


class SealedExample:
    variables: dict[str, str]
    addCleanup: Any  # noqa: N815 - of unittest.TestCase

    def setUp(self) -> None:
        for patch in (
            mock.patch.dict(os.environ, self.variables),
            mock.patch("eventsourcing.tests.application.BankAccounts", SealedBankAccounts),
        ):
            patch.start()
            self.addCleanup(patch.stop)


class TestSealedExampleOnSQLite(OnSQLite, SealedExample, example.ExampleApplicationTestCase):
    expected_factory_topic = "shared.stores.sqlite:GuardedSQLiteFactory"


class TestSealedExampleOnPostgres(OnPostgres, SealedExample, example.ExampleApplicationTestCase):
    expected_factory_topic = "shared.stores.postgres:GuardedPostgresFactory"
