"""What the log's key signs: which log, how large, and the root (c2sp.org/tlog-checkpoint)."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from shared.kernel.note import InvalidNote

_SIZE = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    """``origin`` names the log for ever; ``root`` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a verified note; extension lines are passed over."""
        lines = text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:
            raise InvalidNote("a checkpoint is an origin, a size and a root")
        origin, size, encoded = lines[:3]
        try:
            root = b64decode(encoded, validate=True)
        except ValueError:
            root = b""
        if not _SIZE.fullmatch(size) or len(root) != 32:
            raise InvalidNote("a checkpoint is an origin, a size and a root")
        return cls(origin, int(size), root)
