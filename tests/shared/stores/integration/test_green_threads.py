"""Under eventlet, one worker that waits for its store does not stop the others."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def answer_of(script: str, argument: str) -> list[int]:
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.shared.stores.{script}", argument],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [int(number) for number in ran.stdout.split()]


def test_a_query_does_not_block_the_loop(postgres_dsn: str) -> None:
    """
    psycopg's own wait, in C, would block every worker of the process for the query's second.
    """
    ticks, length = answer_of("green", postgres_dsn)

    assert ticks >= 10
    assert length == 30_000_000


def test_neither_another_writer_nor_the_disk_blocks_the_loop(tmp_path: Path) -> None:
    """SQLite's own wait for a lock, and its wait for the disk, are in C too. Who is killed while
    the disk takes its time was not told; what it saved is there, whole, and others save on.
    """
    waited, synced, saved, told = answer_of("green_sqlite", str(tmp_path))

    assert waited >= 10
    assert synced >= 5
    assert (saved, told) == (4, 3)


def test_many_documents_are_put_beside_the_loop(tmp_path: Path) -> None:
    """SQLite works on some hundred at once, and other green threads go on: those that make the
    next, too. The few that are left over are not worth a thread."""
    beside, here, there = answer_of("green_views", str(tmp_path))

    assert (beside, here) == (550, 5)
    assert there == 555
