"""The tree beside events in PostgreSQL, and an auditor's reading of those stores."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from scripts.machine.postgresql import Database
from services.audit.adapters.event_stores import PostgresStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.inspecting import Inspector
from services.audit.adapters.leaves import LeafFollower
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.batch import Hole
from services.audit.domain.report import FindingKind, VerificationReport
from services.audit.domain.verification import Log, Verification
from shared.crypto.local_keys import LocalKeys
from shared.crypto.signatures import check_ed25519
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.audit.acts import deposited
from tests.audit.ground import RECORD, ROOT_KEY, Vault, pull_from
from tests.audit.logs import NOW, VERIFIER, batch, open_tree, publisher


@pytest.fixture
def dsn(postgres: Database) -> str:
    """One database for all services here: their tables have their names."""
    return postgres.new_database()


def test_racing_appends_follow_one_another(dsn: str) -> None:
    """Two processes that append at once: every leaf once, no index twice."""
    home, tree = open_tree(EventStoreSettings(postgres_dsn=dsn))
    with home, ThreadPoolExecutor(4) as pool:

        def follow(service: str) -> None:
            for start in range(0, 40, 4):
                tree.append(batch(service, start, start + 4))

        for done in [pool.submit(follow, name) for name in ("a", "b", "a", "b")]:
            try:
                done.result()
            except Hole:
                continue  # the other one of the same service was ahead by a batch

        runs = list(tree.runs())
        assert tree.size() == sum(run.size for run in runs) == 80
        index = 0
        for run in runs:
            assert run.first_index == index
            index += run.size


def verify(dsn: str, folder: Path) -> VerificationReport:
    stores = PostgresStores(dsn, ["audit", "vault"])
    return Verification(
        source=stores,
        pages=Inspector(stores, []).pages,
        log=Log(files=FolderFiles(folder), verifier=VERIFIER, check=check_ed25519),
    ).run()


def test_a_changed_row_is_found(dsn: str, tmp_path: Path) -> None:
    """Read with the auditor's own connection, read only, page by page."""
    settings, clock = EventStoreSettings(postgres_dsn=dsn), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        for _ in range(6):
            vault.save(deposited(RECORD, uuid4()))
        tree = SqlTree(audit.guarded)
        LeafFollower(audit, tree, "vault", pull_from({"vault": vault})).catch_up()
        publisher(tree, FolderFiles(tmp_path)).publish()
    assert verify(dsn, tmp_path).log_verified
    stores = PostgresStores(dsn, ["audit", "vault"])
    rows = list(stores.rows("vault", RECORD))
    assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]
    assert list(stores.rows("vault", uuid4())) == []
    assert list(stores.stream("vault", UUID(rows[3].originator_id))) == [rows[3]]

    with psycopg.connect(dsn) as connection:
        connection.execute(
            "UPDATE vault_events SET state = set_byte(state, 40, get_byte(state, 40) # 1)"
            " WHERE notification_id = 4"
        )
        connection.execute("DELETE FROM vault_events WHERE notification_id = 2")

    assert {(f.kind, f.position) for f in verify(dsn, tmp_path).findings} == {
        (FindingKind.EVENT_CHANGED, 4),
        (FindingKind.EVENT_REMOVED, 2),
    }
