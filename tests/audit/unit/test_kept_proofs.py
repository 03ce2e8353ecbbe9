"""A proof kept in a file: checked with the log's public key alone, and only if it holds."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from scripts.cli import audit
from services.audit.adapters.event_stores import SqliteStores
from services.audit.adapters.files import FolderFiles
from services.audit.domain.proofs import LogReader
from shared.crypto.signatures import check_ed25519
from shared.kernel.note import VerifierKey
from tests.audit import independent
from tests.audit.ground import EVENTS, Ground
from tests.audit.logs import VERIFIER

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))).public_key()
OTHER = VerifierKey(VERIFIER.name, STRANGER.public_bytes_raw())


@pytest.fixture
def proof(ground: Ground) -> list[str]:
    """Of the fifth leaf, by lines: header, entry, index, hashes, then the checkpoint."""
    places, files = SqliteStores(ground.data), FolderFiles(ground.log)
    reader = LogReader(files=files, places=places, verifier=VERIFIER, check=check_ed25519)
    text = reader.prove_inclusion("vault", 3).text
    assert text.split("\n")[2] == "index 4"
    return text.split("\n")


def check(file: Path, lines: list[str], key: VerifierKey = VERIFIER) -> tuple[int, str]:
    file.write_text("\n".join(lines), encoding="utf-8")
    nowhere = ["--dir", str(file.parent / "nowhere"), "--vkey", str(key)]
    result = CliRunner().invoke(audit.app, ["check-proof", str(file), *nowhere])
    return result.exit_code, " ".join(result.output.split())


def test_it_holds(ground: Ground, proof: list[str], tmp_path: Path) -> None:
    """The entry is the one that a stranger reads at that place of the published log."""
    entries = independent.read_log(lambda path: (ground.log / path).read_bytes(), str(VERIFIER))

    code, said = check(tmp_path / "p", proof)

    assert code == 0
    assert f"digest {entries[4].hex()} is leaf 4 of {2 * EVENTS}" in said


def swapped(line: int, text: str) -> Callable[[list[str]], list[str]]:
    return lambda proof: [*proof[:line], text, *proof[line + 1 :]]


OF_ANOTHER = b64encode(sha256(b"another").digest()).decode()


@pytest.mark.parametrize(
    "change",
    [
        swapped(1, f"extra {OF_ANOTHER}"),
        swapped(2, "index 5"),
        swapped(3, OF_ANOTHER),
        lambda proof: [*proof[:3], *proof[4:]],
        lambda proof: [line.replace(f"{2 * EVENTS}", f"{2 * EVENTS + 1}") for line in proof],
        swapped(0, "c2sp.org/tlog-proof@v2"),
    ],
    ids=["entry", "place", "hash", "a hash left out", "size", "form"],
)
def test_what_was_changed_does_not_hold(
    proof: list[str], tmp_path: Path, change: Callable[[list[str]], list[str]]
) -> None:
    """Whatever part of it."""
    changed = change(proof)
    assert changed != proof

    code, said = check(tmp_path / "p", changed)

    assert (code, "it does not hold" in said) == (1, True)


def test_it_holds_for_the_log_that_signed_it_alone(proof: list[str], tmp_path: Path) -> None:
    """Another key of the same name proves nothing."""
    assert check(tmp_path / "p", proof, OTHER)[0] == 1
