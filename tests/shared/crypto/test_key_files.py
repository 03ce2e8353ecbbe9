"""Which key files are believed to be nobody else's."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.crypto.key_files import _is_private, is_private
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.kernel.settings import SettingsError

ROOT, CARNET, SOMEBODY = 0, 10001, 10002


def seen(mode: int, owner: int) -> os.stat_result:
    return os.stat_result((0o100000 | mode, 0, 0, 1, owner, CARNET, 65, 0, 0, 0))


@pytest.mark.parametrize("mode", [0o600, 0o400])
@pytest.mark.parametrize("owner", [ROOT, CARNET])
def test_what_its_owner_alone_may_read_is_private(mode: int, owner: int) -> None:
    assert _is_private(seen(mode, owner), CARNET)


@pytest.mark.parametrize("mode", [0o640, 0o440])
def test_a_secret_mounted_for_the_group_of_a_pod_is_private(mode: int) -> None:
    """Kubernetes lets the group of ``fsGroup`` read it whatever mode is asked for (the kubelet's
    SetVolumeOwnership adds 0440 to a volume that is read only); keyring could start there never."""
    assert _is_private(seen(mode, ROOT), CARNET)


@pytest.mark.parametrize(
    ("mode", "owner", "reader"),
    [
        (0o640, CARNET, CARNET),  # its own file, lent to a group
        (0o640, SOMEBODY, CARNET),
        (0o640, ROOT, ROOT),  # root needs no group
        (0o660, ROOT, CARNET),  # who may write a key may choose it
        (0o650, ROOT, CARNET),
        (0o644, ROOT, CARNET),
        (0o604, ROOT, CARNET),
        (0o602, ROOT, CARNET),
        (0o601, ROOT, CARNET),
    ],
)
def test_what_others_may_use_is_not(mode: int, owner: int, reader: int) -> None:
    assert not _is_private(seen(mode, owner), reader)


def test_a_file_is_looked_at_as_it_lies_there(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    assert is_private(file)
    file.chmod(0o604)
    assert not is_private(file)


@pytest.mark.skipif(os.geteuid() != ROOT, reason="gives a file away, which only root may do")
def test_a_pods_user_loads_the_key_that_was_mounted_for_its_group() -> None:
    """As the kubelet leaves it: root's, of the pod's group, 0640."""
    with TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        file = Path(folder, "kek")
        file.write_text(secrets.token_hex(32))
        os.chown(file, ROOT, CARNET)
        file.chmod(0o640)
        with _as_carnet():
            FileKeyWrapper(file)
        file.chmod(0o644)
        with _as_carnet(), pytest.raises(SettingsError, match="readable by others"):
            FileKeyWrapper(file)


@contextmanager
def _as_carnet() -> Iterator[None]:
    """For as long as it takes, this process is the pod's: user and group."""
    os.setegid(CARNET)
    os.seteuid(CARNET)
    try:
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(ROOT)
