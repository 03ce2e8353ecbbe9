"""Which file holds what: the whole of what is derived, by path."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.cli.processes import ROOT
from scripts.manifests.broker import definitions
from scripts.manifests.compose import compose, scrapes
from scripts.manifests.dashboards import dashboards
from scripts.manifests.kubernetes.files import resources
from scripts.manifests.lock import runtime_lock
from scripts.manifests.postgresql import roles

Files = dict[str, str]
HEADER = "# Derived from the code by `make manifests`; a change made here would be lost.\n"
DERIVED = ("deploy/grafana/dashboards/*.json", "k8s/base/carnet/*")
"""Files that are all derived: what is there and not derived any more is removed."""


@cache
def derived() -> Files:
    boards = {
        f"deploy/grafana/dashboards/{name}.json": as_json(board)
        for name, board in dashboards().items()
    }
    manifests = {
        f"k8s/base/carnet/{name}": HEADER + as_yaml(*documents)
        for name, documents in resources().items()
    }
    return (
        boards
        | manifests
        | {
            "deploy/compose.yaml": HEADER + as_yaml(compose()),
            "deploy/prometheus/prometheus.yml": HEADER + as_yaml(scrapes()),
            "deploy/rabbitmq/definitions.json": as_json(definitions()),
            "deploy/postgresql/roles.sql": HEADER.replace("#", "--", 1) + roles(),
            "deploy/requirements.lock": runtime_lock(),
        }
    )


def committed(root: Path = ROOT) -> Files:
    """Those of the derived files that are there, and the leftovers beside them."""
    names = set(derived())
    for pattern in DERIVED:
        names |= {str(file.relative_to(root)) for file in root.glob(pattern)}
    return {name: (root / name).read_text() for name in names if (root / name).is_file()}


def write(root: Path = ROOT) -> int:
    """Make the files those of the code; how many were not."""
    wanted, found = derived(), committed(root)
    for name in found.keys() - wanted.keys():
        (root / name).unlink()
    changed = {name: text for name, text in wanted.items() if found.get(name) != text}
    for name, text in changed.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return len(changed) + len(found.keys() - wanted.keys())


def drift(root: Path = ROOT) -> list[str]:
    """Names of the files that are not what the code says."""
    wanted, found = derived(), committed(root)
    names = wanted.keys() | found.keys()
    return sorted(name for name in names if wanted.get(name) != found.get(name))


def as_json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


class _Plain(yaml.CSafeDumper):
    """Written out each time: a reader follows no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's
        return True


def as_yaml(*documents: Any) -> str:
    text: str = yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, width=110)
    return text
