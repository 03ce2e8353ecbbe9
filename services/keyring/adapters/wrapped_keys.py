"""Wrapped keys in a table beside the log. Never in events: those are for ever."""

import os
from collections import defaultdict
from collections.abc import Sequence

from eventsourcing.persistence import IntegrityError

from services.keyring.application import Found
from services.keyring.domain.errors import KeyEncryptionKeyLost
from shared.crypto.derivation import KEY_BYTES
from shared.crypto.key_wrapper import KeyWrapper, Wrapped
from shared.crypto.sealing import NotAuthentic
from shared.crypto.tombstones import Tombstone
from shared.stores.guard import GuardedRecorder, Sql, Step

KEYS = "keyring_keys"
TOMBSTONES = "keyring_tombstones"


class WrappedKeys:
    def __init__(self, recorder: GuardedRecorder, wrapper: KeyWrapper) -> None:
        self._recorder = recorder
        self._wrapper = wrapper
        recorder.create(
            f"CREATE TABLE IF NOT EXISTS {KEYS} (holder TEXT, version BIGINT, kek TEXT NOT NULL,"
            f" wrapped {recorder.bytes_type} NOT NULL, PRIMARY KEY (holder, version))",
            f"CREATE INDEX IF NOT EXISTS {KEYS}_kek ON {KEYS} (kek)",
            f"CREATE TABLE IF NOT EXISTS {TOMBSTONES}"
            " (holder TEXT PRIMARY KEY, statement TEXT NOT NULL)",
        )

    @property
    def kek(self) -> str:
        return self._wrapper.kek

    def find(self, holders: Sequence[str]) -> dict[str, Found]:
        marks = ", ".join("?" * len(holders))
        with self._recorder.reading() as sql:
            dead = sql(
                f"SELECT holder, statement FROM {TOMBSTONES} WHERE holder IN ({marks})",  # noqa: S608 - question marks only
                *holders,
            )
            kept = sql(
                f"SELECT holder, version, kek, wrapped FROM {KEYS} WHERE holder IN ({marks})",  # noqa: S608 - question marks only
                *holders,
            )
        secrets: dict[str, dict[int, bytes]] = defaultdict(dict)
        for holder, version, kek, wrapped in kept:
            found = Wrapped(kek, bytes(wrapped))
            secrets[holder][version] = self._unwrapped(found, _context(holder, version))
        alive = {holder: Found(versions) for holder, versions in secrets.items()}
        # A tombstone wins: rows that a restore brought back stay dead.
        buried = {h: Found({}, Tombstone.model_validate_json(text)) for h, text in dead}
        return alive | buried

    def add(self, holder: str, version: int) -> Step:
        wrapped = self._wrapper.wrap(os.urandom(KEY_BYTES), _context(holder, version))

        def insert(sql: Sql, _: int) -> None:
            added = sql(
                f"INSERT INTO {KEYS} VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING holder",  # noqa: S608 - a constant
                holder, version, wrapped.kek, wrapped.data,
            )  # fmt: skip
            if not added:
                raise IntegrityError(f"{holder} has a key version {version}")

        return insert

    def destroy(self, holder: str, tombstone: Tombstone) -> Step:
        def bury(sql: Sql, _: int) -> None:
            sql(f"DELETE FROM {KEYS} WHERE holder = ?", holder)  # noqa: S608 - a constant
            sql(
                f"INSERT INTO {TOMBSTONES} VALUES (?, ?)",  # noqa: S608 - a constant
                holder, tombstone.model_dump_json(),
            )  # fmt: skip

        return bury

    def rewrap(self, limit: int) -> tuple[int, Step]:
        with self._recorder.reading() as sql:
            rows = sql(
                f"SELECT holder, version, kek, wrapped FROM {KEYS} WHERE kek <> ? LIMIT ?",  # noqa: S608 - a constant
                self.kek, limit,
            )  # fmt: skip
        anew = [(h, v, kek, self._rewrapped(h, v, kek, data)) for h, v, kek, data in rows]

        def update(sql: Sql, _: int) -> None:
            for holder, version, former, wrapped in anew:
                sql(
                    f"UPDATE {KEYS} SET kek = ?, wrapped = ?"  # noqa: S608 - a constant
                    " WHERE holder = ? AND version = ? AND kek = ?",
                    wrapped.kek, wrapped.data, holder, version, former,
                )  # fmt: skip

        return len(rows), update

    def _rewrapped(self, holder: str, version: int, kek: str, data: bytes) -> Wrapped:
        context = _context(holder, version)
        return self._wrapper.wrap(self._unwrapped(Wrapped(kek, bytes(data)), context), context)

    def _unwrapped(self, wrapped: Wrapped, context: bytes) -> bytes:
        try:
            return self._wrapper.unwrap(wrapped, context)
        except NotAuthentic:
            raise KeyEncryptionKeyLost from None


def _context(holder: str, version: int) -> bytes:
    return f"{holder} {version}".encode()
