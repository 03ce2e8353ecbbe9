"""Every resource of Kubernetes itself against the schema of several versions, strictly."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.k8s.manifests import OVERLAYS, TOOLS, rendered

VERSIONS = ("1.31.0", "1.34.0", "1.37.0")
OWN_GROUPS = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "storage.k8s.io/v1"}
VALIDATE = TOOLS / "venv" / "bin" / "kubernetes-validate"


@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_is_what_this_version_takes(overlay: str, version: str, tmp_path: Path) -> None:
    """A member with a wrong name would be ignored in silence by a cluster."""
    if not VALIDATE.exists():
        pytest.skip("no validator here: make k8s-check brings one")
    documents = [d for d in rendered(overlay) if d["apiVersion"] in OWN_GROUPS]
    file = tmp_path / "rendered.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    command = [str(VALIDATE), "--strict", "--quiet", "-k", version, str(file)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
