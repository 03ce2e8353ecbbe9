"""The manifests as a cluster would be given them."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.cli.processes import ROOT

Json = dict[str, Any]
K8S = ROOT / "k8s"
TOOLS = ROOT / "var" / "tools"
OVERLAYS = ("dev", "prod")
COMPONENTS = ("operator", "read-only", "restored", "stopped")
WORKLOADS = {"Deployment", "Job", "CronJob"}


@cache
def base() -> list[Json]:
    """Every resource of the base, as written: what overlays change is little."""
    files = sorted(f for f in (K8S / "base").rglob("*.yaml") if f.name != "kustomization.yaml")
    return [document for file in files for document in _documents(file.read_text())]


@cache
def of_component(name: str) -> list[Json]:
    """The resources that a component adds, as written."""
    files = sorted((K8S / "components" / name).glob("*.yaml"))
    found = [document for file in files for document in _documents(file.read_text())]
    return [document for document in found if document["kind"] != "Component"]


@cache
def rendered(overlay: str) -> list[Json]:
    return _documents(render(overlay))


@cache
def render(overlay: str) -> str:
    return _rendered(K8S / "overlays" / overlay)


@cache
def with_component(*names: str) -> list[Json]:
    """The overlay for production, with what an operator adds to it in an emergency."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve() / "k8s"
        shutil.copytree(K8S, folder)
        file = folder / "overlays" / "prod" / "kustomization.yaml"
        overlay = yaml.safe_load(file.read_text())
        file.write_text(
            yaml.safe_dump(overlay | {"components": [f"../../components/{name}" for name in names]})
        )
        return _documents(_rendered(file.parent))


def _rendered(folder: Path) -> str:
    command = [kubectl_program(), "kustomize", folder]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def kubectl_program() -> str | Path:
    found = TOOLS / "kubectl"
    if found.exists():
        return found
    return shutil.which("kubectl") or pytest.skip("no kubectl here: make k8s-check brings one")


def _documents(text: str) -> list[Json]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(text, loader) if document]


def of_kind(documents: list[Json], *kinds: str) -> list[Json]:
    return [document for document in documents if document["kind"] in kinds]


def pod_of(document: Json) -> Json:
    """The pod's own description of a Deployment, Job or CronJob."""
    spec: Json = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    pod: Json = spec["template"]
    return pod


def name_of(document: Json) -> str:
    return f"{document['kind']} {document['metadata']['name']}"
