"""Idempotent commands: a request repeated gets its first answer.

Kept 30 days. Nothing is in clear: the row's id and digest are keyed hashes, the answer is
sealed under the key of the record it speaks of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from pydantic_core import to_json

from shared.crypto.event_cipher import RowIdentity, open_state, seal_state
from shared.crypto.keys import Keys
from shared.crypto.tokens import keyed_token
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict
from shared.kernel.ids import derived_id
from shared.stores.guard import GuardedRecorder, Sql, Step

KEPT = timedelta(days=30)


class Repeatable(Protocol):
    """The arguments of a command."""

    @property
    def request_id(self) -> UUID: ...

    def model_dump(self, *, mode: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Asked:
    """One command of one caller: ``id`` says which, ``digest`` with which arguments."""

    id: UUID
    digest: str


@dataclass(frozen=True)
class Answered:
    answer: bytes
    position: int


class Requests:
    """The table of requests of one service, in the database of its log."""

    def __init__(self, recorder: GuardedRecorder, service: str, keys: Keys) -> None:
        self._recorder = recorder
        self._service = service
        self._keys = keys
        self._table = f"{service}_requests"

    def create_statements(self) -> list[str]:
        return [
            (
                f"CREATE TABLE IF NOT EXISTS {self._table} (id TEXT PRIMARY KEY,"
                " digest TEXT NOT NULL,"
                f" answer {self._recorder.bytes_type} NOT NULL, position BIGINT NOT NULL,"
                " asked_at BIGINT NOT NULL)"
            ),
            f"CREATE INDEX IF NOT EXISTS {self._table}_asked_at ON {self._table} (asked_at)",
        ]

    def find(self, asked: Asked) -> Answered | None:
        """The first answer. Raise :class:`Conflict` if it answered other arguments."""
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT digest, answer, position FROM {self._table} WHERE id = ?",  # noqa: S608 - our own table name
                str(asked.id),
            )
        if not rows:
            return None
        digest, answer, position = rows[0]
        if digest != asked.digest:
            raise Conflict("this request_id was used with other arguments")
        return Answered(open_state(self._keys, self._row(asked), bytes(answer)), position)

    def keep(self, asked: Asked, answer: bytes, record_id: UUID | None, now: datetime) -> Step:
        """The step that writes the answer with the events; of two racing ones the second is an
        ``IntegrityError``."""
        sealed = seal_state(self._keys.current(record_id), self._row(asked), answer)

        def insert(sql: Sql, position: int) -> None:
            sql(
                f"INSERT INTO {self._table} VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - our own table name
                str(asked.id), asked.digest, sealed, position, int(now.timestamp()),
            )  # fmt: skip

        return insert

    def purge(self, now: datetime) -> int:
        """Forget what is older than 30 days; return how many."""
        with self._recorder.writing() as sql:
            oldest = int((now - KEPT).timestamp())
            return len(
                sql(f"DELETE FROM {self._table} WHERE asked_at < ? RETURNING id", oldest)  # noqa: S608 - our own table name
            )

    def _row(self, asked: Asked) -> RowIdentity:
        return RowIdentity(self._service, asked.id, 0, "answer")


def asked(secret: bytes, method: str, request: Repeatable, by: Actor) -> Asked:
    """Scoped to method and caller: the same request_id of another caller is another request."""
    arguments = canonical(request.model_dump(mode="json"))
    return Asked(
        derived_id(secret, "request", method, *caller(by), str(request.request_id)),
        keyed_token(secret, "arguments", arguments),
    )


def canonical(arguments: Mapping[str, Any]) -> str:
    """JSON with its keys in order and nothing between them: what a digest is taken of, so each
    release must write it alike. ``json`` takes half a millisecond for a document in base64."""
    return to_json(_in_order(arguments)).decode()


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def caller(by: Actor) -> tuple[str, ...]:
    """Who asks, down to whom a service or a software speaks for."""
    own = (by.kind.value, by.id)
    return (*own, *caller(by.on_behalf_of)) if by.on_behalf_of else own
