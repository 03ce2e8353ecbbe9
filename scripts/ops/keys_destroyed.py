"""Destroyed keys stay destroyed, whatever a restore brings back."""

from collections.abc import Sequence
from pathlib import Path

from scripts.ops.copies import Databases
from shared.auth.service_keys import ServicePublicKeys
from shared.crypto.signatures import Verifies
from shared.crypto.tombstones import Tombstone
from shared.stores.guard import Sql

KEYS = "keyring_keys"
TOMBSTONES = "keyring_tombstones"


def keyring_key(folder: Path) -> Verifies:
    return ServicePublicKeys(folder).of("keyring")


def tombstones(databases: Databases) -> list[Tombstone]:
    """Those that keyring's own table holds."""
    log = databases.log("keyring")
    try:
        with log.guarded.reading() as sql:
            if not _has_table(sql, databases):
                return []
            rows = sql(f"SELECT statement FROM {TOMBSTONES}")  # noqa: S608 - a constant
        return [Tombstone.model_validate_json(text) for (text,) in rows]
    finally:
        log.close()


def _has_table(sql: Sql, databases: Databases) -> bool:
    if databases.dsn:
        return bool(sql("SELECT to_regclass(?)", TOMBSTONES)[0][0])
    return bool(sql("SELECT 1 FROM sqlite_master WHERE name = ?", TOMBSTONES))


def destroy_again(
    databases: Databases, found: Sequence[Tombstone], key: Verifies
) -> tuple[int, int]:
    """Apply those that keyring signed: (how many keys this took away, how many were not signed).

    In one transaction, before anything is served.
    """
    signed = [t for t in found if t.is_by(key, t.record_id)]
    unsigned = len(found) - len(signed)
    log = databases.log("keyring")
    removed = 0
    try:
        with log.guarded.writing() as sql:
            for tombstone in signed:
                holder = f"record:{tombstone.record_id}"
                gone = sql(f"DELETE FROM {KEYS} WHERE holder = ? RETURNING version", holder)  # noqa: S608 - a constant
                removed += len(gone)
                sql(
                    f"INSERT INTO {TOMBSTONES} VALUES (?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - a constant
                    holder, tombstone.model_dump_json(),
                )  # fmt: skip
    finally:
        log.close()
    return removed, unsigned
