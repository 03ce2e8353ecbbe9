"""The bytes of an extract: a file as it is, a gzip, or one member of a zip archive."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO

from services.directory.adapters.extract_layout import Layout, NotThisExtract

RATIO = 100
"""How many times its size in the archive a file may have; text of this kind has ten or twenty."""
_GZIP = b"\x1f\x8b"
_DAY = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(\d{4})?(?!\d)")
"""In the name of a published file: its day, and perhaps the hour and minute."""


class Unpacked:
    """What a gzip holds, as long as it does not grow too much: its own word is no proof."""

    def __init__(self, content: gzip.GzipFile, most: int) -> None:
        self._content = content
        self._left = most

    def read(self, size: int) -> bytes:
        return self._counted(self._content.read(size))

    def readline(self, size: int) -> bytes:
        return self._counted(self._content.readline(size))

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise NotThisExtract(f"the archive grows more than {RATIO} times")
        return data


def published(file: Path, layout: Layout) -> date | None:
    """The day that the file's name tells; of a zip archive, its member's name before its own."""
    names = [file.name]
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            names.insert(0, Path(_member(archive, layout).filename).name)
    for year, month, day, _ in (found for name in names for found in _DAY.findall(name)):
        with suppress(ValueError):  # a number that is no day
            return date(int(year), int(month), int(day))
    return None


@contextmanager
def opened(file: Path, layout: Layout) -> Iterator[IO[bytes] | Unpacked]:
    """Of a zip archive, the member that has the layout's name."""
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive, archive.open(_member(archive, layout)) as member:
                yield member
            return
        with file.open("rb") as content:
            if content.read(len(_GZIP)) != _GZIP:
                content.seek(0)
                yield content
                return
        with gzip.open(file) as unpacked:
            yield Unpacked(unpacked, RATIO * file.stat().st_size)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise NotThisExtract(f"the archive cannot be read: {error}") from None


def _member(archive: zipfile.ZipFile, layout: Layout) -> zipfile.ZipInfo:
    found = [m for m in archive.infolist() if Path(m.filename).name.startswith(layout.file_name)]
    if len(found) != 1:
        raise NotThisExtract(f"the archive has {len(found)} files named {layout.file_name}...")
    (member,) = found
    if member.flag_bits & 1:
        raise NotThisExtract("the archive is locked with a password")
    if member.file_size > RATIO * member.compress_size:
        raise NotThisExtract(f"the archive grows more than {RATIO} times")
    return member
