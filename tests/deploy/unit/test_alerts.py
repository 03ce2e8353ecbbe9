"""Each alert fires when it should and only then, leads to a page, and counts what is counted."""

import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from scripts.cli.processes import ROOT
from scripts.manifests.dashboards import BOARDS
from tests.k8s.manifests import base, of_kind

FOLDER = ROOT / "deploy" / "prometheus"
OUTSIDE = ("rabbitmq_", "cnpg_", "barman_", "kube_", "up")
"""Metrics of the broker, of the database's operator and its plugin, and of Kubernetes."""


def rules() -> dict[str, Any]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def cases() -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.test.yaml").read_text())["tests"]
    return tests


def test_promtool_runs_them() -> None:
    """On series that must not wake anybody, and on series that must."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    ran = subprocess.run(
        [promtool, "test", "rules", "alerts.test.yaml"],
        cwd=FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_alert_is_tested_both_ways() -> None:
    """One that cannot fire is worse than none."""
    outcomes: dict[str, set[bool]] = {name: set() for name in rules()}
    for case in cases():
        for check in case["alert_rule_test"]:
            outcomes[check["alertname"]].add(bool(check["exp_alerts"]))
    assert all(both == {True, False} for both in outcomes.values()), outcomes


@pytest.mark.parametrize("alert", sorted(rules()))
def test_each_alert_has_its_page(alert: str) -> None:
    """Whoever is woken finds what it means, where to look, what to do, and when it is over."""
    annotations = rules()[alert]["annotations"]
    page = (ROOT / annotations["runbook"]).read_text()
    assert page.startswith(f"# {alert}\n")
    for part in ("## Look", "## Do", "## It is over when"):
        assert part in page
    for link in re.findall(r"\]\(([a-z-]+\.md)\)", page):
        assert (ROOT / "docs" / "runbooks" / link).exists(), link


def test_alerts_and_dashboards_ask_for_metrics_that_exist() -> None:
    """A misspelt name shows an empty panel, and an alert that never fires."""
    for module in ("shared.telemetry.metrics", "shared.eventing.metrics"):
        import_module(module)
    known = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    known |= {name for metric in REGISTRY.collect() for name in _names(metric)}
    for expression in _expressions():
        for name in re.findall(r"\b(?:carnet|rabbitmq|cnpg|barman|kube)_[a-z_]+\b", expression):
            assert name.startswith(OUTSIDE) or name in known, name


def test_each_process_is_missed_where_it_has_no_pod() -> None:
    """The alert names them, as it is written by hand; one more entrypoint is one more name."""
    [given] = re.findall(r'deployment=~"(.+?)"', rules()["ServiceDown"]["expr"])
    names = {document["metadata"]["name"] for document in of_kind(base(), "Deployment")}
    assert names
    assert {name for name in names if not re.fullmatch(given, name)} == set()


def _names(metric: Any) -> set[str]:
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {metric.name + suffix for suffix in suffixes.get(metric.type, [""])}


def _expressions() -> list[str]:
    panels = [panel.expression for board in BOARDS.values() for panel in board]
    return panels + [rule["expr"] for rule in rules().values()]


def test_each_metric_of_ours_is_shown_somewhere() -> None:
    """What nobody looks at need not be counted."""
    shown = " ".join(_expressions())
    for module in ("shared/telemetry/metrics.py", "shared/eventing/metrics.py"):
        for name in re.findall(r'"(carnet_[a-z_]+)"', Path(ROOT / module).read_text()):
            assert name in shown, name
