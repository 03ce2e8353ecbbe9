"""The domains of the trust space, one a line in a file that an operator updates."""

from pathlib import Path
from threading import Lock


class TrustedDomains:
    """Read again when the file changes; ``#`` begins a comment. Without a file, nobody is
    trusted."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._read_at = 0
        self._domains: frozenset[str] = frozenset()
        self._lock = Lock()

    def __contains__(self, address: object) -> bool:
        domain = str(address).rpartition("@")[2].lower().rstrip(".")
        return bool(domain) and domain in self._current()

    def _current(self) -> frozenset[str]:
        if self._file is None:
            return frozenset()
        with self._lock:
            changed_at = self._file.stat().st_mtime_ns
            if changed_at != self._read_at:
                lines = self._file.read_text(encoding="utf-8").splitlines()
                plain = (line.partition("#")[0].strip().lower() for line in lines)
                self._domains = frozenset(line for line in plain if line)
                self._read_at = changed_at
            return self._domains
