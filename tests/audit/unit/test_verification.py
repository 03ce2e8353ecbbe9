"""Everything that can be done to a log or a store behind its back is found, and named."""

# ruff: noqa: S608 - the values put into these statements are the tests' own

from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.contents import StateCheck
from services.audit.adapters.event_stores import CannotRead, SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.inspecting import Inspector
from services.audit.adapters.leaves import LeafFollower
from services.audit.adapters.tree import SqlTree
from services.audit.application import Audit
from services.audit.domain.anomaly import Anomaly
from services.audit.domain.report import FindingKind
from services.audit.domain.verification import Log, Verification
from shared.crypto.keys import KeyUnavailable
from shared.crypto.local_keys import LocalKeys
from shared.crypto.signatures import check_ed25519
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.audit.ground import (
    EVENTS,
    RECORD,
    ROOT_KEY,
    Ground,
    Vault,
    build,
    deposit,
    flip_state,
    found,
    pull_from,
)
from tests.audit.logs import NOW, VERIFIER, publisher


def test_an_untouched_log_verifies(ground: Ground) -> None:
    """Nothing is found, and everything was looked at."""
    report = ground.verify()

    assert report.findings == []
    assert report.log_verified
    assert report.log_size == 2 * EVENTS
    assert report.services["vault"].events == EVENTS
    assert report.services["vault"].matched == EVENTS
    assert report.services["vault"].opened == EVENTS
    assert report.documents == EVENTS


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


def test_a_key_out_of_reach_is_no_erased_record(ground: Ground) -> None:
    """Nothing is said of what nobody could look at: the events are named."""

    class Away(LocalKeys):
        def exact(self, key_id: UUID, version: int) -> NoReturn:
            raise KeyUnavailable

    stores = SqliteStores(ground.data)
    report = Verification(
        source=stores,
        pages=Inspector(stores, [StateCheck(lambda name: Away(ROOT_KEY, name))]).pages,
        log=Log(files=FolderFiles(ground.log), verifier=VERIFIER, check=check_ed25519),
    ).run()

    assert report.found == {FindingKind.KEY_UNAVAILABLE: 2 * EVENTS}
    assert report.services["vault"].erased == report.services["vault"].opened == 0


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
        [raised] = [r.event for r in audit.read(0, 10) if isinstance(r.event, Anomaly.Created)]

    assert (raised.kind, raised.service) == ("epoch_renewed", "vault")
    assert (raised.position, raised.lost) == (10, 2)
    report = ground.verify()

    assert found(report) == {
        (FindingKind.EVENT_LOST_BY_RESTORE, "vault", 11),
        (FindingKind.EVENT_LOST_BY_RESTORE, "vault", 12),
    }
    assert report.services["audit"].matched == 1  # the anomaly that was raised is in the log too


def test_what_was_saved_between_two_restores_is_logged_too(tmp_path: Path) -> None:
    """Audit was away for both: the epoch between them is neither the one it knew nor the one it
    finds where it stood."""
    ground = build(tmp_path)
    ground.sql("vault", "DELETE FROM stored_events WHERE rowid > 8")
    settings, clock = EventStoreSettings(data_dir=ground.data), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        for number in (20, 30):
            vault.renew_epoch()
            for more in range(2):
                deposit(vault, ground.bucket, number + more)
        tree = SqlTree(audit.guarded)
        LeafFollower(audit, tree, "vault", pull_from({"vault": vault})).catch_up()
        LeafFollower(audit, tree, "audit", pull_from({"audit": audit})).catch_up()
        publisher(tree, FolderFiles(ground.log)).publish()
        raised = [r.event for r in audit.read(0, 10) if isinstance(r.event, Anomaly.Created)]
        first, between, last = [start.epoch for start in vault.places.epochs()]
        runs = [run for run in tree.runs() if run.service == "vault" and run.epoch != first]
        logged = [(run.epoch, run.first_position, run.last_position) for run in runs]

    assert logged == [(between, 9, 10), (last, 11, 12)]
    assert [(r.epoch, r.position, r.lost) for r in raised] == [(between, 8, 4), (last, 10, 0)]
    assert found(ground.verify()) == {
        (FindingKind.EVENT_LOST_BY_RESTORE, "vault", position) for position in range(9, 13)
    }


def test_what_was_put_back_without_a_new_epoch_is_logged_all_the_same(tmp_path: Path) -> None:
    """Somebody copied files of before: its former epoch goes on, and what it saves in it must not
    be taken for what was logged once."""
    ground = build(tmp_path)
    settings, clock = EventStoreSettings(data_dir=ground.data), FixedClock(NOW)
    with (
        Vault(settings, LocalKeys(ROOT_KEY, "vault"), clock) as vault,
        Audit(settings, LocalKeys(ROOT_KEY, "audit"), clock) as audit,
    ):
        tree = SqlTree(audit.guarded)
        follower = LeafFollower(audit, tree, "vault", pull_from({"vault": vault}))
        former = vault.places.epochs()
        vault.renew_epoch()
        deposit(vault, ground.bucket, 20)
        follower.catch_up()
        ground.sql(
            "vault",
            "DELETE FROM stored_events WHERE rowid > 10",
            "DELETE FROM vault_epochs WHERE began_after > 0",
        )
        for number in (30, 31):
            deposit(vault, ground.bucket, number)
        follower.catch_up()
        saved = {bytes.fromhex(digest) for _, digest in vault.leaves(10, 2).leaves}

        assert vault.places.epochs() == former
        assert saved <= {*tree.edge().levels[0]}


def test_nothing_to_verify_is_said(tmp_path: Path) -> None:
    """A folder without stores is not a clean one."""
    with pytest.raises(CannotRead):
        SqliteStores(tmp_path)
