"""Key-encryption keys in a file that nobody else may read."""

import secrets
from pathlib import Path

import pytest

from shared.crypto.key_wrapper import FileKeyWrapper
from shared.crypto.sealing import NotAuthentic
from shared.kernel.settings import SettingsError

KEY = bytes(range(32))


def key_file(folder: Path, *lines: str, mode: int = 0o600) -> Path:
    file = folder / "kek"
    file.write_text("\n".join(lines))
    file.chmod(mode)
    return file


def test_a_wrapped_key_unwraps_in_its_context_only(tmp_path: Path) -> None:
    """
    A row of the table moved to another holder gives no key.
    """
    wrapper = FileKeyWrapper(key_file(tmp_path, secrets.token_hex(32)))
    wrapped = wrapper.wrap(KEY, b"record:1 1")

    assert wrapper.unwrap(wrapped, b"record:1 1") == KEY
    assert KEY not in wrapped.data
    with pytest.raises(NotAuthentic):
        wrapper.unwrap(wrapped, b"record:2 1")


def test_the_last_line_wraps_and_all_unwrap(tmp_path: Path) -> None:
    """
    While keys are wrapped anew, both are needed; afterwards the first can go.
    """
    old, new = secrets.token_hex(32), secrets.token_hex(32)
    before = FileKeyWrapper(key_file(tmp_path, old)).wrap(KEY, b"x")
    during = FileKeyWrapper(key_file(tmp_path, old, new))

    assert during.unwrap(before, b"x") == KEY
    after = during.wrap(KEY, b"x")
    assert after.kek != before.kek
    only_new = FileKeyWrapper(key_file(tmp_path, new))
    assert only_new.unwrap(after, b"x") == KEY
    with pytest.raises(NotAuthentic, match="is not in the key file"):
        only_new.unwrap(before, b"x")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o666])
def test_a_file_that_others_may_use_refuses_to_boot(tmp_path: Path, mode: int) -> None:
    """
    A key that others can read is no key.
    """
    with pytest.raises(SettingsError, match=r"CARNET_KEK_FILE.*mode 0600"):
        FileKeyWrapper(key_file(tmp_path, secrets.token_hex(32), mode=mode))


@pytest.mark.parametrize("line", ["", "zz", "00" * 16, "00" * 33])
def test_a_file_that_holds_no_key_refuses_to_boot(tmp_path: Path, line: str) -> None:
    """
    Half a key is not padded into one.
    """
    with pytest.raises(SettingsError, match="CARNET_KEK_FILE"):
        FileKeyWrapper(key_file(tmp_path, line))


def test_a_missing_file_refuses_to_boot(tmp_path: Path) -> None:
    """
    A new key made in silence would orphan everything.
    """
    with pytest.raises(SettingsError, match="CARNET_KEK_FILE"):
        FileKeyWrapper(tmp_path / "none")
