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
