"""What a folder keeps: secrets for its owner's eyes, ports that stay while they can."""

import socket
from pathlib import Path

from scripts.machine.files import free_ports, kept_ports, kept_secret, write_private


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
