"""The table of what people can do today says the truth."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TABLE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (no|`(\w+)\.(\w+)`) \| (.*) \|$", re.MULTILINE)
ROWS = list(ROW.finditer(TABLE))
FACTS = ROOT.parent / "shared/domain/data/ens_operations.txt"


def test_every_method_it_promises_is_there() -> None:
    """
    A row names a method that a caller can call today.
    """
    for row in ROWS:
        _, _, service, method, _ = row.groups()
        if service:
            contract = importlib.import_module(f"services.{service}.contract").CONTRACT
            assert method in contract.by_name, f"{service}.{method}"


def test_what_is_not_here_says_why() -> None:
    """
    A plain "no" is no answer.
    """
    assert len(ROWS) > 200
    assert [row[1] for row in ROWS if row[2] == "no" and not row[5].strip()] == []


@pytest.mark.skipif(not FACTS.exists(), reason="the list of operations is not beside the project")
def test_no_operation_is_left_out() -> None:
    """
    Each name of the production application, once.
    """
    lines = FACTS.read_text(encoding="utf-8").splitlines()
    named = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    rows = [row[1] for row in ROWS]

    assert sorted(rows) == sorted(named)
