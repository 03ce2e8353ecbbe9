"""A policy scanner of others (checkov) over what a cluster would be given."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.k8s.manifests import OVERLAYS, TOOLS, render

SCANNER = TOOLS / "scanner" / "bin" / "checkov"
NOT_WANTED = {
    "CKV_K8S_11": "a limit of CPU: it would only make callers wait, see test_rules",
    "CKV_K8S_35": "secrets as files: settings come by environment only, secret ones too",
}
ONLY_DEV = {
    "CKV_K8S_15": "an image pulled each time: it is built on the spot",
    "CKV_K8S_43": "an image by digest: it has none before it is pushed",
}
CARELESS = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "careless", "namespace": "carnet"},
    "spec": {
        "hostNetwork": True,
        "containers": [
            {"name": "a", "image": "a:latest", "securityContext": {"privileged": True}},
        ],
    },
}


@pytest.mark.long
def test_the_scanner_finds_nothing_that_is_not_meant(tmp_path: Path) -> None:
    """And does find what is careless, in the same run: a scanner that read nothing is silent."""
    if not SCANNER.exists():
        pytest.skip("no scanner here: make k8s-check brings one")
    for overlay in OVERLAYS:
        (tmp_path / f"{overlay}.yaml").write_text(render(overlay))
    (tmp_path / "careless.yaml").write_text(yaml.safe_dump(CARELESS))
    command = [str(SCANNER), "--directory", str(tmp_path), "--framework", "kubernetes"]
    command += ["--output", "json", "--quiet", "--skip-download"]
    offline = os.environ | {"BC_SKIP_MAPPING": "TRUE", "LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, env=offline, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    found = {(Path(f["file_path"]).stem, f["check_id"]) for f in report["results"]["failed_checks"]}
    careless = {check for name, check in found if name == "careless"}
    assert {"CKV_K8S_16", "CKV_K8S_19"} <= careless  # privileged, the host's network
    assert {check for name, check in found if name == "prod"} == NOT_WANTED.keys()
    assert {check for name, check in found if name == "dev"} == NOT_WANTED.keys() | ONLY_DEV
