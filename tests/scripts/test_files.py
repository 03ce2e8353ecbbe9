"""What a folder keeps: secrets for its owner's eyes, ports that stay while they can."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from scripts.machine.files import STARTING, free_ports, kept_ports, kept_secret, write_private


def test_a_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert kept_secret(tmp_path / "secret") == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_rewriting_a_private_file_never_leaves_a_half_of_it(tmp_path: Path) -> None:
    write_private(tmp_path / "settings", "one")
    write_private(tmp_path / "settings", "two")
    assert (tmp_path / "settings").read_text() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["settings"]


def test_a_private_file_is_on_the_disk_before_it_takes_the_others_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are wrapped by a key-encryption key seconds after it was written: a power cut that
    takes it, and leaves what it wrapped, loses everything."""
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink())
    )
    write_private(tmp_path / "kek", "one")
    assert synced == [tmp_path / "kek.new", tmp_path]


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else may give a file away")
def test_what_an_administrator_rewrites_stays_its_owners(tmp_path: Path) -> None:
    """A service in a container has a user of its own, who could not read it any more."""
    theirs = tmp_path / "keys"
    theirs.mkdir()
    write_private(tmp_path / "kek", "one")
    for path in (theirs, tmp_path / "kek"):
        os.chown(path, 10001, 10002)
    write_private(tmp_path / "kek", "two")
    write_private(theirs / "vault.pub", "new")
    write_private(tmp_path / "ours", "new")
    owners = [path.stat() for path in (tmp_path / "kek", theirs / "vault.pub", tmp_path / "ours")]
    assert [(o.st_uid, o.st_gid) for o in owners] == [(10001, 10002), (10001, 10002), (0, 0)]


def test_a_server_that_starts_again_has_its_ports_again(tmp_path: Path) -> None:
    ports = free_ports(tmp_path / "ports.json", ("a", "b"))
    assert len(set(ports.values())) == 2
    assert free_ports(tmp_path / "ports.json", ("a", "b")) == ports


def test_a_port_taken_meanwhile_is_changed_only_for_a_server_that_starts(tmp_path: Path) -> None:
    """Whoever only looks at a running server must find it where it is."""
    ports = kept_ports(tmp_path / "ports.json", ("a", "b"))
    with socket.create_server(("127.0.0.1", ports["a"])):
        assert kept_ports(tmp_path / "ports.json", ("a", "b")) == ports
        assert free_ports(tmp_path / "ports.json", ("a", "b"))["a"] != ports["a"]


@pytest.fixture
def chosen_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where ports that were chosen are kept; apart from those of others on this machine."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / f"carnet-ports-{os.getuid()}.json"


def chosen(file: Path, count: int) -> set[int]:
    return set(kept_ports(file, [str(number) for number in range(count)]).values())


def test_a_port_that_was_chosen_is_chosen_by_nobody_else_before_its_server_listens(
    tmp_path: Path, chosen_apart: Path
) -> None:
    """Two that started at once would have had one in common nearly each time."""
    one, other = (chosen(tmp_path / name, 1_000) for name in ("one.json", "other.json"))
    assert (len(one), len(other)) == (1_000, 1_000)
    assert one.isdisjoint(other)
    assert chosen_apart.stat().st_mode & 0o777 == 0o600


def test_what_was_chosen_long_ago_or_cut_off_holds_nobody_up(
    tmp_path: Path, chosen_apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who died before they listened leaves no port taken for ever."""
    monkeypatch.setattr("scripts.machine.files.PORTS", range(20_000, 20_020))
    monkeypatch.setattr("scripts.machine.files._is_free", lambda _port: True)
    first = chosen(tmp_path / "one.json", 20)
    chosen_apart.write_text(json.dumps({port: time.time() - STARTING for port in first}))
    assert chosen(tmp_path / "other.json", 20) == first
    chosen_apart.write_text('{"20000": 17')
    assert chosen(tmp_path / "third.json", 20) == first
