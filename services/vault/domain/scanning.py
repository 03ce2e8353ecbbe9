"""Looking for malware in what comes in."""

from typing import Protocol


class Scanner(Protocol):
    def infection(self, data: bytes) -> str | None:
        """The name of what was found; ``None`` for a clean content.

        Raises ``Unavailable`` when nobody looked: what was not looked at is not taken.
        """
        ...
