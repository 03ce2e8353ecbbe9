"""What is made for an installation: settings that start in production, and secrets kept apart."""

import json
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.cli.processes import SERVICES
from scripts.manifests.compose import STORES
from scripts.manifests.wiring import wiring
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError
from tests.k8s.manifests import base, of_component, of_kind
from tests.ops.world import Operated, operated


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    carnet = operated(tmp_path)
    _prepare(carnet)
    return tmp_path / "private"


def _prepare(carnet: Operated) -> None:
    carnet.done("prepare", str(carnet.home / "private"), "--relay", "mail.example.org:587")


def environment(prepared: Path, name: str) -> dict[str, str]:
    lines = (prepared / "env" / "common").read_text() + (prepared / "env" / name).read_text()
    return dict(line.partition("=")[::2] for line in lines.splitlines())


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_starts_in_production_with_it(prepared: Path, service: str) -> None:
    """Typed, whole, and every host declared."""
    settings = CommonSettings.read(environment(prepared, service))
    assert settings.production
    assert set(settings.hosting_places) == {*STORES, "mail.example.org"}
    assert (settings.s3_endpoint is not None) == wiring(service).keeps_objects
    assert (settings.kek_file is not None) == (service == "keyring")


@pytest.mark.parametrize(
    "variable", ["CARNET_AMQP_URI", "CARNET_POSTGRES_DSN", "CARNET_MONGODB_URI"]
)
def test_a_host_that_was_not_declared_refuses_to_boot(prepared: Path, variable: str) -> None:
    """Health data goes nowhere by a slip of the pen (CSP L.1111-8)."""
    environ = environment(prepared, "vault")
    elsewhere = environ[variable]
    for store in STORES:
        elsewhere = elsewhere.replace(f"@{store}", "@elsewhere.example.com")
    with pytest.raises(SettingsError, match=f"{variable} names elsewhere.example.com"):
        CommonSettings.read(environ | {variable: elsewhere})


def test_each_service_has_its_own_secrets(prepared: Path) -> None:
    """No password is another's; no file is readable by others; one private key a folder."""
    passwords = json.loads((prepared / "passwords.json").read_text())
    assert len(set(passwords.values())) == len(passwords)
    files = [file for file in prepared.rglob("*") if file.is_file()]
    public = {"all"}
    for file in files:
        if file.parent.name not in public:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    for service in SERVICES:
        keys = {file.name for file in (prepared / "keys" / service).glob("*.key")}
        assert keys == {f"{service}.key"}


def test_made_again_nothing_changes(prepared: Path) -> None:
    """A new key would orphan all data."""
    kept = ("passwords.json", "kek", "keys/vault/vault.key", "env/vault")
    before = {name: (prepared / name).read_text() for name in kept}
    _prepare(Operated(prepared.parent, {}))
    assert {name: (prepared / name).read_text() for name in kept} == before


def test_what_an_operator_set_themselves_is_kept(prepared: Path) -> None:
    """A runbook has it made again to give out a key: mail must not go elsewhere since, nor the
    broker be spoken to without TLS. What is new of a version is added."""
    vault, common = (prepared / "env" / name for name in ("vault", "common"))
    as_made = vault.read_text()
    vault.write_text(as_made.replace("amqp://", "amqps://") + "# ours\nCARNET_VAULT_ANTIVIRUS=no\n")
    common.write_text(common.read_text().replace("CARNET_HTTP_PORT=8080\n", ""))
    theirs = vault.read_text()
    Operated(prepared.parent, {}).done("prepare", str(prepared))
    assert vault.read_text() == theirs
    now = environment(prepared, "vault")
    assert (
        now["CARNET_MESSAGING_RELAY"] == now["CARNET_NOTIFICATION_RELAY"] == "mail.example.org:587"
    )
    assert "mail.example.org" in now["CARNET_HOSTING_PLACES"]
    assert now["CARNET_HTTP_PORT"] == "8080"


def test_another_relay_is_taken_when_it_is_said(prepared: Path) -> None:
    done = Operated(prepared.parent, {}).done
    done("prepare", str(prepared), "--relay", "other.example.org:587")
    now = environment(prepared, "vault")
    assert (
        now["CARNET_MESSAGING_RELAY"] == now["CARNET_NOTIFICATION_RELAY"] == "other.example.org:587"
    )
    assert set(now["CARNET_HOSTING_PLACES"].split(",")) == {*STORES, "other.example.org"}


BY_HAND = {"carnet/messaging/smtp"}
"""Certificates of the mail edge, which are the operator's: taken along once they are there."""


def values(prepared: Path, path: str) -> dict[str, str]:
    """What the operator's store of secrets is to hold at a path."""
    held: dict[str, str] = json.loads((prepared / "secret-store" / f"{path}.json").read_text())
    return held


def asked_for() -> dict[str, set[str]]:
    """By path: the properties that ExternalSecrets name (none: all there are)."""
    found: dict[str, set[str]] = {}
    for document in of_kind([*base(), *of_component("operator")], "ExternalSecret"):
        for one in document["spec"].get("data", []):
            key, name = one["remoteRef"]["key"], one["remoteRef"]["property"]
            found.setdefault(key, set()).add(name)
        for one in document["spec"].get("dataFrom", []):
            found.setdefault(one["extract"]["key"], set())
    return found


def test_every_secret_that_kubernetes_asks_for_is_made(prepared: Path) -> None:
    """And none is made that nobody asks for."""
    files = (prepared / "secret-store").rglob("*.json")
    made = {str(file.relative_to(prepared / "secret-store"))[: -len(".json")] for file in files}
    wanted = asked_for()
    assert made == wanted.keys() - BY_HAND
    for path in made:
        assert wanted[path] <= values(prepared, path).keys()
        assert not wanted[path] or wanted[path] == values(prepared, path).keys()


def test_the_mail_edges_certificates_are_taken_along(tmp_path: Path, prepared: Path) -> None:
    names = asked_for()["carnet/messaging/smtp"]
    for name in names:
        (prepared / "smtp" / name).write_text(f"made-up {name}")
    _prepare(Operated(tmp_path, {}))
    assert values(prepared, "carnet/messaging/smtp") == {name: f"made-up {name}" for name in names}


@pytest.mark.parametrize("service", [*SERVICES, "backup", "operator"])
def test_what_kubernetes_is_given_starts_in_production(prepared: Path, service: str) -> None:
    """Typed, whole, every host declared in the ConfigMap, and TLS to each store."""
    [common] = [d for d in of_kind(base(), "ConfigMap") if d["metadata"]["name"] == "carnet"]
    given = values(prepared, f"carnet/{service}/settings")
    settings = CommonSettings.read(common["data"] | given)
    assert settings.production
    assert settings.amqp_uri.startswith("amqps://")
    assert "sslmode=verify-full" in str(settings.postgres_dsn)
    assert service not in SERVICES or "tls=true" in str(settings.mongodb_uri)
    assert str(settings.s3_endpoint or "https:").startswith("https:")


def test_kubernetes_gives_a_service_the_password_that_the_stores_know(prepared: Path) -> None:
    passwords = json.loads((prepared / "passwords.json").read_text())
    for service in SERVICES:
        own = values(prepared, f"carnet/{service}/settings")
        owners = values(prepared, f"carnet/{service}/migration")
        names = {
            name: urlsplit(own[name]) for name in own if "://" in own[name] and "@" in own[name]
        }
        assert {(u.username, u.password) for u in names.values()} == {(service, passwords[service])}
        owner = urlsplit(owners["CARNET_POSTGRES_DSN"])
        assert owner.password == passwords[f"{service}_owner"] != passwords[service]
        assert owner.path == urlsplit(own["CARNET_POSTGRES_DSN"]).path == f"/carnet_{service}"


def test_a_backup_reads_every_database_as_itself(prepared: Path) -> None:
    """It has a role of its own, which writes to none (``pg_read_all_data``)."""
    passwords = json.loads((prepared / "passwords.json").read_text())
    dsn = values(prepared, "carnet/backup/settings")["CARNET_POSTGRES_DSN"]
    for service in SERVICES:
        found = urlsplit(dsn.format(service=service))
        assert (found.username, found.password) == ("backup", passwords["backup"])
        assert found.path == f"/carnet_{service}"
    sql = (prepared / "postgresql" / "10-roles.sql").read_text()
    assert "GRANT pg_read_all_data TO backup;" in sql
