"""Each container's command with its own settings, as Compose would start it; without Compose.

No engine is here: the command runs as a process, and what the container would mount is where the
settings say. It has to come as far as its stores, whose names only Compose's network knows.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scripts.cli.processes import ROOT
from tests.ops.world import operated

pytestmark = pytest.mark.long
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "deploy" / "compose.yaml").read_text()
)["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
OUT_OF_REACH = (
    *("out of reach", "couldn't get a connection", "gaierror"),
    *("could not translate host name", "failed to resolve host"),
)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("compose")
    operated(home).done("prepare", str(home / "private"), "--relay", "mail.example.org:587")
    certify(home / "private" / "smtp")
    return home / "private"


def certify(folder: Path) -> None:
    """What an operator brings for the mail edge."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    for file in ("tls.crt", "ca.crt"):
        (folder / file).write_bytes(made.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tls.key").write_bytes(pem)


def environment(service: dict[str, Any], private: Path) -> dict[str, str]:
    """Of its ``env_file``s, with each mounted path where it is here."""
    found = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    for file in service["env_file"]:
        text = (private.parent / file).read_text()
        found |= dict(line.partition("=")[::2] for line in text.splitlines())
    mounts = [volume.split(":")[:2] for volume in service["volumes"]]
    for source, target in mounts:
        here = str(private.parent / source)
        found = {name: value.replace(target, here) for name, value in found.items()}
    return found | {"CARNET_HTTP_PORT": "0"}


@pytest.mark.parametrize("name", OURS)
def test_it_comes_as_far_as_its_stores(name: str, private: Path) -> None:
    """Nothing is missing in its settings, no file that it names is elsewhere."""
    service = SERVICES[name]
    command = service["command"]
    program = "scripts.cli" if command[0] == "ops" else "services"
    done = subprocess.run(
        [sys.executable, "-m", program, *command], env=environment(service, private),
        cwd=private, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1, said[-2000:]
    assert "SettingsError" not in said
    assert any(sign in said for sign in OUT_OF_REACH), said[-2000:]
