"""The services' event stores as an auditor reads them: read only, with no service running."""

import sqlite3
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from services.audit.adapters.tree import find_run, read_runs
from services.audit.domain.batch import Run
from services.audit.domain.memory import Seen
from services.audit.domain.stored import StoredRow
from shared.stores.guard import Sql

# ruff: noqa: S608 - table names are made of names of services, which _is_name has checked
_PAGE = 500
STRETCH = 2_000
"""Positions that are read at once: what an auditor's processes share the work by."""
END = 2**63 - 1
"""No store's position is above it."""
AUDIT = "audit"


class Stretch(NamedTuple):
    """Positions of one service in (after, upto]."""

    service: str
    after: int
    upto: int


class CannotRead(Exception):
    """There is nothing here that could be verified."""


class Stores:
    """``rows`` come in pages, so that memory does not grow with the log."""

    def __init__(self, names: Sequence[str]) -> None:
        if AUDIT not in names:
            raise CannotRead("no event store of audit is there: it says where events went")
        self._names = sorted(names)

    @abstractmethod
    @contextmanager
    def reading(self, service: str) -> Iterator[Sql]:
        """One short read of a service's database."""

    @abstractmethod
    def _page(self, service: str, only: str) -> str:
        """Rows above a position, in order: id, originator, version, topic, state. ``only``: one
        more condition."""

    _of_record: str
    """The condition that a state is sealed under the key of one record: its clear header says
    so, and no key is needed to read it."""

    _upto: str
    """The condition that a row stands at a position or before it."""

    @abstractmethod
    def _stream(self, service: str) -> str:
        """The same columns of one originator's rows, in order."""

    @abstractmethod
    def _id(self, originator: UUID) -> object:
        """An originator as the store keeps it."""

    @abstractmethod
    def _last(self, service: str) -> str:
        """The highest position, or null."""

    def services(self) -> Sequence[str]:
        return self._names

    def runs(self) -> Iterator[Run]:
        return read_runs(lambda: self.reading(AUDIT))

    def seen(self) -> Iterator[Seen]:
        """Of copies made before services kept any: nothing."""
        for service in self._names:
            for note, vkey in self._kept(f"SELECT note, vkey FROM {service}_checkpoints", service):
                yield Seen(by=service, note=note, vkey=vkey)
        for (note,) in self._kept("SELECT note FROM audit_signed", AUDIT):
            yield Seen(by="audit, which signed it", note=note, vkey="")
        for witness, note in self._kept("SELECT witness, note FROM audit_cosigned", AUDIT):
            yield Seen(by=f"the witness {witness}", note=note, vkey="")

    def _kept(self, statement: str, service: str) -> Sequence[tuple[Any, ...]]:
        missing = suppress(sqlite3.OperationalError, psycopg.errors.UndefinedTable)
        with missing, self.reading(service) as sql:
            return sql(statement)
        return []

    def run_of(self, service: str, position: int) -> Run | None:
        return find_run(lambda: self.reading(AUDIT), service, position)

    def appended(self) -> dict[str, int]:
        """How far audit says it has appended each service's events."""
        with self.reading(AUDIT) as sql:
            return dict(sql("SELECT service, position FROM audit_sources"))

    def heads(self) -> dict[str, int]:
        """The last position of each store."""
        return {service: self._head(service) for service in self._names}

    def _head(self, service: str) -> int:
        with self.reading(service) as sql:
            return int(sql(self._last(service))[0][0] or 0)

    def rows(self, service: str, record: UUID | None = None) -> Iterator[StoredRow]:
        """``record``: only those of this one."""
        after, epochs = 0, self._epochs(service)
        page_of = self._page(service, self._of_record if record else "")
        given = (record.bytes,) if record else ()
        while True:
            with self.reading(service) as sql:
                page = sql(page_of, after, *given, _PAGE)
            for row in page:
                yield _row(service, row, epochs)
            if not page:
                return
            after = page[-1][0]

    def stretches(self, service: str) -> Iterator[Stretch]:
        """Of about as many rows each; the last is open: what is written meanwhile is in it."""
        head = self._head(service)
        for after in range(0, head, STRETCH):
            yield Stretch(service, after, min(after + STRETCH, head))
        yield Stretch(service, head, END)

    def read(self, stretch: Stretch) -> list[StoredRow]:
        """Its rows, in order."""
        epochs, page_of = self._epochs(stretch.service), self._page(stretch.service, self._upto)
        with self.reading(stretch.service) as sql:
            page = sql(page_of, stretch.after, stretch.upto, END)
        return [_row(stretch.service, row, epochs) for row in page]

    def stream(self, service: str, originator: UUID) -> Iterator[StoredRow]:
        """The rows of one stream, oldest first; found by an index, whatever the log's size."""
        epochs = self._epochs(service)
        with self.reading(service) as sql:
            rows = sql(self._stream(service), self._id(originator))
        for row in rows:
            yield _row(service, row, epochs)

    def _epochs(self, service: str) -> list[tuple[int, str]]:
        with self.reading(service) as sql:
            rows = sql(f"SELECT began_after, epoch FROM {service}_epochs ORDER BY began_after")
        return [(after, epoch) for after, epoch in rows]


class SqliteStores(Stores):
    """``<service>.db`` files of a data folder, or of a copy of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__([f.stem for f in folder.glob("*.db") if _is_event_store(f)])

    @contextmanager
    def reading(self, service: str) -> Iterator[Sql]:
        with closing(_open(self._folder / f"{service}.db")) as connection:

            def run(statement: str, *params: object) -> list[tuple[Any, ...]]:
                return connection.execute(statement, params).fetchall()

            yield run

    _of_record = "AND substr(state, 2, 16) = ?"
    _upto = "AND rowid <= ?"

    def _page(self, _service: str, only: str) -> str:
        return (
            "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
            f" WHERE rowid > ? {only} ORDER BY rowid LIMIT ?"
        )

    def _stream(self, _service: str) -> str:
        return (
            "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
            " WHERE originator_id = ? ORDER BY originator_version"
        )

    def _id(self, originator: UUID) -> object:
        return originator.hex

    def _last(self, _service: str) -> str:
        return "SELECT MAX(rowid) FROM stored_events"


class PostgresStores(Stores):
    """``dsn``: with ``{service}`` where the name of a service's database goes."""

    def __init__(self, dsn: str, services: Sequence[str]) -> None:
        self._dsn = dsn
        super().__init__([name for name in services if _is_name(name)])

    @contextmanager
    def reading(self, service: str) -> Iterator[Sql]:
        with psycopg.connect(self._dsn.format(service=service)) as connection:
            connection.read_only = True

            def run(statement: str, *params: object) -> list[tuple[Any, ...]]:
                return connection.execute(statement.replace("?", "%s").encode(), params).fetchall()

            yield run

    _of_record = "AND substring(state from 2 for 16) = ?"
    _upto = "AND notification_id <= ?"

    def _page(self, service: str, only: str) -> str:
        return (
            "SELECT notification_id, originator_id, originator_version, topic, state"
            f" FROM {service}_events WHERE notification_id > ? {only}"
            " ORDER BY notification_id LIMIT ?"
        )

    def _stream(self, service: str) -> str:
        return (
            "SELECT notification_id, originator_id, originator_version, topic, state"
            f" FROM {service}_events WHERE originator_id = ? ORDER BY originator_version"
        )

    def _id(self, originator: UUID) -> object:
        return originator

    def _last(self, service: str) -> str:
        return f"SELECT MAX(notification_id) FROM {service}_events"


def _row(service: str, row: tuple[Any, ...], epochs: Sequence[tuple[int, str]]) -> StoredRow:
    position, originator_id, version, topic, state = row
    epoch, originator = _epoch_of(position, epochs), str(UUID(str(originator_id)))
    return StoredRow(service, epoch, position, originator, version, topic, bytes(state))


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10)


def _is_event_store(file: Path) -> bool:
    if not _is_name(file.stem):
        return False
    try:
        with closing(_open(file)) as connection:
            found = connection.execute(
                "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('stored_events', ?)",
                (f"{file.stem}_epochs",),
            ).fetchone()
    except sqlite3.Error as error:
        raise CannotRead(f"{file}: {error}") from None
    return int(found[0]) == 2


def _is_name(name: str) -> bool:
    return name.isidentifier() and name.islower() and name.isascii()


def _epoch_of(position: int, epochs: Sequence[tuple[int, str]]) -> str:
    for after, epoch in reversed(epochs):
        if after < position:
            return epoch
    return ""
