"""Witnesses' signatures: checked as C2SP tlog-cosignature says, kept, and shown."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.adapters.event_stores import SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.adapters.tree import SqlTree
from services.audit.adapters.witnesses import KeptCosignatures, witness_keys
from services.audit.application import Audit, Outside
from services.audit.contract.proving import AddCosignatures, ReadCheckpoint
from services.audit.domain.anomaly import Anomaly
from services.audit.domain.proofs import LogReader
from services.audit.domain.witness import WitnessKey
from shared.crypto.local_keys import LocalKeys
from shared.crypto.signatures import check_ed25519
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import InvalidRequest
from shared.kernel.settings import SettingsError
from shared.stores.settings import EventStoreSettings
from tests.audit.logs import NOW, PRIVATE, VERIFIER, batch, publisher

ANYBODY = Actor(kind=ActorKind.SUPPORT, id="s")
KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
NAME = "witness.example/w1"
TIME = 1_795_300_000


def vkey(name: str = NAME, key: Ed25519PrivateKey = KEY) -> str:
    public = key.public_key().public_bytes_raw()
    id_ = sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    return f"{name}+{id_.hex()}+" + b64encode(b"\x04" + public).decode()


def cosigned(note: str, key: Ed25519PrivateKey = KEY, *, name: str = NAME, time: int = TIME) -> str:
    """As a witness answers, put under the note: written from the specification's text."""
    body = note.rpartition("\n\n")[0] + "\n"
    signed = key.sign(b"cosignature/v1\ntime " + str(TIME).encode() + b"\n" + body.encode())
    public = key.public_key().public_bytes_raw()
    id_ = sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    line = b64encode(id_ + time.to_bytes(8, "big") + signed).decode()
    return f"{note}— {name} {line}\n"


class Place:
    def __init__(self, folder: Path) -> None:
        settings = EventStoreSettings(data_dir=folder)
        self.audit = Audit(settings, LocalKeys(bytes(32), "audit"), FixedClock(NOW))
        self.tree = SqlTree(self.audit.guarded)
        self.files = FolderFiles(folder / "log")
        log = LogReader(files=self.files, places=self.tree, verifier=VERIFIER, check=check_ed25519)
        unasked: Any = None  # what proves needs none of these
        self.audit.answer_with(
            Outside(
                access=unasked,
                names=unasked,
                journal=unasked,
                counts=unasked,
                keyring=unasked,
                printer=unasked,
                words=unasked,
                log=log,
                cosigned=KeptCosignatures(self.audit.guarded, self.files),
                witnesses=(WitnessKey.parse(vkey()),),
                check=check_ed25519,
            )
        )

    def grow(self, to: int) -> str:
        self.tree.append(batch("vault", 0, to))
        publisher(self.tree, self.files).publish()
        return self.tree.signed() or ""

    def add(self, note: str) -> list[str]:
        return self.audit.add_cosignatures(AddCosignatures(note=note), ANYBODY).witnesses


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.audit.close()


def test_a_cosignature_is_kept_and_shown(place: Place) -> None:
    """Beside the log, and with the checkpoint, which has gone on meanwhile."""
    note = place.grow(3)
    place.grow(5)

    assert place.add(cosigned(note)) == [NAME]

    shown = place.audit.checkpoint(ReadCheckpoint(), ANYBODY)
    assert shown.size == 5
    assert shown.cosigned == cosigned(note)
    assert place.files.get("cosigned") == cosigned(note).encode()


def test_the_largest_tree_is_shown(place: Place) -> None:
    """An older one that comes late does not take its place."""
    old, new = place.grow(3), place.grow(5)
    place.add(cosigned(new))

    place.add(cosigned(old))

    assert place.audit.checkpoint(ReadCheckpoint(), ANYBODY).cosigned == cosigned(new)


def test_of_each_witness_the_newest_is_kept(place: Place, tmp_path: Path) -> None:
    """One that signs every few seconds would fill the table; its newest holds all before it. What
    it signed is compared by whoever verifies."""
    notes = [cosigned(place.grow(size)) for size in (3, 5, 8)]
    for note in notes:
        place.add(note)

    seen = [one for one in SqliteStores(tmp_path).seen() if "witness" in one.by]
    assert [(one.by, one.note) for one in seen] == [(f"the witness {NAME}", notes[-1])]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda note: note,
        lambda note: cosigned(note, Ed25519PrivateKey.from_private_bytes(b"x" * 32)),
        lambda note: cosigned(note, time=TIME + 1),
        lambda note: cosigned(note.replace("\n3\n", "\n4\n")),
        lambda note: cosigned(note, name="other.example/w"),
        lambda note: cosigned(note).replace(f"— {NAME}", NAME),
    ],
    ids=[
        "no witness",
        "unknown key",
        "another time",
        "not the log's",
        "another name",
        "no dash",
    ],
)
def test_what_no_known_witness_signed_is_refused(place: Place, wrong: object) -> None:
    """And nothing is shown of it."""
    note = place.grow(3)

    with pytest.raises(InvalidRequest):
        place.add(wrong(note))  # type: ignore[operator]  # each is a function of the note

    assert place.audit.checkpoint(ReadCheckpoint(), ANYBODY).cosigned is None


def test_a_tree_the_log_never_had_is_refused(place: Place, tmp_path: Path) -> None:
    """Signed by the log's key and by a witness: a fork, which is not to be shown as ours, and of
    which operators are told, once. Nobody was, whoever brought the proof."""
    other = Place(tmp_path / "other")
    other.tree.append(batch("access", 0, 3))
    publisher(other.tree, other.files).publish()
    forked = other.tree.signed() or ""
    other.audit.close()
    place.grow(3)

    with pytest.raises(InvalidRequest):
        place.add(cosigned(forked))

    (row,) = place.audit.read(0, 10)
    assert isinstance(row.event, Anomaly.Created)
    assert (row.event.kind, row.event.position) == ("fork", 3)
    with pytest.raises(InvalidRequest):
        place.add(cosigned(forked))
    assert len(place.audit.read(0, 10)) == 1


def test_keys_of_witnesses_come_from_a_file(tmp_path: Path) -> None:
    """One a line; anything else refuses to boot."""
    file = tmp_path / "witnesses"
    file.write_text(f"{vkey()}\n\n")
    assert [w.name for w in witness_keys(file)] == [NAME]
    assert witness_keys(None) == ()

    for wrong in (str(VERIFIER), vkey().replace(NAME, "another.example/w1")):
        file.write_text(wrong)
        with pytest.raises(SettingsError):
            witness_keys(file)
    assert PRIVATE.public_key().public_bytes_raw() == VERIFIER.key
