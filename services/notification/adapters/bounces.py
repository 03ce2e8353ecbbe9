"""Mail that came back, from a folder where the operator's mail server puts it, a file each
(``new`` of a Maildir does)."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from services.notification.adapters.carriers import BOUNCE

REFERENCE = re.compile(rb"%s([0-9a-f]{32})@" % re.escape(BOUNCE.encode()))
STATUS = re.compile(rb"(?im)^status:\s*([245]\.\d{1,3}\.\d{1,3})")
READ = 256 * 1024
"""Bytes of a file that are looked at."""


class BounceFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> Iterator[tuple[UUID, str]]:
        """Reference and status of each (RFC 3464). A file goes once what it says was taken in;
        one that says neither goes too: nobody here could do anything about it."""
        for path in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if path.name.startswith(".") or not path.is_file():
                continue
            with path.open("rb") as file:
                content = file.read(READ)
            reference, status = REFERENCE.search(content), STATUS.search(content)
            if reference and status:
                yield UUID(hex=reference[1].decode()), status[1].decode()
            path.unlink()
