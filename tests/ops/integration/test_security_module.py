"""Keys wrapped in a security module (SoftHSM), and moved into it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.keyring.domain.errors import KeyEncryptionKeyLost
from shared.crypto.key_wrapper import FileKeyWrapper, Wrapped
from shared.crypto.keys import KeyUnavailable
from shared.crypto.sealing import NotAuthentic
from shared.crypto.security_module import ModuleKeyWrapper, ModuleSettings, MovingKeyWrapper
from shared.kernel.settings import SettingsError
from tests.ops.world import Operated, operated
from tests.support.damage import one_bit_off

pkcs11 = pytest.importorskip("pkcs11")
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "4271"


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleSettings]:
    """A token with an AES key that its own library made and gives to nobody."""
    program = shutil.which("softhsm2-util")
    if program is None or not LIBRARY.exists():
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    home = tmp_path_factory.mktemp("softhsm")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
        made = [program, "--init-token", "--free", "--label=carnet", f"--pin={PIN}", "--so-pin=99"]
        subprocess.run([*made[:-1], "--so-pin=998877"], check=True, capture_output=True)
        token = pkcs11.lib(str(LIBRARY)).get_token(token_label="carnet")
        with token.open(user_pin=PIN, rw=True) as session:
            session.generate_key(
                pkcs11.KeyType.AES, 256, label="kek-2026", store=True,
                capabilities=pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT,
                template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
            )  # fmt: skip
        pin_file = home / "pin"
        pin_file.touch(mode=0o600)
        pin_file.write_text(PIN)
        yield ModuleSettings(module=LIBRARY, token="carnet", key="kek-2026", pin_file=pin_file)


@pytest.fixture
def wrapper(module: ModuleSettings) -> Iterator[ModuleKeyWrapper]:
    found = ModuleKeyWrapper(module)
    yield found
    found.close()


@pytest.fixture
def carnet(tmp_path: Path, module: ModuleSettings) -> Operated:
    """An installation whose keys are in a file, and whose settings name the module too."""
    return operated(tmp_path)


def with_module(carnet: Operated, module: ModuleSettings) -> None:
    carnet.environ |= {
        "SOFTHSM2_CONF": os.environ["SOFTHSM2_CONF"],
        "CARNET_KEYRING_PKCS11_MODULE": str(module.module),
        "CARNET_KEYRING_PKCS11_TOKEN": module.token,
        "CARNET_KEYRING_PKCS11_KEY": module.key,
        "CARNET_KEYRING_PKCS11_PIN_FILE": str(module.pin_file),
    }


def test_what_the_module_wraps_it_alone_unwraps(wrapper: ModuleKeyWrapper) -> None:
    """Another nonce each time, so equal keys do not look equal."""
    key = os.urandom(32)
    first, second = wrapper.wrap(key, b"record 1"), wrapper.wrap(key, b"record 1")
    assert first.kek == "hsm:kek-2026"
    assert first.data != second.data
    assert key not in first.data
    assert wrapper.unwrap(first, b"record 1") == key


@pytest.mark.parametrize(
    "change",
    [
        lambda w: Wrapped(w.kek, one_bit_off(w.data)),
        lambda w: Wrapped(w.kek, one_bit_off(w.data, 0)),
        lambda w: Wrapped(w.kek, w.data[:10]),
        lambda w: Wrapped("hsm:another", w.data),
    ],
    ids=["sealed", "nonce", "short", "name"],
)
def test_what_was_changed_does_not_open(
    wrapper: ModuleKeyWrapper, change: Callable[[Wrapped], Wrapped]
) -> None:
    """Also a row put in the place of another: the context is part of the seal."""
    wrapped = wrapper.wrap(os.urandom(32), b"record 1")
    with pytest.raises(NotAuthentic):
        wrapper.unwrap(change(wrapped), b"record 1")
    with pytest.raises(NotAuthentic):
        wrapper.unwrap(wrapped, b"record 2")


def test_a_lost_session_is_opened_again(wrapper: ModuleKeyWrapper) -> None:
    """A module restarts; its clients do not."""
    wrapped = wrapper.wrap(b"k" * 32, b"record 1")
    wrapper._session.close()
    assert wrapper.unwrap(wrapped, b"record 1") == b"k" * 32


def test_a_module_that_is_away_says_stop_and_never_that_a_key_is_wrong(
    module: ModuleSettings,
) -> None:
    """A key taken for wrong is a record taken for lost; one out of reach is tried again."""
    wrapper = ModuleKeyWrapper(module)
    wrapped = wrapper.wrap(b"k" * 32, b"record 1")
    wrapper.close()
    wrapper._settings = replace(module, token="taken out")
    with pytest.raises(KeyUnavailable):
        wrapper.unwrap(wrapped, b"record 1")
    with pytest.raises(KeyUnavailable):
        wrapper.wrap(b"k" * 32, b"record 1")
    wrapper._settings = module
    assert wrapper.unwrap(wrapped, b"record 1") == b"k" * 32
    wrapper.close()


@pytest.mark.parametrize(("token", "key"), [("none", "kek-2026"), ("carnet", "none")])
def test_a_module_without_that_key_refuses_to_boot(
    module: ModuleSettings, token: str, key: str
) -> None:
    """Not the first record that is opened."""
    with pytest.raises(KeyUnavailable):
        ModuleKeyWrapper(replace(module, token=token, key=key))


def test_two_wrappers_of_one_process_share_its_login_and_not_their_end(
    module: ModuleSettings, wrapper: ModuleKeyWrapper
) -> None:
    """PKCS#11, C_Login: a login is of all sessions that an application has with a token."""
    other = ModuleKeyWrapper(module)
    wrapped = other.wrap(b"k" * 32, b"record 1")
    assert wrapper.unwrap(wrapped, b"record 1") == b"k" * 32
    session = other._session
    other.close()
    with pytest.raises(pkcs11.exceptions.PKCS11Error):
        session.generate_random(8)
    assert wrapper.unwrap(wrapped, b"record 1") == b"k" * 32


def test_what_was_wrapped_opens_by_its_documented_form_alone(module: ModuleSettings) -> None:
    """AES-256-GCM, 12 bytes of nonce before, a tag of 16 behind, the purpose and the context
    beside: else nothing that is wrapped could be moved to a module of another make."""
    key = os.urandom(32)
    token = pkcs11.lib(str(LIBRARY)).get_token(token_label="carnet")
    with token.open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
                pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
                pkcs11.Attribute.VALUE: key,
                pkcs11.Attribute.LABEL: "known",
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.ENCRYPT: True,
                pkcs11.Attribute.DECRYPT: True,
            }
        )
    wrapper = ModuleKeyWrapper(replace(module, key="known"))
    wrapped = wrapper.wrap(b"k" * 32, b"record 1")
    wrapper.close()
    nonce, sealed = wrapped.data[:12], wrapped.data[12:]
    assert AESGCM(key).decrypt(nonce, sealed, b"wrap|record 1") == b"k" * 32
    assert len(sealed) == 32 + 16


def test_a_pin_that_others_can_read_or_that_is_not_there_is_refused(
    module: ModuleSettings, tmp_path: Path
) -> None:
    """Whoever has it can ask the module for every key; its place is told to nobody either."""
    pin = tmp_path / "pin"
    settings = replace(module, pin_file=pin)
    with pytest.raises(SettingsError, match="cannot be read"):
        settings.pin()
    pin.write_text(f"{PIN}\n")
    for mode in (0o640, 0o604, 0o610):
        pin.chmod(mode)
        with pytest.raises(SettingsError, match="readable by others"):
            settings.pin()
    pin.chmod(0o600)
    assert settings.pin() == PIN
    assert str(pin) not in repr(settings)


def test_while_keys_move_both_places_open_theirs(wrapper: ModuleKeyWrapper, tmp_path: Path) -> None:
    """Nothing waits for the move to end."""
    file = tmp_path / "kek"
    file.touch(mode=0o600)
    file.write_text(os.urandom(32).hex())
    former = FileKeyWrapper(file)
    moving = MovingKeyWrapper(wrapper, former)
    old, new = former.wrap(b"o" * 32, b"1"), moving.wrap(b"n" * 32, b"2")
    assert moving.unwrap(old, b"1") == b"o" * 32
    assert moving.unwrap(new, b"2") == b"n" * 32
    assert new.kek == moving.kek == "hsm:kek-2026"


def test_keys_move_into_the_module_by_command(carnet: Operated, module: ModuleSettings) -> None:
    """Afterwards the key file opens nothing, and the records' keys are what they were."""
    record_id = uuid4()
    carnet.make_key(record_id)
    with_module(carnet, module)
    rewrap = ("rewrap-keys", "--by", "op-1")
    assert "keys would be wrapped anew" in carnet.done(*rewrap, "--dry-run")
    assert carnet.key_of(record_id) == "live"
    assert "keys wrapped anew" in carnet.done(*rewrap)
    with pytest.raises(KeyEncryptionKeyLost):
        carnet.key_of(record_id)  # by the file alone
    assert carnet.done(*rewrap, "--dry-run").startswith("0 keys")


def test_a_new_key_in_the_file_takes_over_by_command(carnet: Operated) -> None:
    """The first line may go once nothing is wrapped by it any more."""
    record_id = uuid4()
    carnet.make_key(record_id)
    kek = carnet.home / "kek"
    carnet.done("new-key-encryption-key", str(kek))
    carnet.done("rewrap-keys", "--by", "op-1")
    kek.write_text(kek.read_text().split()[-1])
    assert carnet.key_of(record_id) == "live"
