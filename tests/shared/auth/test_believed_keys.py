"""The file of one service's public keys: wholly understood, or nothing of it is believed."""

from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shared.auth.believed_keys import BelievedKey, format_public_keys, id_of, parse_public_keys
from shared.auth.service_keys import ServicePublicKeys, generate_service_keys, private_key
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NEW, FORMER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
OTHER_KIND = ec.generate_private_key(ec.SECP256R1())
BOTH = format_public_keys([BelievedKey(NEW.public_key()), BelievedKey(FORMER.public_key(), NOW)])


@pytest.fixture
def keys(tmp_path: Path) -> ServicePublicKeys:
    (tmp_path / "vault.pub").write_text(BOTH)
    return ServicePublicKeys(tmp_path, FixedClock(NOW))


def test_what_was_written_is_read() -> None:
    new, former = parse_public_keys(BOTH)

    assert new.key.public_bytes_raw() == NEW.public_key().public_bytes_raw()
    assert former.key.public_bytes_raw() == FORMER.public_key().public_bytes_raw()
    assert (new.until, former.until) == (None, NOW)


def test_a_key_has_the_name_that_it_had() -> None:
    """Services of two versions name keys to each other while one is updated."""
    assert id_of(NEW.public_key()) == sha256(NEW.public_key().public_bytes_raw()).hexdigest()[:8]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"Since: 2026-01-01T00:00:00Z\n{BOTH}",
        f"{BOTH}and more",
        BOTH.replace("Until: ", "Until:"),
        OTHER_KIND.public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    ],
    ids=["empty", "blank", "other words", "words behind", "half a date", "another kind"],
)
def test_what_is_not_wholly_understood_is_refused(text: str) -> None:
    """Half a list may lack the line that ends a key."""
    with pytest.raises(ValueError, match=r"key|PEM"):
        parse_public_keys(text)


def test_a_former_key_is_believed_at_its_last_instant(keys: ServicePublicKeys) -> None:
    """And of no later one."""
    signature, signer = FORMER.sign(b"said"), keys.of("vault")

    signer.at(NOW).verify(signature, b"said")
    with pytest.raises(InvalidSignature):
        signer.at(NOW + timedelta(microseconds=1)).verify(signature, b"said")


def test_a_service_whose_keys_have_all_ended_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "vault.pub"
    file.write_text(format_public_keys([BelievedKey(FORMER.public_key(), NOW)]))
    clock = FixedClock(NOW)
    signer = ServicePublicKeys(tmp_path, clock).of("vault")
    assert signer.named(None)

    clock.move(timedelta(microseconds=1))

    with pytest.raises(Unauthenticated, match="not known here"):
        signer.named(None)


@pytest.mark.parametrize("spoilt", [None, "no key"])
def test_keys_that_were_taken_away_are_believed_no_more(
    keys: ServicePublicKeys, tmp_path: Path, spoilt: str | None
) -> None:
    """An operator who removes a service's file, or spoils it, must not go on being served."""
    signer, file = keys.of("vault"), tmp_path / "vault.pub"
    if spoilt is None:
        file.unlink()
    else:
        file.write_text(spoilt)

    with pytest.raises(Unauthenticated, match="not known here"):
        signer.named(None)


@pytest.mark.parametrize("name", ["../vault", "./vault", "keys/../vault", 7, None, ["vault"]])
def test_a_name_is_no_path_to_a_file_that_is_there(tmp_path: Path, name: object) -> None:
    """It comes from a token that nobody has verified yet."""
    (tmp_path / "keys").mkdir()
    for folder in (tmp_path, tmp_path / "keys"):
        (folder / "vault.pub").write_text(BOTH)
    keys = ServicePublicKeys(tmp_path / "keys", FixedClock(NOW))
    assert keys.of("vault")

    with pytest.raises(Unauthenticated, match="names no service"):
        keys.of(name)


def test_names_of_nobody_are_not_remembered(keys: ServicePublicKeys) -> None:
    """Any number of them can be made up."""
    for name in ("nobody", "noone"):
        with pytest.raises(Unauthenticated):
            keys.of(name)

    assert not keys._known
    assert keys.of("vault") is keys.of("vault")


def test_a_private_key_of_another_kind_refuses_to_boot(tmp_path: Path) -> None:
    pem = OTHER_KIND.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "vault.key").write_bytes(pem)

    with pytest.raises(SettingsError, match="not an Ed25519 key"):
        private_key(tmp_path, "vault")


def test_the_folder_of_keys_is_made(tmp_path: Path) -> None:
    """With those above it."""
    generate_service_keys(tmp_path / "new" / "keys", ["vault"])

    assert private_key(tmp_path / "new" / "keys", "vault")


@pytest.mark.parametrize("write", [0, 1])
def test_keys_whose_making_found_no_room_are_made_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    """A private key that was there, and empty or without the public one, was kept for ever: its
    service never started again."""
    written: list[Path] = []
    whole = Path.write_text

    def full(path: Path, text: str) -> int:
        written.append(path)
        if len(written) > write:
            raise OSError(ENOSPC, "No space left on device")
        return whole(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space"):
            generate_service_keys(tmp_path, ["vault"])
    generate_service_keys(tmp_path, ["vault"])
    own = private_key(tmp_path, "vault").public_key()
    [believed] = parse_public_keys((tmp_path / "vault.pub").read_text())
    assert believed.key.public_bytes_raw() == own.public_bytes_raw()
    assert {file.name for file in tmp_path.iterdir()} == {"vault.key", "vault.pub"}
