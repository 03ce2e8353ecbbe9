"""Under eventlet, one worker that waits for the database does not stop the others."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_a_query_does_not_block_the_loop(postgres_dsn: str) -> None:
    """
    psycopg's own wait, in C, would block every worker of the process for the query's second.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "tests.shared.stores.green", postgres_dsn],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    ticks, length = ran.stdout.split()
    assert int(ticks) >= 10
    assert length == "30000000"
