"""The published files of the log: in the object store, or in a folder someone exported."""

from pathlib import Path

from services.audit.domain.growth import Fork
from shared.stores.objects import AlreadyThere, Objects


class BucketFiles:
    """In any S3 store; whoever may read the bucket can check the log with tools of their own."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put_once(self, path: str, data: bytes) -> None:
        try:
            self._objects.put_once(path, [data], len(data))
        except AlreadyThere:
            if self.get(path) != data:
                raise Fork(f"{path} is there with another content") from None

    def put(self, path: str, data: bytes) -> None:
        self._objects.put(path, data)

    def get(self, path: str) -> bytes | None:
        return self._objects.read(path)


class FolderFiles:
    """The same layout in a folder: what ``export-log`` writes and anyone can serve."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_once(self, path: str, data: bytes) -> None:
        there = self.get(path)
        if there is None:
            self.put(path, data)
        elif there != data:
            raise Fork(f"{path} is there with another content")

    def put(self, path: str, data: bytes) -> None:
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.new")
        fresh.write_bytes(data)
        fresh.replace(file)

    def get(self, path: str) -> bytes | None:
        file = self._folder / path
        return file.read_bytes() if file.is_file() else None
