"""A service that its database refuses ends with one sentence for who started it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from shared.crypto.local_keys import LocalKeys
from shared.kernel.clock import SystemClock
from shared.stores.settings import EventStoreSettings
from tests.shared.stores.boxes import Boxes

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("where", ["alone", "kept"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TABLE boxes_causes", "schema_lost: boxes_causes was made once and is not there"),
        ("DROP TABLE boxes_events", "schema_lost: boxes_events was made once and is not there"),
        ("UPDATE boxes_events_schema SET version = 2", "schema_newer: tables are of version 2"),
    ],
)
def test_a_log_that_is_refused_leaves_nothing_to_the_collector(
    postgres_dsn: str, change: str, told: str, where: str
) -> None:
    """The library's pool waits for its threads when it is closed. Closed by the collector, in the
    hub or at the very end, it said so in twenty lines below the sentence."""
    Boxes(
        EventStoreSettings(postgres_dsn=postgres_dsn),
        LocalKeys(bytes(32), "boxes"),
        SystemClock(),
    ).close()
    with psycopg.connect(postgres_dsn, autocommit=True) as owner:
        owner.execute(change.encode())

    ran = subprocess.run(
        [sys.executable, "-m", "tests.shared.stores.refused", postgres_dsn, where],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    [said] = ran.stderr.splitlines()
    assert said.startswith(f"carnet: {told}")
