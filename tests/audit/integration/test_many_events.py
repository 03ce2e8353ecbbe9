"""The short form of ``make audit-million``: memory is no function of the log's length."""

from pathlib import Path

from scripts.bench.audit_million import run

FEW, MANY = 300, 3_000
SLACK = 24
"""MiB that ten times as many events may take more; what Python keeps and gives back varies."""


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """Generated, logged, verified and replayed, each in a process of its own."""
    few = {name: (count, peak) for name, count, _, peak in run(tmp_path / "few", FEW)}
    many = {name: (count, peak) for name, count, _, peak in run(tmp_path / "many", MANY)}

    assert [count for count, _ in many.values()] == [MANY] * 4
    for step, (_, peak) in few.items():
        assert many[step][1] - peak < SLACK, step
