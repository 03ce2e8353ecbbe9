"""``k8s/base/carnet``: a file for each service, and those of all of them."""

import json
from pathlib import Path
from typing import Any

import yaml

from scripts.cli.processes import ROOT
from scripts.manifests.dashboards import dashboards
from scripts.manifests.kubernetes.surroundings import (
    external_secrets,
    mail_edge,
    migration,
    network_policy,
    scaling,
    scraped,
)
from scripts.manifests.kubernetes.workloads import (
    REPLICAS,
    deployment,
    disruption_budget,
    service_account,
)
from scripts.manifests.wiring import Wiring, all_wiring

Json = dict[str, Any]
Documents = dict[str, list[Json]]
"""By file name: the resources in it."""
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"


def resources() -> Documents:
    services = {f"{wired.service}.yaml": of_service(wired) for wired in all_wiring()}
    others = {"monitoring.yaml": [_monitor(), _rules(), *map(_board, sorted(dashboards().items()))]}
    files = sorted({*services, *others})
    return services | others | {"kustomization.yaml": [_kustomization(files)]}


def of_service(wired: Wiring) -> list[Json]:
    several = [entrypoint for entrypoint in wired.entrypoints if REPLICAS[entrypoint] > 1]
    return [
        service_account(wired),
        *(deployment(wired, entrypoint) for entrypoint in wired.entrypoints),
        *(disruption_budget(wired, entrypoint) for entrypoint in several),
        scaling(wired),
        scraped(wired),
        *([mail_edge(wired)] if "smtp" in wired.entrypoints else []),
        network_policy(wired),
        *external_secrets(wired),
        migration(wired),
    ]


def _kustomization(files: list[str]) -> Json:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": files,
    }


def _monitor() -> Json:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": "carnet"},
        "spec": {
            "jobLabel": "app.kubernetes.io/part-of",  # its value, carnet, becomes the job
            "selector": {"matchLabels": {"app.kubernetes.io/part-of": "carnet"}},
            "endpoints": [{"port": "http", "path": "/metrics", "interval": "15s",
                           "honorLabels": True}],
        },
    }  # fmt: skip


def _rules() -> Json:
    """The very rules that ``promtool`` tests."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "carnet"},
        "spec": yaml.safe_load(Path(ALERTS).read_text()),
    }


def _board(item: tuple[str, Json]) -> Json:
    name, board = item
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"dashboard-{name}", "labels": {"grafana_dashboard": "1"}},
        "data": {f"{name}.json": json.dumps(board, indent=1)},
    }
