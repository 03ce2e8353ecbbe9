"""Who holds a service's key writes events that are authentic, and audit, if it lies, signs what it
likes: what was published, and what services saw of it, still tell.

What is done without any key is in `tests/audit/unit/test_tampering_suite.py`.
"""

# ruff: noqa: S608 - the values put into these statements are the tests' own

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from services.access.adapters.opening import open_log
from services.access.application import Access
from services.access.domain.decision import Decision
from services.access.domain.rules import Verdict
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.batch import Batch
from services.audit.domain.report import FindingKind
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings
from tests.audit.acts import decided
from tests.audit.ground import EVENTS, RECORD, ROOT_KEY, Ground, Vault, build, found
from tests.audit.logs import NOW, publisher

CLOCK = FixedClock(NOW)
Leaves = list[tuple[int, bytes]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return build(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def ground(original: Ground, tmp_path: Path) -> Ground:
    return original.copy(tmp_path)


def test_an_event_written_again_with_the_services_own_key(ground: Ground, tmp_path: Path) -> None:
    """Its seal is true, and says something else: only the log can tell, and does. So are a
    consent's other words, or a decision's, found."""
    originator, state = _other_words(ground, tmp_path, position=5)
    with closing(sqlite3.connect(ground.data / "access.db")) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE originator_id = ?", (state, originator)
        )

    assert found(ground.verify()) == {(FindingKind.EVENT_CHANGED, "access", 5)}


def _other_words(ground: Ground, elsewhere: Path, position: int) -> tuple[str, bytes]:
    with closing(sqlite3.connect(ground.data / "access.db")) as connection:
        [(originator,)] = connection.execute(
            f"SELECT originator_id FROM stored_events WHERE rowid = {position}"
        ).fetchall()
    home = elsewhere / "forger"
    with _access(home) as forger:
        other = decided(RECORD)
        refused: list[Verdict] = [{"permit": False, "rules": ["no_rule"]}]
        told = {"record_id": RECORD, "by": other.by, "made": {**other.made, "verdicts": refused}}
        assert told["made"] != other.made
        forger.save(Decision._create(Decision.Created, id=UUID(originator), **told))
    with closing(sqlite3.connect(home / "access.db")) as connection:
        [(state,)] = connection.execute("SELECT state FROM stored_events").fetchall()
    return originator, state


def test_a_log_emptied(ground: Ground) -> None:
    """All of a service's events gone, its tables in place: each is named."""
    ground.sql("access", "DELETE FROM stored_events")

    assert found(ground.verify()) == {
        (FindingKind.EVENT_REMOVED, "access", n) for n in range(1, EVENTS + 1)
    }


def swapped(leaves: Leaves) -> Leaves:
    """The digests of two events exchanged."""
    (one, this), (other, that) = leaves[3], leaves[4]
    return [*leaves[:3], (one, that), (other, this), *leaves[5:]]


def replaced(leaves: Leaves) -> Leaves:
    return [*leaves[:3], (leaves[3][0], bytes(32)), *leaves[4:]]


def dropped(leaves: Leaves) -> Leaves:
    """As if the event had never been told."""
    return [*leaves[:3], *leaves[4:]]


def shrunk(leaves: Leaves) -> Leaves:
    return leaves[:-1]


@pytest.mark.parametrize(
    ("lie", "kinds"),
    [
        (swapped, {FindingKind.EVENT_CHANGED, FindingKind.LOG_FORKED}),
        (replaced, {FindingKind.EVENT_CHANGED, FindingKind.LOG_FORKED}),
        (dropped, {FindingKind.EVENT_ADDED, FindingKind.CHECKPOINT_ROLLED_BACK}),
        (shrunk, {FindingKind.EVENT_NOT_LOGGED, FindingKind.CHECKPOINT_ROLLED_BACK}),
    ],
    ids=["swapped", "replaced", "dropped", "shrunk"],
)
def test_a_tree_that_lies_and_is_truly_signed(
    ground: Ground, lie: Callable[[Leaves], Leaves], kinds: set[FindingKind]
) -> None:
    """Against the events, whose digests it does not have, and against the checkpoint that a
    service kept of the true one."""
    _tell_another(ground, lie)

    assert set(ground.verify().found) == kinds


def test_a_tree_told_as_it_was_is_believed(ground: Ground) -> None:
    """So what the lies are found by is the lie."""
    _tell_another(ground, list)

    assert ground.verify().log_verified


def _tell_another(ground: Ground, lie: Callable[[Leaves], Leaves]) -> None:
    """The whole tree grown anew in its order, with a lie about the vault; audit's own memory goes
    with it."""
    (of_vault, vault), (of_access, access) = _told(_vault(ground.data)), _told(_access(ground.data))
    lied = dict(lie(vault))
    shutil.rmtree(ground.log)
    elsewhere = ground.data.parent / "lying"
    with Audit(
        EventStoreSettings(data_dir=elsewhere), LocalKeys(ROOT_KEY, "audit"), CLOCK
    ) as audit:
        tree = SqlTree(audit.guarded)
        for (position, _), (_, digest) in zip(vault, access, strict=True):
            there = [(position, lied[position])] if position in lied else []
            tree.append(_one("vault", of_vault, position, there))
            tree.append(_one("access", of_access, position, [(position, digest)]))
        publisher(tree, FolderFiles(ground.log)).publish()
    shutil.copy(elsewhere / "audit.db", ground.data / "audit.db")


def _vault(data: Path) -> Vault:
    return Vault(EventStoreSettings(data_dir=data), LocalKeys(ROOT_KEY, "vault"), CLOCK)


def _access(data: Path) -> Access:
    return open_log(EventStoreSettings(data_dir=data), LocalKeys(ROOT_KEY, "access"), CLOCK)


def _told(opened: EventLog) -> tuple[str, Leaves]:
    with opened as log:
        told = log.leaves(0, EVENTS)
    return told.epoch, [(position, bytes.fromhex(digest)) for position, digest in told.leaves]


def _one(service: str, epoch: str, position: int, leaves: Leaves) -> Batch:
    return Batch(service=service, epoch=epoch, after=position - 1, to=position, leaves=leaves)
