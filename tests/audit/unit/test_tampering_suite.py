"""Whatever is done behind the log's back is found, and named by what it is."""

# ruff: noqa: S608 - the values put into these statements are the tests' own

import shutil
from collections.abc import Callable
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.adapters.files import FolderFiles
from services.audit.domain.growth import Publisher
from services.audit.domain.report import FindingKind
from shared.kernel.note import VerifierKey
from shared.stores.settings import EventStoreSettings
from tests.audit.ground import EVENTS, Ground, flip_state, older_note
from tests.audit.logs import VERIFIER, batch, open_tree, publisher

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def edit(ground: Ground) -> None:
    flip_state(ground, 5)


def delete(ground: Ground) -> None:
    ground.sql("vault", "DELETE FROM stored_events WHERE rowid = 5")


def insert(ground: Ground) -> None:
    ground.sql(
        "vault",
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
        f" SELECT {EVENTS + 1}, '{uuid4().hex}', 1, topic, state FROM stored_events"
        " WHERE rowid = 2",
    )


def reorder(ground: Ground) -> None:
    ground.sql(
        "vault",
        "UPDATE stored_events SET rowid = 1000 WHERE rowid = 5",
        "UPDATE stored_events SET rowid = 5 WHERE rowid = 6",
        "UPDATE stored_events SET rowid = 6 WHERE rowid = 1000",
    )


def truncate(ground: Ground) -> None:
    ground.sql("vault", f"DELETE FROM stored_events WHERE rowid > {EVENTS - 1}")


def swap_keys(ground: Ground) -> None:
    """The whole log signed again, by a stranger, under the same name."""
    shutil.rmtree(ground.log)
    _grow_another(ground, STRANGER)


def roll_back(ground: Ground) -> None:
    """The published checkpoint, and what audit remembers of it; a service saw more."""
    note = older_note(ground)
    (ground.log / "checkpoint").write_text(note)
    ground.sql("audit", f"UPDATE audit_signed SET size = 2, note = '{note}'")


def fork(ground: Ground) -> None:
    """Another tree of the same size, truly signed; audit's own memory is made to fit."""
    shutil.rmtree(ground.log)
    note = _grow_another(ground, None)
    ground.sql("audit", f"UPDATE audit_signed SET note = '{note}'")


def _grow_another(ground: Ground, key: Ed25519PrivateKey | None) -> str:
    home, tree = open_tree(EventStoreSettings(data_dir=ground.data.parent / "other"))
    with home:
        for service in ("vault", "access"):
            tree.append(batch(service, 0, EVENTS))
        files = FolderFiles(ground.log)
        if key is None:
            publisher(tree, files).publish()
        else:
            verifier = VerifierKey(VERIFIER.name, key.public_key().public_bytes_raw())
            Publisher(tree=tree, files=files, verifier=verifier, sign=key.sign).publish()
        return tree.signed() or ""


SUITE: list[tuple[Callable[[Ground], None], FindingKind, str]] = [
    (edit, FindingKind.EVENT_CHANGED, "service vault, position 5"),
    (delete, FindingKind.EVENT_REMOVED, "service vault, position 5"),
    (insert, FindingKind.EVENT_NOT_LOGGED, f"service vault, position {EVENTS + 1}"),
    (reorder, FindingKind.EVENT_CHANGED, "service vault, position 6"),
    (truncate, FindingKind.EVENT_REMOVED, f"service vault, position {EVENTS}"),
    (swap_keys, FindingKind.CHECKPOINT_INVALID, ""),
    (roll_back, FindingKind.CHECKPOINT_ROLLED_BACK, "service vault"),
    (fork, FindingKind.LOG_FORKED, "service vault"),
]


@pytest.mark.parametrize(
    ("tamper", "kind", "where"), SUITE, ids=[tamper.__name__ for tamper, _, _ in SUITE]
)
def test_it_is_found_and_named(
    ground: Ground, tamper: Callable[[Ground], None], kind: FindingKind, where: str
) -> None:
    """By its kind, and by the place where it was done."""
    assert ground.verify().log_verified

    tamper(ground)

    found = ground.verify().findings
    assert [f for f in found if f.kind is kind and f.where.startswith(where)], found


def test_a_service_that_saw_another_key_tells(ground: Ground) -> None:
    """What it kept is evidence against whoever signed it."""
    stranger = VerifierKey(VERIFIER.name, STRANGER.public_key().public_bytes_raw())
    ground.sql("vault", f"UPDATE vault_checkpoints SET vkey = '{stranger}'")

    [finding] = ground.verify().findings

    assert finding.kind is FindingKind.KEY_SWAPPED
    assert finding.service == "vault"
