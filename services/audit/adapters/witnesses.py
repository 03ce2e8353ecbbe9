"""Checkpoints with the cosignatures of witnesses: kept in a table, published beside the log."""

from collections.abc import Sequence
from pathlib import Path

from services.audit.domain.growth import Files
from services.audit.domain.tiles import COSIGNED_PATH
from services.audit.domain.witness import WitnessKey
from shared.kernel.note import InvalidNote
from shared.kernel.settings import SettingsError
from shared.stores.guard import GuardedRecorder

TABLE = (
    "CREATE TABLE IF NOT EXISTS audit_cosigned (size BIGINT, witness TEXT, note TEXT NOT NULL,"
    " PRIMARY KEY (size, witness))"
)


class KeptCosignatures:
    def __init__(self, recorder: GuardedRecorder, files: Files) -> None:
        self._recorder = recorder
        self._files = files
        recorder.create(TABLE)

    def keep(self, size: int, note: str, witnesses: Sequence[str]) -> None:
        """The newest of each; the file shows the largest tree, with all that its note brought."""
        with self._recorder.writing() as sql:
            for witness in witnesses:
                sql(
                    "INSERT INTO audit_cosigned VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    size, witness, note,
                )  # fmt: skip
                sql(
                    "DELETE FROM audit_cosigned WHERE witness = ? AND size <"
                    " (SELECT MAX(size) FROM audit_cosigned WHERE witness = ?)",
                    witness, witness,
                )  # fmt: skip
        last = self.last()
        if last is not None:
            self._files.put(COSIGNED_PATH, last.encode())

    def last(self) -> str | None:
        with self._recorder.reading() as sql:
            rows = sql("SELECT note FROM audit_cosigned ORDER BY size DESC LIMIT 1")
        return str(rows[0][0]) if rows else None


def witness_keys(file: Path | None) -> tuple[WitnessKey, ...]:
    """A file that cannot be read, or holds anything else, refuses to boot."""
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
        return tuple(WitnessKey.parse(line) for line in lines if line.strip())
    except (OSError, InvalidNote) as error:
        raise SettingsError(f"CARNET_AUDIT_WITNESSES_FILE: {file}: {error}") from None
