"""Whoever is told of a checkpoint can prove that it continues the one they were told of before."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from services.audit.adapters.checkpoints import CheckpointSweep, Telling
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import Measured, SqlTree
from services.audit.application import Audit
from services.audit.contract.proving import ConsistencyProof, ProveConsistency
from services.audit.domain import growth
from services.audit.domain.batch import Place
from services.audit.domain.tiles import WIDTH
from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import FixedClock
from shared.kernel.merkle import check_consistency
from shared.rpc.client import RpcClient
from shared.rpc.proofs import remote_proofs
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, batch, digest, open_tree, publisher


def told(folder: Path, *sizes: int) -> list[Telling]:
    """The log grows to each size in turn; audit is started anew for each."""
    heard: list[Telling] = []
    for size in sizes:
        settings = EventStoreSettings(data_dir=folder / "data")
        with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
            tree = SqlTree(audit.guarded)
            before = tree.size()
            tree.append(batch("vault", before, size))
            files = FolderFiles(folder / "log")
            CheckpointSweep(audit, tree, publisher(tree, files), heard.append)()
    return heard


def test_each_brings_proofs_from_those_before(tmp_path: Path) -> None:
    """Also from before a restart, and where full tiles lie between."""
    first, second, third = told(tmp_path, 3, 255, 600)

    assert first.proofs == {}
    assert set(third.proofs) == {3, 255}
    for old in (first, second):
        path = third.proofs[old.checkpoint.size]
        assert check_consistency(
            old.checkpoint.size, 600, path, old.checkpoint.root, third.checkpoint.root
        )


def test_no_more_than_the_last_eight(tmp_path: Path) -> None:
    """A message stays small, however long the log is."""
    last = told(tmp_path, *range(1, 13))[-1]

    assert set(last.proofs) == set(range(4, 12))


def test_another_proof_is_asked_for_in_audits_words() -> None:
    """What its contract takes, and what it answers with."""
    path, root = [bytes([n]) * 32 for n in range(3)], b64encode(bytes(32)).decode()

    class Audited:
        def call(self, service: str, method: str, arguments: dict[str, Any]) -> Any:
            asked = ProveConsistency.model_validate(arguments)
            answer = ConsistencyProof(
                from_size=asked.from_size,
                to_size=asked.to_size,
                from_root=root,
                to_root=root,
                path=[hash_.hex() for hash_ in path],
            )
            assert (service, method) == ("audit", "prove_consistency")
            assert (answer.from_size, answer.to_size) == (3, 5)
            return answer.model_dump(mode="json")

    assert remote_proofs(cast("RpcClient", Audited()))(3, 5) == path


def test_how_far_a_service_is_logged_is_told_by_the_digest_of_its_last_event(
    tmp_path: Path,
) -> None:
    """So that a service that was put back sees another event than the one it has. At a place
    that is no event of the epoch, there is none to tell."""
    [first] = told(tmp_path, 3)
    assert first.covered["vault"].digest == digest("vault", 3).hex()

    settings = EventStoreSettings(data_dir=tmp_path / "data")
    home, tree = open_tree(settings)
    with home:
        tree.append(batch("vault", 1, 3))
        assert tree.places()["vault"].digest == digest("vault", 3).hex()
        tree.begin_epoch("vault", Place("e1", 3), "e2", 2)
        assert tree.places()["vault"] == Place("e2", 2)
        assert tree.places()["vault"].digest is None
        tree.append(batch("vault", 2, 3, epoch="e2"))
        assert tree.places()["vault"].digest == digest("vault", 3, "e2").hex()


def test_what_comes_while_it_is_published_is_not_told_to_be_covered(tmp_path: Path) -> None:
    """Else a service would believe that events are logged which no signed tree holds."""
    settings = EventStoreSettings(data_dir=tmp_path / "data")
    heard: list[Telling] = []
    with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
        tree = SqlTree(audit.guarded)

        class Meanwhile(FolderFiles):
            def put(self, path: str, data: bytes) -> None:
                super().put(path, data)
                if path == "checkpoint":
                    tree.append(batch("vault", 3, 5))

        tree.append(batch("vault", 0, 3))
        CheckpointSweep(audit, tree, publisher(tree, Meanwhile(tmp_path / "log")), heard.append)()

    [telling] = heard
    assert (telling.checkpoint.size, telling.covered["vault"].position) == (3, 3)


@dataclass
class Round:
    """A tree, and a sweep over it that can be run again and again. ``broken``: the broker is."""

    audit: Audit
    folder: Path
    heard: list[tuple[int, int]] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        self.tree = SqlTree(self.audit.guarded)
        log = publisher(self.tree, FolderFiles(self.folder))
        self.sweep = CheckpointSweep(self.audit, self.tree, log, self._tell)

    def _tell(self, telling: Telling) -> None:
        """Size of the tree, and of how many of the vault's events it was said to hold: here, where
        nobody else has any, that must be no more."""
        if self.broken:
            raise ConnectionResetError
        place = telling.covered.get("vault")
        self.heard.append((telling.checkpoint.size, place.position if place else 0))


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[Round]:
    settings = EventStoreSettings(data_dir=tmp_path / "data")
    with Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW)) as audit:
        yield Round(audit, tmp_path / "log")


def test_what_waits_to_be_signed_is_not_told_to_be_covered(
    rounds: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After audit was away, a round signs a part of what the tree holds; so it does when a tile
    becomes full between two looks. Normal openings rest on what is said to be covered."""
    monkeypatch.setattr(growth, "_AT_ONCE", 1)
    rounds.tree.append(batch("vault", 0, 2 * WIDTH + 10))

    rounds.sweep()
    rounds.tree.append(batch("vault", 2 * WIDTH + 10, 2 * WIDTH + 20))
    rounds.sweep()
    rounds.sweep()

    assert rounds.heard == [(WIDTH, 0), (2 * WIDTH + 20, 2 * WIDTH + 20)]


def test_what_was_measured_before_is_covered_while_more_keeps_coming(
    rounds: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood that never ends must not keep everybody from hearing how far they are logged."""
    monkeypatch.setattr(growth, "_AT_ONCE", 1)
    for number in range(4):
        first = number * 2 * WIDTH
        rounds.tree.append(batch("vault", first, first + 2 * WIDTH))
        rounds.sweep()

    assert rounds.heard == [(1 * WIDTH, 0), (2 * WIDTH, 512), (3 * WIDTH, 512), (4 * WIDTH, 1024)]


def test_what_was_signed_as_it_came_is_told_in_the_next_round(
    rounds: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody does anything after it there is no next checkpoint that would tell of it: the
    last event of an evening would be late until somebody comes in the morning."""
    rounds.tree.append(batch("vault", 0, 3))
    measured = SqlTree.measured

    def one_more_comes(tree: SqlTree) -> Measured:
        found = measured(tree)
        monkeypatch.setattr(SqlTree, "measured", measured)
        tree.append(batch("vault", 3, 4))
        return found

    monkeypatch.setattr(SqlTree, "measured", one_more_comes)
    rounds.sweep()
    for _ in range(3):
        rounds.sweep()

    assert rounds.heard == [(4, 3), (4, 4)]


def test_what_could_not_be_told_is_told_in_a_later_round(rounds: Round) -> None:
    """The checkpoint is out, and nothing is new in the rounds that follow."""
    rounds.tree.append(batch("vault", 0, 3))
    rounds.broken = True
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            rounds.sweep()

    rounds.broken = False
    for _ in range(2):
        rounds.sweep()

    assert rounds.heard == [(3, 3)]
