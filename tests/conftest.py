"""Every test sees the servers' fixtures; where a test lies says how heavy it is."""

from pathlib import Path

import pytest

import shared.stores  # noqa: F401 - says how psycopg waits, before a fixture imports psycopg

pytest_plugins = ["tests.support.servers", "tests.support.left_behind"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folders = Path(item.path).parts
        if "integration" in folders or "system" in folders:
            item.add_marker(pytest.mark.integration)
        if "system" in folders:
            item.add_marker(pytest.mark.system)
