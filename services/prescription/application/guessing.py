"""Numbers cannot be tried one after the other: who was wrong too often waits, whichever replica
answers. Callers are keyed tokens."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shared.crypto.tokens import keyed_token
from shared.kernel.actor import Actor
from shared.kernel.errors import TooMany
from shared.stores.guard import GuardedRecorder, Sql, Step

TABLE = "prescription_wrong"


class Guessing:
    """``most`` wrong numbers of one caller within ``window``."""

    def __init__(
        self,
        recorder: GuardedRecorder,
        secret: Callable[[], bytes],
        *,
        most: int,
        window: timedelta,
    ) -> None:
        self._recorder = recorder
        self._secret = secret
        self._most = most
        self._window = window

    @staticmethod
    def create_statements() -> Sequence[str]:
        return (
            f"CREATE TABLE IF NOT EXISTS {TABLE} (caller TEXT NOT NULL, at BIGINT NOT NULL)",
            f"CREATE INDEX IF NOT EXISTS {TABLE}_caller ON {TABLE} (caller, at)",
        )

    def require_calm(self, by: Actor, now: datetime) -> None:
        """Also before a right number, or its answer would tell it apart: :class:`TooMany`."""
        with self._recorder.reading() as sql:
            ((wrong,),) = sql(
                f"SELECT COUNT(*) FROM {TABLE} WHERE caller = ? AND at > ?",  # noqa: S608 - our own table name
                self._token(by), _millis(now - self._window),
            )  # fmt: skip
        if wrong >= self._most:
            raise TooMany("Too many numbers that do not exist; wait before the next one.")

    def was_wrong(self, by: Actor, now: datetime) -> Step:
        caller = self._token(by)

        def insert(sql: Sql, _position: int) -> None:
            sql(f"INSERT INTO {TABLE} VALUES (?, ?)", caller, _millis(now))  # noqa: S608 - our own table name

        return insert

    def forget(self, now: datetime) -> None:
        """What counts no more."""
        with self._recorder.writing() as sql:
            sql(f"DELETE FROM {TABLE} WHERE at <= ?", _millis(now - self._window))  # noqa: S608 - our own table name

    def _token(self, by: Actor) -> str:
        who = by.principal
        return keyed_token(self._secret(), "caller", f"{who.kind.value}/{who.id}")


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
