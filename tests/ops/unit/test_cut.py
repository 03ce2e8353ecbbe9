"""A set is a cut: what services know of each other is there."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.cli.processes import SERVICES
from scripts.manifests.wiring import wiring
from scripts.ops import cut, snapshots
from scripts.ops.cut import Known, Standing, beyond, in_order
from scripts.ops.sets import sets
from scripts.ops.snapshots import FileSnapshot, of_files
from shared.stores.event_log import Followed, Link
from shared.stores.places import SeenCheckpoint
from tests.ops.world import Operated, operated

VAULT = Standing(epoch="e", head=7, signed=0, known=frozenset())
AUDIT = Standing(epoch="e", head=2, signed=5, known=frozenset())


@pytest.fixture
def carnet(tmp_path: Path) -> Operated:
    found = operated(tmp_path)
    for service in ("identity", "vault"):
        found.write(service, 3)
    return found


def follow(carnet: Operated, position: int) -> None:
    """The vault has applied identity's messages up to there, wherever its log ends."""
    log = carnet.log("vault")
    at = log.places.followed("identity")
    reached = Link("e", position, "")
    log.places.move(Followed(publisher="identity", previous=at, reached=reached))
    log.close()


@pytest.mark.parametrize(
    ("known", "is_beyond"),
    [
        (Known("audit", "messages", "vault", 7), False),
        (Known("audit", "messages", "vault", 8), True),
        (Known("audit", "leaves", "vault", 7), False),
        (Known("audit", "leaves", "vault", 8), True),
        (Known("vault", "a tree", "audit", 5), False),
        (Known("vault", "a tree", "audit", 6), True),
        (Known("vault", "messages", "identity", 99), False),
    ],
)
def test_nobody_may_have_more_of_another_than_this_has(known: Known, is_beyond: bool) -> None:
    """Of a log its events; of the transparency log what audit signed, not its own events; and of
    a log that is not here nothing is known."""
    told = {"audit": AUDIT, "vault": VAULT}
    told[known.service] = replace(told[known.service], known=frozenset({known}))
    assert beyond(told, told) == ({known} if is_beyond else set())


def test_those_who_hear_are_looked_at_before_those_whom_they_hear() -> None:
    """What somebody had applied was there already when the other is looked at. Whom all ask come
    last: a key is made before what it seals."""
    order = in_order(SERVICES)
    assert order[0] == "audit"
    assert order[-2:] == ["access", "keyring"]
    between = order[1:-2]
    for follower in between:
        followed = wiring(follower).follows.intersection(between)
        assert all(between.index(follower) < between.index(other) for other in followed)


def test_a_snapshot_stays_what_it_was(carnet: Operated, tmp_path: Path) -> None:
    """Its copy too, whatever is saved before it is made."""
    with of_files({"vault": carnet.data / "vault.db"}) as opened:
        carnet.write("vault", 2)
        assert opened["vault"].head() == 3
        copy = opened["vault"].copy(tmp_path)
    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute("SELECT count(*) FROM stored_events").fetchone() == (3,)
    assert carnet.head("vault")[1] == 5


def test_nobody_commits_while_snapshots_of_files_are_opened(
    carnet: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To none of the files, so that all are of one moment; as soon as they are open, to each."""
    files = {service: carnet.data / f"{service}.db" for service in ("identity", "vault")}

    class Meanwhile(FileSnapshot):
        def __init__(self, service: str, file: Path) -> None:
            super().__init__(service, file)
            for other in files.values():
                connected = sqlite3.connect(other, isolation_level=None, timeout=0)
                refused = pytest.raises(sqlite3.OperationalError, match="locked")
                with closing(connected) as writer, refused:
                    writer.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(snapshots, "FileSnapshot", Meanwhile)
    with of_files(files):
        for service in files:
            carnet.write(service, 1)


def test_what_was_ahead_before_is_said_and_hinders_no_backup(carnet: Operated) -> None:
    """A publisher was put back below its follower, and nobody has realigned it yet: that is to be
    mended, and until then there must be backups all the same."""
    follow(carnet, 9)
    said = carnet.done("backup", str(carnet.folder))
    sentence = "vault has messages of identity up to 9"
    assert f"but {sentence}, which was put back below that before" in said
    [(_, found)] = sets(carnet.folder)
    assert found.compared is not None
    assert found.compared.ahead == [sentence]
    assert "carnet ops realign vault identity 3" in carnet.done("restore", str(carnet.folder))


def test_a_set_says_what_it_could_not_be_compared_with(carnet: Operated) -> None:
    """There is no audit here whose trees the vault has seen."""
    log = carnet.log("vault")
    log.places.keep_checkpoint(SeenCheckpoint(size=4, note="", vkey=""), None, None)
    log.close()
    assert "not compared with audit, which is not here" in carnet.done("backup", str(carnet.folder))


def test_services_that_outrun_every_attempt_are_told_in_a_sentence(
    carnet: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the vault has followed further than identity is: nothing half is written."""
    reached = iter(range(9, 99))
    follow(carnet, next(reached))
    monkeypatch.setattr("scripts.ops.cut.time.sleep", lambda _: follow(carnet, next(reached)))
    refused = carnet.run("backup", str(carnet.folder))
    assert refused.exit_code == 1
    assert "no cut of all logs in 20 attempts" in refused.stderr
    assert not carnet.folder.exists()


def test_a_file_that_somebody_writes_to_for_long_is_not_waited_for(
    carnet: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who write to the others wait meanwhile."""
    monkeypatch.setattr(snapshots, "PATIENCE", 0.01)
    monkeypatch.setattr(cut, "PAUSE", 0)
    with closing(sqlite3.connect(carnet.data / "vault.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        refused = carnet.run("backup", str(carnet.folder))
        assert refused.exit_code == 1
        assert "vault is being written to" in refused.stderr
        assert not carnet.folder.exists()
    carnet.write("identity", 1)
    carnet.done("backup", str(carnet.folder))
