"""The transparency log put back: audit signs on, and a stranger reads one history."""

import json
import shutil
from collections.abc import Sequence
from contextlib import closing

import pytest

from scripts.ops.sets import sets
from services.audit.adapters.files import BucketFiles
from services.audit.adapters.tree import SqlTree
from services.audit.adapters.witnesses import KeptCosignatures
from shared.kernel.common import CommonSettings
from shared.stores.objects import Objects, open_objects
from tests.audit import independent
from tests.audit.logs import VERIFIER, batch, digest, publisher
from tests.ops.world import Operated

Stretch = tuple[str, int, int]
"""Leaves of a service in (after, to]."""
FIRST: Stretch = ("access", 0, 200)
LOST: Stretch = ("access", 200, 300)
OTHER: Stretch = ("identity", 0, 100)
"""To the very size of what was lost, and past a full tile: each file of it has another content."""


def bucket(carnet: Operated) -> Objects:
    return open_objects(CommonSettings.read(carnet.environ), "audit")


def grow(carnet: Operated, stretch: Stretch) -> str:
    """Append, sign, publish, be cosigned; the note."""
    files = BucketFiles(bucket(carnet))
    with closing(carnet.log("audit")) as log:
        tree = SqlTree(log.guarded)
        tree.append(batch(*stretch))
        publisher(tree, files).publish()
        note = tree.signed()
        assert note is not None
        KeptCosignatures(log.guarded, files).keep(tree.size(), f"{note}of a witness", ["w"])
    return note


def is_told(carnet: Operated, *stretches: Stretch) -> bool:
    """Whether a stranger finds these leaves, and no others, under the published checkpoint."""
    objects = bucket(carnet)

    def read(path: str) -> bytes:
        found = objects.read(path)
        assert found is not None, path
        return found

    leaves = [digest(s, n) for s, after, to in stretches for n in range(after + 1, to + 1)]
    return independent.read_log(read, str(VERIFIER)) == leaves


def restore(carnet: Operated, number: int) -> str:
    _, found = sets(carnet.folder)[number]
    return carnet.done("restore", str(carnet.folder), "--at", found.at.isoformat())


def test_an_older_set_is_restored_with_what_was_published_since_about(carnet: Operated) -> None:
    """Checkpoint and tiles of after it would be a fork to audit, which would sign nothing more: it
    shows what its tables remember, and they are put aside."""
    note = grow(carnet, FIRST)
    carnet.done("backup", str(carnet.folder))
    newer = grow(carnet, LOST)
    carnet.done("backup", str(carnet.folder))
    restore(carnet, 0)
    assert bucket(carnet).read("checkpoint") == note.encode()
    assert bucket(carnet).read("cosigned") == f"{note}of a witness".encode()
    assert is_told(carnet, FIRST)
    [aside] = carnet.folder.glob("before-*/audit")
    assert (aside / "checkpoint").read_text() == newer
    grow(carnet, OTHER)
    assert is_told(carnet, FIRST, OTHER)


@pytest.mark.parametrize("is_lost", [True, False], ids=["empty", "there"])
def test_every_set_has_the_tiles_of_its_own_history(carnet: Operated, is_lost: bool) -> None:
    """Of before and of after a restore, with tiles of the same names: whichever is put back, be
    the bucket lost or not."""
    grow(carnet, FIRST)
    carnet.done("backup", str(carnet.folder))
    grow(carnet, LOST)
    carnet.done("backup", str(carnet.folder))
    restore(carnet, 0)
    grow(carnet, OTHER)
    carnet.done("backup", str(carnet.folder))
    histories: Sequence[tuple[int, Sequence[Stretch]]] = (
        (1, (FIRST, LOST)),
        (2, (FIRST, OTHER)),
        (0, (FIRST,)),
        (1, (FIRST, LOST)),
    )
    for number, stretches in histories:
        if is_lost:
            for key in list(bucket(carnet).list()):
                bucket(carnet).delete(key)
        restore(carnet, number)
        assert is_told(carnet, *stretches)
    grow(carnet, OTHER)
    assert is_told(carnet, FIRST, LOST, OTHER)


def test_a_set_of_a_former_version_is_restored_as_well(carnet: Operated) -> None:
    """It says nothing of a cut, and what is written again lies beside all sets, of the newest."""
    note = grow(carnet, FIRST)
    carnet.done("backup", str(carnet.folder))
    newer = grow(carnet, LOST)
    carnet.done("backup", str(carnet.folder))
    for place, _ in sets(carnet.folder):
        made = json.loads((place / "set.json").read_text())
        tiles = made.pop("tiles")
        del made["compared"]
        (place / "set.json").write_text(json.dumps(made))
    shutil.move(carnet.folder / "objects" / tiles, carnet.folder / "objects" / "audit")
    (carnet.folder / "objects" / "audit" / "checkpoint").write_text(newer)
    for key in list(bucket(carnet).list()):
        bucket(carnet).delete(key)
    said = restore(carnet, 0)
    assert "made by a former version" in said
    assert bucket(carnet).read("checkpoint") == note.encode()
    grow(carnet, OTHER)
    assert is_told(carnet, FIRST, OTHER)
    carnet.done("backup", str(carnet.folder))
    assert [found.tiles for _, found in sets(carnet.folder)][:2] == ["audit", "audit"]
    restore(carnet, 1)
    assert is_told(carnet, FIRST, LOST)


def test_tiles_of_another_history_than_the_tables_have_replace_none(carnet: Operated) -> None:
    """An archive brings tables back to after a restore, of which no set was made yet: the newest
    set is of the history that was lost then."""
    grow(carnet, FIRST)
    carnet.done("backup", str(carnet.folder))
    grow(carnet, LOST)
    carnet.done("backup", str(carnet.folder))
    restore(carnet, 0)
    grow(carnet, OTHER)
    carnet.done("finish-restore", str(carnet.folder))
    assert is_told(carnet, FIRST, OTHER)
