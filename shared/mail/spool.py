"""A folder in the place of a mail server: one file for each mail, the embedded default."""

import json
import os
from pathlib import Path
from uuid import uuid4

from shared.mail.mailer import Letter, NotNow


class SpoolMailer:
    """``<id>.eml`` and beside it ``<id>.json`` with the envelope, complete once they are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def deliver(self, letter: Letter) -> None:
        name = uuid4().hex
        envelope = {"sender": letter.sender, "recipient": letter.recipient}
        try:
            write_whole(self._folder / f"{name}.json", json.dumps(envelope).encode())
            write_whole(self._folder / f"{name}.eml", letter.content)
        except OSError as error:
            raise NotNow("the folder cannot be written") from error

    def close(self) -> None:
        """Nothing is kept open."""


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the machine stops; readable by its owner alone."""
    unfinished = path.with_name(f".{path.name}")
    with open(unfinished, "wb", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
