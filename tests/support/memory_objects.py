"""The object store's promises, kept in a dictionary; held to the same tests as real stores."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from threading import Lock

from shared.kernel.errors import TooLarge
from shared.stores.objects import (
    CHUNK,
    LARGEST,
    AlreadyThere,
    NotThere,
    Objects,
    Stat,
    _checked,
    _gather,
)


class MemoryObjects(Objects):
    """``kept``: what a thief of the disk, or a fault of it, has in hand."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._put_once: set[str] = set()
        self._lock = Lock()

    def put_once(self, key: str, stream: Iterable[bytes], size: int) -> str:
        if size > LARGEST:
            raise TooLarge(f"an object has at most {LARGEST} bytes")
        content, digest = _gather(stream, size)
        with self._lock:
            if _checked(key) in self.kept:
                raise AlreadyThere
            self.kept[key] = content
            self._put_once.add(key)
        return digest

    def put(self, key: str, content: bytes) -> None:
        self.kept[_checked(key)] = content
        self._put_once.discard(key)

    def get(self, key: str) -> Iterator[bytes]:
        if (content := self.kept.get(_checked(key))) is None:
            raise NotThere
        yield from (content[at : at + CHUNK] for at in range(0, len(content), CHUNK))

    def stat(self, key: str) -> Stat | None:
        if (content := self.kept.get(_checked(key))) is None:
            return None
        known = key in self._put_once
        return Stat(len(content), sha256(content).hexdigest() if known else None)

    def delete(self, key: str) -> None:
        self.kept.pop(_checked(key), None)
        self._put_once.discard(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        return iter(sorted(key for key in self.kept if key.startswith(prefix)))
