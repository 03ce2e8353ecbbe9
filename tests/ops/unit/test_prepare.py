"""What is made for an installation: settings that start in production, and secrets kept apart."""

import json
import stat
from pathlib import Path

import pytest

from scripts.cli.processes import SERVICES
from scripts.manifests.compose import STORES
from scripts.manifests.wiring import wiring
from shared.kernel.common import CommonSettings
from shared.kernel.settings import SettingsError
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
