"""Which trace an event was saved in, kept beside the log until its message is published.

Not in the event, nor in its message's envelope: no digest and no seal covers it, and nothing but
tracing reads it. Where no trace is exported nothing is kept.
"""

from collections.abc import Iterable, Mapping

from shared.stores.guard import GuardedRecorder, Sql, Step
from shared.telemetry.traces import exports, traceparent

# ruff: noqa: S608 - the table name is made of the service's name, which settings.py has checked


class Causes:
    def __init__(self, recorder: GuardedRecorder, service: str) -> None:
        self._recorder = recorder
        self._table = f"{service}_causes"

    def create_statements(self) -> list[str]:
        return [
            (
                f"CREATE TABLE IF NOT EXISTS {self._table}"
                " (last BIGINT PRIMARY KEY, events BIGINT NOT NULL, traceparent TEXT NOT NULL)"
            )
        ]

    def note(self, events: int) -> tuple[Step, ...]:
        """Keeps the trace of what is saved with it; no step if there is nothing to keep."""
        header = traceparent() if exports() and events else None
        if header is None:
            return ()

        def insert(sql: Sql, position: int) -> None:
            sql(
                f"INSERT INTO {self._table} VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                position, events, header,
            )  # fmt: skip

        return (insert,)

    def of(self, positions: Iterable[int]) -> Mapping[int, str]:
        """``traceparent`` of those that have one."""
        wanted = sorted(positions)
        if not wanted or not exports():
            return {}
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT last, events, traceparent FROM {self._table} WHERE last >= ?"
                " AND last - events < ?",
                wanted[0], wanted[-1],
            )  # fmt: skip
        known = {p: header for last, n, header in rows for p in range(last - n + 1, last + 1)}
        return {position: known[position] for position in wanted if position in known}

    def forget(self, upto: int) -> None:
        """Their messages are out."""
        if exports():
            with self._recorder.writing() as sql:
                sql(f"DELETE FROM {self._table} WHERE last <= ?", upto)
