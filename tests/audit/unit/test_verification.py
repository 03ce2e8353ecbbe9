"""Everything that can be done to a log or a store behind its back is found, and named."""

# ruff: noqa: S608 - the values put into these statements are the tests' own

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import Aggregate

from services.audit.adapters.contents import StateCheck
from services.audit.adapters.event_stores import CannotRead, SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.leaves import LeafFollower
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.checkpoint import Checkpoint
from services.audit.domain.merkle import subtree_root
from services.audit.domain.note import sign_note
from services.audit.domain.report import FindingKind, VerificationReport
from services.audit.domain.tiles import decode_hashes
from services.audit.domain.verification import Log, Verification
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, PRIVATE, VERIFIER, check_signature, publisher

ROOT_KEY = bytes(range(32))


class Paper(Aggregate):
    TOPIC = "paper.paper"

    class Created(Aggregate.Created):
        TOPIC = "paper.deposited"
        record_id: UUID
        content: dict[str, Any]

    def __init__(self, record_id: UUID, content: dict[str, Any]) -> None:
        self.record_id = record_id
        self.content = content


class Vault(EventLog):
    name = "vault"


class Access(EventLog):
    name = "access"


@dataclass
class Ground:
    """A data folder with three services' stores, a bucket, and the published log."""

    data: Path
    log: Path
    bucket: Path

    def copy(self, to: Path) -> "Ground":
        for source in (self.data, self.log, self.bucket):
            shutil.copytree(source, to / source.name)
        return Ground(to / self.data.name, to / self.log.name, to / self.bucket.name)

    def verify(
        self, *, heads: dict[str, int] | None = None, erased: UUID | None = None
    ) -> VerificationReport:
        def read(key: str) -> Iterator[bytes] | None:
            file = self.bucket / key
            return iter([file.read_bytes()]) if file.exists() else None

        def keys_of(service: str) -> LocalKeys:
            keys = LocalKeys(ROOT_KEY, service)
            if erased:
                keys.erase(erased)
            return keys

        return Verification(
            source=SqliteStores(self.data),
            log=Log(files=FolderFiles(self.log), verifier=VERIFIER, check=check_signature),
            checks=[StateCheck(keys_of, read)],
            heads=heads,
        ).run()

    def sql(self, service: str, *statements: str) -> None:
        with closing(sqlite3.connect(self.data / f"{service}.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)


RECORD = uuid4()
EVENTS = 12


def build(folder: Path, *, skipped: int = 0) -> Ground:
    """``skipped``: a position of the vault that is gone before anybody heard of it."""
    ground = Ground(folder / "data", folder / "log", folder / "bucket")
    ground.bucket.mkdir(parents=True)
    settings, clock = EventStoreSettings(data_dir=ground.data), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        Access(settings, LocalKeys(ROOT_KEY, "access"), clock) as access,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        tree = SqlTree(audit.guarded)
        logs: dict[str, EventLog] = {"vault": vault, "access": access, "audit": audit}
        followers = [
            LeafFollower(audit, tree, name, pull_from(logs)) for name in ("vault", "access")
        ]
        for number in range(EVENTS):
            deposit(vault, ground.bucket, number)
            access.save(Paper(RECORD, {}))
            if number + 1 == skipped:
                continue
            if number == skipped:
                ground.sql("vault", f"DELETE FROM stored_events WHERE rowid = {skipped}")
            for follower in followers:
                follower.catch_up()
            if number % 3 == 0:
                publisher(tree, FolderFiles(ground.log)).publish()
        publisher(tree, FolderFiles(ground.log)).publish()
    return ground


def deposit(vault: EventLog, bucket: Path, number: int) -> None:
    data = f"sealed bytes {number}".encode()
    (bucket / f"o{number}").write_bytes(data)
    content = {"object": f"o{number}", "sealed_sha256": sha256(data).hexdigest()}
    vault.save(Paper(RECORD, content))


def pull_from(logs: dict[str, EventLog]) -> Callable[[str, int, int], Any]:
    def pull(service: str, after: int, limit: int) -> Any:
        found = logs[service].leaves(after, limit)
        return {
            "service": service,
            "epoch": found.epoch,
            "after": found.after,
            "to": found.to,
            "leaves": list(found.leaves),
        }

    return pull


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return build(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def ground(original: Ground, tmp_path: Path) -> Ground:
    """A copy to tamper with."""
    return original.copy(tmp_path)


def found(report: VerificationReport) -> set[tuple[FindingKind, str | None, int | None]]:
    return {(f.kind, f.service, f.position) for f in report.findings}


def test_an_untouched_log_verifies(ground: Ground) -> None:
    """Nothing is found, and everything was looked at."""
    report = ground.verify()

    assert report.findings == []
    assert report.log_verified
    assert report.log_size == 2 * EVENTS
    assert report.services["vault"].matched == EVENTS
    assert report.services["vault"].opened == EVENTS
    assert report.documents == EVENTS


def flip_state(ground: Ground, position: int) -> tuple[str, int]:
    """Change the last byte of a stored event; return its originator and version."""
    with closing(sqlite3.connect(ground.data / "vault.db")) as connection, connection:
        state, originator, version = connection.execute(
            "SELECT state, originator_id, originator_version FROM stored_events WHERE rowid = ?",
            (position,),
        ).fetchone()
        changed = state[:-1] + bytes([state[-1] ^ 1])
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE rowid = ?", (changed, position)
        )
    return originator, version


def test_one_byte_of_an_event(ground: Ground) -> None:
    """The event is named: service, position, originator, version."""
    originator, version = flip_state(ground, 5)

    report = ground.verify()

    assert found(report) == {
        (FindingKind.EVENT_CHANGED, "vault", 5),
        (FindingKind.STATE_NOT_AUTHENTIC, "vault", 5),
    }
    [changed] = [f for f in report.findings if f.kind is FindingKind.EVENT_CHANGED]
    assert changed.originator_id == str(UUID(originator))
    assert changed.originator_version == version
    assert not report.log_verified
    assert report.things == {"vault 5"}


@pytest.mark.parametrize(
    "change",
    [
        "topic = 'vault.document_opened'",
        "originator_version = 9",
        "originator_id = '00000000000040008000000000000000'",
    ],
)
def test_an_event_s_clear_header(ground: Ground, change: str) -> None:
    """What stands beside the sealed state is vouched for as well."""
    ground.sql("vault", f"UPDATE stored_events SET {change} WHERE rowid = 5")

    assert (FindingKind.EVENT_CHANGED, "vault", 5) in found(ground.verify())


@pytest.mark.parametrize("position", [1, 5, EVENTS])
def test_an_event_removed(ground: Ground, position: int) -> None:
    """First, in the middle or last: the place it had is named, and nothing else."""
    ground.sql("vault", f"DELETE FROM stored_events WHERE rowid = {position}")

    assert found(ground.verify()) == {(FindingKind.EVENT_REMOVED, "vault", position)}


def test_the_end_of_a_store_cut_off(ground: Ground) -> None:
    """Every event that is gone is named."""
    ground.sql("access", "DELETE FROM stored_events WHERE rowid > 9")

    assert found(ground.verify()) == {
        (FindingKind.EVENT_REMOVED, "access", n) for n in range(10, EVENTS + 1)
    }


def test_an_event_inserted(ground: Ground) -> None:
    """An event in the place of a deleted one, and one behind the last: both are strangers."""
    copy = (
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
        " SELECT {rowid}, '{id}', 1, topic, state FROM stored_events WHERE rowid = 2"
    )
    ground.sql("vault", copy.format(rowid=EVENTS + 1, id=uuid4().hex))

    assert (FindingKind.EVENT_NOT_LOGGED, "vault", EVENTS + 1) in found(ground.verify())


def test_an_event_inserted_between(tmp_path: Path) -> None:
    """Into a gap that the log knew to be empty: positions the store had skipped."""
    ground = build(tmp_path, skipped=2)

    ground.sql(
        "vault",
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
        f" SELECT 2, '{uuid4().hex}', 1, topic, state FROM stored_events WHERE rowid = 3",
    )

    assert (FindingKind.EVENT_ADDED, "vault", 2) in found(ground.verify())


def test_a_map_with_a_hole_hides_nothing(ground: Ground) -> None:
    """An entry that audit's map forgot is adopted by the event it is the digest of."""
    ground.sql("audit", "DELETE FROM audit_runs WHERE service = 'vault' AND first_position = 5")
    assert ground.verify().log_verified

    flip_state(ground, 5)
    assert FindingKind.LOG_MAP_BROKEN in ground.verify().found


def test_two_events_swapped(ground: Ground) -> None:
    """Each still opens nowhere but where it was; both places are named."""
    ground.sql(
        "vault",
        "UPDATE stored_events SET rowid = 1000 WHERE rowid = 3",
        "UPDATE stored_events SET rowid = 3 WHERE rowid = 7",
        "UPDATE stored_events SET rowid = 7 WHERE rowid = 1000",
    )

    assert found(ground.verify()) == {
        (FindingKind.EVENT_CHANGED, "vault", 3),
        (FindingKind.EVENT_CHANGED, "vault", 7),
    }


def test_states_of_two_events_swapped(ground: Ground) -> None:
    """The log sees it, and so does the seal: a state is bound to its row."""
    ground.sql(
        "vault",
        "CREATE TABLE kept AS SELECT rowid AS at, state FROM stored_events WHERE rowid IN (3, 7)",
        "UPDATE stored_events SET state = (SELECT state FROM kept WHERE at = 7) WHERE rowid = 3",
        "UPDATE stored_events SET state = (SELECT state FROM kept WHERE at = 3) WHERE rowid = 7",
        "DROP TABLE kept",
    )

    assert found(ground.verify()) == {
        (kind, "vault", position)
        for kind in (FindingKind.EVENT_CHANGED, FindingKind.STATE_NOT_AUTHENTIC)
        for position in (3, 7)
    }


def test_a_whole_store_removed(ground: Ground) -> None:
    """A service's file that is gone is not a service without events."""
    (ground.data / "access.db").unlink()

    kinds = ground.verify().found

    assert kinds[FindingKind.STORE_MISSING] == 1
    assert kinds[FindingKind.EVENT_REMOVED] == EVENTS


def test_one_byte_of_a_document(ground: Ground) -> None:
    """The document and its object are named."""
    file = ground.bucket / "o4"
    file.write_bytes(b"S" + file.read_bytes()[1:])

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.DOCUMENT_CHANGED
    assert finding.object_key == "o4"
    assert finding.position == 5
    assert finding.document_id is not None


def test_a_document_removed(ground: Ground) -> None:
    """An object that is gone is not a document that was never there."""
    (ground.bucket / "o4").unlink()

    assert [f.kind for f in ground.verify().findings] == [FindingKind.DOCUMENT_MISSING]


def test_an_erased_record_is_no_finding(ground: Ground) -> None:
    """Keys that were destroyed on purpose: every proof still verifies, nothing is read."""
    report = ground.verify(erased=RECORD)

    assert report.log_verified
    assert report.services["vault"].erased == EVENTS
    assert report.documents == 0


def flip(file: Path, at: int = -1) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_a_changed_entry_accuses_the_log_and_no_event(ground: Ground) -> None:
    """The tile beside it still holds the right leaf, and the signed root tells which is true."""
    flip(next((ground.log / "tile/entries").glob(f"000.p/{2 * EVENTS}")), at=40)

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.LOG_FILE_CHANGED
    assert finding.leaf_index == 1
    assert finding.path == f"tile/entries/000.p/{2 * EVENTS}"


def test_a_changed_tile(ground: Ground) -> None:
    """Then the root is not the signed one either."""
    flip(ground.log / f"tile/0/000.p/{2 * EVENTS}")

    kinds = {f.kind for f in ground.verify().findings}

    assert kinds == {FindingKind.LOG_FILE_CHANGED, FindingKind.ROOT_DIFFERS}


@pytest.mark.parametrize("level", ["0", "entries"])
def test_a_file_of_the_log_removed(ground: Ground, level: str) -> None:
    """Named; the other file says enough to go on."""
    (ground.log / f"tile/{level}/000.p/{2 * EVENTS}").unlink()

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.LOG_FILE_MISSING
    assert finding.path == f"tile/{level}/000.p/{2 * EVENTS}"


def test_a_checkpoint_that_the_log_did_not_sign(ground: Ground) -> None:
    """A size one higher, under the old signature."""
    file = ground.log / "checkpoint"
    file.write_text(file.read_text().replace(f"\n{2 * EVENTS}\n", f"\n{2 * EVENTS + 1}\n"))

    assert FindingKind.CHECKPOINT_INVALID in ground.verify().found


def test_an_older_checkpoint_put_back(ground: Ground) -> None:
    """Truly signed, but it leaves out what was logged since: those events are named."""
    (ground.log / "checkpoint").write_text(older_note(ground))

    report = ground.verify()

    assert report.log_size == 2
    assert report.found == {FindingKind.EVENT_NOT_LOGGED: 2 * EVENTS - 2}
    assert ground.verify(heads={"vault": 1, "access": 1}).pending == 2 * EVENTS - 2
    assert ground.verify(heads={"vault": 3, "access": 1}).found.total() == 2


def older_note(ground: Ground) -> str:
    """The note of the first two leaves, which the log once signed."""
    hashes = decode_hashes((ground.log / "tile/0/000.p/2").read_bytes(), 2)
    checkpoint = Checkpoint(VERIFIER.name, 2, subtree_root(hashes))
    return sign_note(checkpoint.text, VERIFIER, PRIVATE.sign)


def test_a_false_map_hides_nothing(ground: Ground) -> None:
    """Audit's own map is not trusted: the events it gives away wrongly show as differences."""
    ground.sql("audit", "UPDATE audit_runs SET service = 'access' WHERE first_index = 0")

    assert not ground.verify().log_verified


def test_a_restored_store_tells_what_it_lost(tmp_path: Path) -> None:
    """After a restore to an earlier state the log still proves what was there."""
    ground = build(tmp_path)
    ground.sql("vault", "DELETE FROM stored_events WHERE rowid > 10")
    settings, clock = EventStoreSettings(data_dir=ground.data), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        vault.renew_epoch()
        for number in range(20, 24):
            deposit(vault, ground.bucket, number)
        tree = SqlTree(audit.guarded)
        LeafFollower(audit, tree, "vault", pull_from({"vault": vault})).catch_up()
        LeafFollower(audit, tree, "audit", pull_from({"audit": audit})).catch_up()
        publisher(tree, FolderFiles(ground.log)).publish()

    report = ground.verify()

    assert found(report) == {
        (FindingKind.EVENT_LOST_BY_RESTORE, "vault", 11),
        (FindingKind.EVENT_LOST_BY_RESTORE, "vault", 12),
    }
    assert report.services["audit"].matched == 1  # the anomaly that was raised is in the log too


def test_nothing_to_verify_is_said(tmp_path: Path) -> None:
    """A folder without stores is not a clean one."""
    with pytest.raises(CannotRead):
        SqliteStores(tmp_path)
